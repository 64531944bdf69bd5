"""What a caller may say anywhere, above all: wait."""

from __future__ import annotations

import pytest

from ivr.dialogue.commands import obey
from ivr.dialogue.effects import EndCall, Listen, Say
from ivr.dialogue.state import CallState
from speech.answers.model import Command
from tests.ivr.dialogue.text_caller import CODE, HAPPY, HOUSE, NOW, TextCall, by_question


@pytest.mark.parametrize("words", ["hold on", "one moment please", "wait"])
@pytest.mark.parametrize("where", ["amount", "full_name", "summary", "code", "offer"])
def test_the_line_waits_and_asks_again(words: str, where: str) -> None:
    answer = "keys:" + CODE if where == "code" else HAPPY[where]
    call = TextCall(by_question(HAPPY | {where: [words, answer], "line.waiting": None})).run()
    at = call.prompts.index("line.waiting")
    again = "ask" if where in {"amount", "full_name", "summary"} else "retry"
    assert call.prompts[at + 1] == f"{where}.{again}"
    assert call.ended == EndCall("accepted")
    assert not call.session.state.troubles


def test_the_answer_may_come_while_the_line_waits() -> None:
    call = TextCall(by_question(HAPPY | {"amount": "hold on", "line.waiting": HAPPY["amount"]})).run()
    assert call.prompts.count("amount.ask") == 1
    assert call.ended == EndCall("accepted")


def test_talk_with_others_while_the_line_waits_is_no_failed_try() -> None:
    call = TextCall(by_question(HAPPY | {"amount": ["hold on", HAPPY["amount"]], "line.waiting": "where is my purse"}))
    assert call.run().ended == EndCall("accepted")
    assert not call.session.state.troubles


def test_the_wait_is_as_long_as_the_script_says_and_quiet() -> None:
    state = CallState(call_id="CA1", focus="amount", today=NOW.date())
    said, listening = obey(HOUSE, state, Command.WAIT)
    assert isinstance(said, Say)
    assert isinstance(listening, Listen)
    assert listening.no_input_ms == 1000 * HOUSE.script.limits.wait_seconds


def test_who_was_not_understood_twice_hears_it_slower() -> None:
    call = TextCall(by_question(HAPPY | {"amount": [None, "purple monkey", HAPPY["amount"]]})).run()
    rates = {effect.prompt_id: effect.rate for effect in call.effects if isinstance(effect, Say)}
    assert rates["amount.ask"] == rates["amount.retry"] == rates["term_months.ask"] == HOUSE.rate
    assert rates["amount.example"] == HOUSE.rate - 20


def test_a_caller_who_only_ever_waits_comes_to_an_end() -> None:
    call = TextCall(by_question(HAPPY | {"amount": "hold on", "line.waiting": None})).run()
    assert call.prompts.count("line.waiting") == HOUSE.script.limits.waits_per_call
    assert call.ended == EndCall("silent")
