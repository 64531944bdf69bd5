"""From speech, keys and silence to an answer: what cuts a prompt, what waits, and what is asked again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.evidence import Source
from ivr.dialogue.asking import ask
from ivr.dialogue.effects import AwaitKeys, Effect, HandOver, Journal, Listen, Say, StopListening, StopPlayback
from ivr.dialogue.events import AnswerHeard, PromptDone, Silence
from ivr.dialogue.focus import in_focus
from ivr.dialogue.keying import pressed
from ivr.dialogue.listening import heard, silent
from ivr.dialogue.played import played
from ivr.dialogue.state import CallState, Mode
from speech.answers.model import Kind
from speech.recognizer import Transcript
from tests.ivr.dialogue.text_caller import HOUSE, NOW, transcript


def at(question: str) -> tuple[CallState, int]:
    """A call at this question, and the number of its listening."""
    state = CallState(call_id="CA1", focus=question, today=NOW.date())
    ask(HOUSE, state)
    assert state.listening is not None
    return state, state.listening


def said(effects: list[Effect]) -> list[str]:
    return [effect.prompt_id for effect in effects if isinstance(effect, Say)]


def test_a_key_cuts_the_prompt_and_waits_for_the_rest() -> None:
    state, listen_id = at("amount")
    effects = pressed(HOUSE, state, "2", NOW)
    assert effects[:2] == [StopPlayback(), StopListening()]
    assert isinstance(effects[2], AwaitKeys)
    assert state.listening != listen_id, "what was said before the key is an answer no more"


def test_keys_win_and_are_kept_as_such() -> None:
    state, _ = at("national_id_last4")
    effects = [effect for digit in "0073" for effect in pressed(HOUSE, state, digit, NOW)]
    kept = next(effect for effect in effects if isinstance(effect, Journal))
    assert (kept.data["value"], kept.data["evidence"]["source"]) == ("0073", Source.KEYS)


@pytest.mark.parametrize("digit", ["", "12", "a", "\u0663"])
def test_what_is_no_key_does_nothing(digit: str) -> None:
    state, _ = at("amount")
    assert pressed(HOUSE, state, digit, NOW) == []


def test_keys_that_stop_half_way_are_asked_for_again() -> None:
    state, _ = at("national_id_last4")
    pressed(HOUSE, state, "7", NOW)
    assert state.listening is not None
    assert said(silent(HOUSE, state, Silence(state.listening), NOW)) == ["national_id_last4.retry"]
    assert state.keys == ""


def test_a_lone_zero_is_a_person_where_zero_is_no_answer() -> None:
    state, _ = at("amount")
    pressed(HOUSE, state, "0", NOW)
    assert state.listening is not None
    assert HandOver("asked_for_person") in silent(HOUSE, state, Silence(state.listening), NOW)


@pytest.mark.parametrize(("keys", "heard_as"), [("0", "zero dollars"), ("20000#", "twenty thousand dollars")])
def test_an_odd_figure_is_read_back_though_it_was_keyed(keys: str, heard_as: str) -> None:
    state, _ = at("monthly_income")
    effects = [effect for digit in keys for effect in pressed(HOUSE, state, digit, NOW)]
    if not said(effects):
        assert state.listening is not None
        effects = silent(HOUSE, state, Silence(state.listening), NOW)
    assert said(effects) == ["monthly_income.confirm"]
    assert state.said is not None
    assert heard_as in state.said.text
    assert "monthly_income" not in state.slots
    assert HandOver("asked_for_person") in pressed(HOUSE, state, "0", NOW)


def test_an_interruption_that_was_none_asks_the_same_again_but_not_for_ever() -> None:
    state, listen_id = at("amount")
    for _ in range(HOUSE.script.limits.prompts_per_call + 5):
        state.interrupted = True
        effects = heard(HOUSE, state, AnswerHeard(listen_id, Transcript("", (), 0.0), 0, 100), NOW)
        if said(effects) != ["amount.ask"]:
            break
    assert said(effects) == ["amount.retry"]


def test_a_prompt_cut_for_nothing_goes_on_where_it_was() -> None:
    state, _ = at("employment")
    cut = state.said
    assert cut is not None
    played(HOUSE, state, PromptDone(cut.say_id, heard=False, played=0.9))
    whole, parts = cut.text, []
    for _ in range(4):
        state.interrupted = True
        assert state.listening is not None
        effects = heard(HOUSE, state, AnswerHeard(state.listening, Transcript("", (), 0.0, unknown=1), 0, 300), NOW)
        parts += [effect.text for effect in effects if isinstance(effect, Say)]
        assert state.said is not None
        played(HOUSE, state, PromptDone(state.said.say_id, heard=False, played=0.1))
    assert len(parts) == 4
    assert parts[0] != whole
    assert whole.endswith(parts[0])
    assert parts[1] == parts[2] == parts[0], "cut again at once, it begins with the same sentence"
    assert said(effects) == ["employment.retry"], "not for ever"


@pytest.mark.parametrize(("words", "goes_on"), [("on", True), ("full time", False), ("no", False), ("agent", False)])
def test_a_short_word_over_a_prompt_that_means_nothing_here_was_no_answer(words: str, goes_on: bool) -> None:
    state, listen_id = at("employment")
    assert state.said is not None
    played(HOUSE, state, PromptDone(state.said.say_id, heard=False, played=0.9))
    state.interrupted = True
    effects = heard(HOUSE, state, AnswerHeard(listen_id, transcript(words), 0, 450), NOW)
    assert (said(effects) == ["employment.ask"]) is goes_on


def test_a_long_sound_that_was_no_word_is_a_failed_try() -> None:
    state, listen_id = at("employment")
    state.interrupted = True
    effects = heard(HOUSE, state, AnswerHeard(listen_id, Transcript("", (), 0.0, unknown=1), 0, 1500), NOW)
    assert said(effects) == ["employment.retry"]


def test_words_become_an_answer_with_the_place_where_they_were_said() -> None:
    state, listen_id = at("term_months")
    state.slots.clear()
    effects = heard(HOUSE, state, AnswerHeard(listen_id, transcript("twelve months"), 4000, 4900), NOW)
    evidence = next(effect for effect in effects if isinstance(effect, Journal)).data["evidence"]
    assert (evidence["start_ms"], evidence["end_ms"], evidence["prompt_id"]) == (4000, 4900, "term_months.ask")
    assert evidence["words"][0]["start"] == 4000


def test_what_is_wanted_depends_on_how_the_question_was_put() -> None:
    state, _ = at("monthly_income")
    assert (in_focus(HOUSE, state).kind, in_focus(HOUSE, state).at_most) == (Kind.AMOUNT, None)
    state.mode = Mode.CONFIRM
    assert (in_focus(HOUSE, state).kind, in_focus(HOUSE, state).keys.exactly) == (Kind.YES_NO, 1)
    state, _ = at("amount")
    assert in_focus(HOUSE, state).at_most is not None
    assert any(isinstance(effect, Listen) for effect in ask(HOUSE, state))


def test_words_that_choose_between_two_values_are_no_figure() -> None:
    """The second listener may hear fifty cents in "per year": words that name one of the two win."""
    state, _ = at("monthly_income")
    assert state.listening is not None
    heard(HOUSE, state, AnswerHeard(state.listening, transcript("forty two thousand dollars"), 0, 900, 0.0), NOW)
    assert state.mode is Mode.WHICH_PERIOD
    assert state.listening is not None
    said_so = replace(transcript("per year", 0.8), second="fifty cents", second_confidence=0.99)
    effects = heard(HOUSE, state, AnswerHeard(state.listening, said_so, 0, 900, 0.0), NOW)
    kept = next(effect for effect in effects if isinstance(effect, Journal))
    assert (kept.data["name"], kept.data["value"]) == ("monthly_income", "3500.00")
