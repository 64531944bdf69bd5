"""Digits to be said back: only where the report asks for a step up, fresh each time, and nobody is stuck in them."""

from __future__ import annotations

import pytest

from core.risk import RiskLevel, RiskReport
from ivr.dialogue.challenging import assessed
from ivr.dialogue.effects import DrawDigits, EndCall, HandOver, SendCode
from ivr.dialogue.state import CallState
from tests.ivr.dialogue.text_caller import HAPPY, HOUSE, TextCall, by_question

DOUBTFUL = RiskReport(RiskLevel.STEP_UP, complete=True, reasons=("NUMBER_VELOCITY",), version="test")


def called(*said: str | None, risk: RiskReport = DOUBTFUL) -> TextCall:
    return TextCall(by_question({**HAPPY, "challenge": list(said)}), risk=risk).run()


def tries(call: TextCall) -> list[tuple[str, str, bool]]:
    found = (entry.data for entry in call.journal if entry.kind == "challenge")
    return [(data["asked"], data["heard"], data["by_keys"]) for data in found]


@pytest.mark.parametrize("level", [RiskLevel.NONE, RiskLevel.OBSERVE, RiskLevel.HOLD])
def test_no_other_level_asks_for_digits(level: RiskLevel) -> None:
    call = called("one", risk=RiskReport(level, complete=True, version="test"))
    assert call.ended == EndCall("accepted")
    assert not any(prompt.startswith("challenge") for prompt in call.prompts)


@pytest.mark.parametrize(("words", "keyed"), [("two three four five six", False), ("keys:23456", True)])
def test_digits_said_or_keyed_back(words: str, keyed: bool) -> None:
    call = called(words)
    assert call.ended == EndCall("accepted")
    assert tries(call) == [("23456", "23456", keyed)]
    said = call.said[call.prompts.index("challenge.ask")]
    assert "two, three, four, five, six" in said
    assert call.prompts[call.prompts.index("challenge.ask") + 1] == "code.ask"


def test_a_wrong_try_gets_fresh_digits() -> None:
    call = called("nine nine nine nine nine", "three four five six seven")
    assert tries(call) == [("23456", "99999", False), ("34567", "34567", False)]
    assert call.ended == EndCall("accepted")


@pytest.mark.parametrize("said", [None, "purple monkey", "i don't know", "keys:1", "two three"])
def test_whoever_cannot_goes_on_and_the_failure_is_noted(said: str | None) -> None:
    call = called(said)
    assert len(tries(call)) == HOUSE.script.limits.challenge_tries
    assert all(asked != heard for asked, heard, _ in tries(call))
    assert "code.ask" in call.prompts
    assert call.ended == EndCall("accepted")


def test_a_person_is_one_word_away() -> None:
    assert called("agent").ended == HandOver("asked_for_person")


def test_it_is_asked_once_in_a_call() -> None:
    call = called("two three four five six")
    state = call.session.state
    assert [type(effect) for effect in assessed(HOUSE, state)] == [SendCode]


def test_before_the_caller_agreed_to_recording_no_digits_are_asked_for() -> None:
    state = CallState(call_id="CA1", risk=DOUBTFUL)
    state.slots.update(TextCall(by_question(HAPPY)).run().session.state.slots)
    assert not any(isinstance(effect, DrawDigits) for effect in assessed(HOUSE, state))
