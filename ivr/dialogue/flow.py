"""What follows what: the next open step, and what is echoed or sent on the way to it."""

from __future__ import annotations

from datetime import datetime

from core.evidence import Evidence, Source
from ivr.dialogue.asking import ask, carried, echo_of, next_question
from ivr.dialogue.effects import AssessRisk, DrawQuestions, Effect, SendCode, Submit
from ivr.dialogue.keeping import keep
from ivr.dialogue.script import Role
from ivr.dialogue.state import CallState, House, Mode
from speech.answers.model import DateParts

__all__ = ["binding", "go_on", "own_number", "prove_first"]


def binding(state: CallState) -> str:
    """What the one-time code approves: this case, this amount, this number to reach and be paid by."""
    if state.focus in {"resume", "known"}:
        return f"{state.focus}|{state.case_id}"
    return f"apply|{state.case_id}|{state.slots['amount'].value}|{state.slots['phone'].value.value}"


def prove_first(state: CallState) -> list[Effect]:
    """The code that opens what an earlier call left behind, or what an earlier application said."""
    if state.caller is None or (state.left_behind is None and state.earlier is None):
        return []
    state.focus = "resume" if state.left_behind is not None else "known"
    return [SendCode(state.focus, binding(state))]


def go_on(house: House, state: CallState, prefix: str = "") -> list[Effect]:
    """Move to the first open step, echoing on the way what no summary will read back.

    An echo that nobody objects to confirms its value in passing, so every field is confirmed before it is submitted.
    """
    state.mode, state.pending, state.parts = Mode.ASK, None, DateParts()
    state.echoes = tuple(
        question.id
        for question in house.script.slots
        if not question.critical
        and question.id in state.slots
        and not state.slots[question.id].confirmed
        and question.id not in carried(house, state)
    )
    spoken = (echo_of(house, slot, state.slots[slot].value) for slot in state.echoes)
    prefix = " ".join(part for part in (prefix, *spoken) if part)
    state.focus = next_question(house, state)
    if state.focus == "code":
        return [AssessRisk()]  # the code follows, or a further step before it
    if state.focus == "offer" and (state.decision is None or state.known.assent is not None):
        return _recall_first(house, state)
    return ask(house, state, prefix=prefix)


def _recall_first(house: House, state: CallState) -> list[Effect]:
    """Random questions about an earlier loan before the application goes in, where there is one and none was asked."""
    known, count = state.known, house.script.limits.record_questions
    if state.to_recall is None and count and not known.submitted and not known.recalled:
        return [DrawQuestions(tuple(question.id for question in house.script.of_role(Role.RECALL)), count)]
    if not state.to_recall:
        return [Submit()]
    state.focus, _ = state.to_recall[0]
    return ask(house, state, "retry" if known.recalled else "ask")


def own_number(state: CallState, now: datetime) -> list[Effect]:
    """The calling number stands as the number to reach until the caller names another; the summary reads it back."""
    if state.caller is None or "phone" in state.slots:
        return []
    evidence = Evidence(Source.CARRIER, now, call_id=state.call_id)
    return [keep(state, "phone", state.caller, evidence)]
