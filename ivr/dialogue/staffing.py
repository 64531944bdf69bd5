"""What staff may do inside a call: ask again, slow down, say an approved prompt, correct a field, join and leave.

A corrected field is never confirmed by staff: the line reads it back to the caller like any other value.
"""

from __future__ import annotations

from datetime import datetime

from core.errors import Conflict, Forbidden
from core.evidence import Evidence, Source
from ivr.dialogue.asking import ask_again, speak
from ivr.dialogue.commands import obey
from ivr.dialogue.effects import Effect, Journal, StopListening, StopPlayback
from ivr.dialogue.events import StaffAct
from ivr.dialogue.flow import go_on
from ivr.dialogue.keeping import keep
from ivr.dialogue.slots import from_json
from ivr.dialogue.state import CallState, House
from speech.answers.model import Command

__all__ = ["act", "approved_prompts"]

#: Sections of the catalogue that staff may play, besides the help text: nothing that decides, offers or ends.
_APPROVED = ("reassure.",)
#: Steps at which an application is not open to corrections any more.
_CLOSED = {"menu", "consent", "resume", "known", "offer"}


def approved_prompts(house: House) -> tuple[str, ...]:
    """The prompts staff may play."""
    return tuple(name for name in house.prompts.texts if name.startswith(_APPROVED))


def act(house: House, state: CallState, event: StaffAct, now: datetime) -> list[Effect]:
    """Do what staff asked for. Raises ``Conflict`` or ``Forbidden`` when the call does not allow it now."""
    stop: list[Effect] = [StopPlayback(), StopListening()]
    noted = Journal("staff", {"act": event.kind, "who": event.who, "slot": event.slot})
    if event.kind == "join":
        state.with_staff, state.listening = True, None
        return [noted, *stop, speak(house, state, "staff.joins", may_interrupt=False)]
    if event.kind == "leave":
        if not state.with_staff:
            raise Conflict("Nobody of the staff is in this call; join it first.")
        state.with_staff = False
        return [noted, speak(house, state, "staff.leaves", may_interrupt=False), *ask_again(house, state)]
    if not state.interruptible and state.playing is not None:
        raise Conflict("A disclosure is being read and cannot be cut; try again when it is over.")
    if event.kind == "slower":
        return [noted, *stop, *obey(house, state, Command.SLOWER)]
    if event.kind == "say":
        if event.prompt_id not in approved_prompts(house):
            raise Forbidden("This prompt is not approved for staff; choose one of the list.")
        return [noted, *stop, speak(house, state, event.prompt_id), *ask_again(house, state)]
    if event.kind == "correct":
        return [noted, *stop, *_correct(house, state, event, now)]
    if event.kind == "reask":
        return [noted, *stop, *ask_again(house, state)]
    raise Conflict("There is no such act; use reask, slower, say, correct, join or leave.")


def _correct(house: House, state: CallState, event: StaffAct, now: datetime) -> list[Effect]:
    if state.focus in _CLOSED or state.known.submitted:
        raise Conflict("The application is not open to corrections at this step.")
    if event.slot not in {question.id for question in house.script.slots}:
        raise Conflict("There is no such field; choose one of the application.")
    value = from_json(event.slot, event.value, house.currency)
    evidence = Evidence(Source.STAFF, now, call_id=state.call_id, text=event.who)
    return [keep(state, event.slot, value, evidence), *go_on(house, state)]
