"""Staff in the call: every act keeps the caller in charge of what is confirmed."""

from __future__ import annotations

import pytest

from core.errors import Conflict, Forbidden, InvalidInput
from core.evidence import ReadBack, Source
from ivr.dialogue.effects import Effect, Journal, Say
from ivr.dialogue.events import AnswerHeard, PromptDone, StaffAct
from ivr.dialogue.staffing import approved_prompts
from tests.ivr.dialogue.text_caller import HAPPY, HOUSE, NOW, TextCall, by_question, transcript


def _at(question: str) -> TextCall:
    """A call that waits at a question."""
    call = TextCall(by_question(HAPPY))
    call.run(limit=0)
    for _ in range(20):
        if call.session.state.focus == question:
            return call
        waiting = call.session.state.listening
        assert waiting is not None
        call._turn(waiting)
    raise AssertionError(question)


def _act(call: TextCall, kind: str, **more: object) -> list[Effect]:
    effects = call.session.handle(StaffAct(kind, "staff_1", **more), NOW)  # type: ignore[arg-type]  # test data
    for effect in effects:
        if isinstance(effect, Say):
            call.session.handle(PromptDone(effect.say_id, heard=True), NOW)
    return effects


def _said(effects: list[Effect]) -> list[str]:
    return [effect.prompt_id for effect in effects if isinstance(effect, Say)]


def test_ask_again_slower_and_reassure() -> None:
    call = _at("amount")
    assert _said(_act(call, "reask")) == ["amount.ask"]
    assert _said(_act(call, "slower")) == ["amount.ask"]
    assert call.session.state.rate < HOUSE.rate
    assert _said(_act(call, "say", prompt_id="reassure.keys")) == ["reassure.keys", "amount.ask"]


def test_every_act_is_journalled_with_who_did_it() -> None:
    effects = _act(_at("amount"), "reask")
    assert effects[0] == Journal("staff", {"act": "reask", "who": "staff_1", "slot": ""})


def test_only_approved_prompts() -> None:
    call = _at("amount")
    assert approved_prompts(HOUSE)
    for prompt_id in ("goodbye.accepted", "offer.ask", "nothing.here"):
        with pytest.raises(Forbidden):
            _act(call, "say", prompt_id=prompt_id)


def test_a_corrected_field_is_read_back_to_the_caller() -> None:
    call = _at("summary")
    effects = _act(call, "correct", slot="amount", value="1800.00")
    assert _said(effects) == ["summary.ask"]
    answer = call.session.state.slots["amount"]
    assert str(answer.value) == "1800.00"
    assert answer.evidence[-1].source is Source.STAFF
    assert answer.evidence[-1].read_back is ReadBack.NONE


def test_a_correction_must_fit_and_come_in_time() -> None:
    call = _at("summary")
    with pytest.raises(InvalidInput):
        _act(call, "correct", slot="amount", value="much")
    with pytest.raises(Conflict):
        _act(call, "correct", slot="shoe_size", value="44")
    with pytest.raises(Conflict):
        _act(_at("offer"), "correct", slot="amount", value="1800.00")


def test_while_a_person_is_in_the_call_the_line_keeps_quiet_and_then_goes_on() -> None:
    call = _at("amount")
    assert _said(_act(call, "join")) == ["staff.joins"]
    heard = AnswerHeard(call.session.state.listening or 0, transcript("two thousand dollars"), 0, 1)
    assert call.session.handle(heard, NOW) == []
    assert "amount" not in call.session.state.slots
    assert _said(_act(call, "leave")) == ["staff.leaves", "amount.ask"]
    with pytest.raises(Conflict):
        _act(call, "leave")


def test_an_unknown_act_is_refused() -> None:
    with pytest.raises(Conflict):
        _act(_at("amount"), "dance")
