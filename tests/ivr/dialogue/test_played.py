"""A case closes when its caller knows how it ended, and not before."""

from __future__ import annotations

from core.events import JournalEntry
from ivr.dialogue.effects import Finish, NewCase, Respond, SendTerms
from ivr.dialogue.played import close
from ivr.dialogue.state import CallState
from tests.ivr.dialogue.text_caller import CODE, HAPPY, NOW, TextCall, by_question


def _unheard(call: TextCall) -> TextCall:
    """What a crash after the answer leaves: the journal, and nobody told how it ended."""
    assert "goodbye" in call.prompts[-1]
    assert isinstance(call.effects[-1], Finish), "the case closes only after the last words"
    submitted = JournalEntry("submitted", NOW, "CA1", {"outcome": "approve"})  # the desk's own entry
    return TextCall(by_question(HAPPY | {"resume": "keys:" + CODE}), left_behind=(*call.journal, submitted)).run()


def test_who_accepted_and_was_not_told_is_told_and_makes_no_second_loan() -> None:
    again = _unheard(TextCall(by_question(HAPPY)).run())
    assert again.prompts == ["menu.ask", "consent.ask", "resume.ask", "goodbye.accepted"]
    assert not any(isinstance(effect, Respond | NewCase) for effect in again.effects)
    assert SendTerms(0) in again.effects
    assert again.effects[-1] == Finish("accepted")


def test_who_refused_and_was_not_told_is_told() -> None:
    again = _unheard(TextCall(by_question(HAPPY | {"offer": "no"})).run())
    assert again.prompts[-1] == "goodbye.refused"
    assert not any(isinstance(effect, Respond | SendTerms) for effect in again.effects)


def test_hanging_up_on_the_last_words_closes_the_case() -> None:
    call = TextCall(by_question(HAPPY), flush={"goodbye.accepted"}).run()
    assert Finish("accepted") in call.effects


def test_a_case_closes_once() -> None:
    state = CallState(ending=(7, "declined"))
    assert close(state) == [Finish("declined")]
    assert close(state) == []
