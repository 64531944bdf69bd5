"""Callers who wait for a person: one room each, one person at a time, first come first served.

The caller hears music, their place in the row and about how long it takes, and may leave for a call back or for the
line. The person is rung, hears alone what the call is about, and takes it with a key: then both meet in a conference
room. The star key gives the caller back to the line, which goes on where it stopped.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import ceil

import structlog

from core.applicant import PhoneNumber
from core.errors import Conflict, LoanlineError, NotFound, ProviderError
from core.ports import Clock, Ids
from ivr.line import CallNote, IncomingCall, PersonDesk
from ivr.twilio.meter import Meter
from ivr.twilio.rest import CallControl
from ivr.twilio.twiml import Documents, Place

__all__ = ["HandOvers", "whisper"]

_log = structlog.get_logger(__name__)

#: The wait is reckoned from so many talks.
_TALKS = 10

_WHY = {
    "asked_for_person": "They asked for a person.",
    "unrecorded": "They did not agree to a record: write nothing of this call down.",
    "not_my_loan": "They say that they did not ask for this loan: somebody may be using their name.",
    "trouble": "The line could not understand them.",
    "failed": "Something went wrong on our side.",
    "code": "The one-time code did not work.",
}


def whisper(note: CallNote | None) -> str:
    """What the person hears before they take a call: no name, no number, no amount, nothing the caller said."""
    if note is None:
        return "A caller of the loan line. Nothing is known of the call yet."
    why = _WHY.get(note.reason) or _WHY.get(note.reason.partition(":")[0].partition("_")[0], "They need a person.")
    return (
        f"A caller of the loan line. {why} They have answered {note.answered} of {note.questions} questions and are "
        f"at: {note.open_question.replace('_', ' ')}. Their telephone is "
        f"{'confirmed' if note.owner_verified else 'not confirmed'}. Case ending in {', '.join(note.case[-4:])}."
    )


@dataclass(slots=True)
class _Waiting:
    """One caller. ``leg`` is the call to the person, once it rings; ``talking`` once they took it, since ``talk_at``.

    ``reachable``: the caller's number is known, so they can be called back.
    """

    call_id: str
    room: str
    note: CallNote | None
    reachable: bool
    leg: str = ""
    talking: bool = False
    talk_at: float = 0.0


class HandOvers:
    """All callers of one node who wait for, or talk to, a person. One event loop."""

    def __init__(
        self,
        control: CallControl,
        documents: Documents,
        desk: PersonDesk,
        staff: PhoneNumber,
        caller_id: str,
        ids: Ids,
        clock: Clock,
        meter: Meter,
        people: int = 1,
    ) -> None:
        """``caller_id`` is the number of ours that the person sees; ``people`` how many calls ``staff`` can take."""
        self._control, self._documents, self._desk = control, documents, desk
        self._staff, self._caller_id, self._ids, self._meter = staff, caller_id, ids, meter
        self._clock, self._people = clock, people
        self._talks: deque[float] = deque(maxlen=_TALKS)
        self._row: dict[str, _Waiting] = {}

    def position(self, call_id: str) -> int | None:
        """How many callers are served before this one; ``None`` when it does not wait."""
        waiting = [entry.call_id for entry in self._row.values() if not entry.talking]
        return waiting.index(call_id) if call_id in waiting else None

    def waits(self, call_id: str) -> bool:
        """Whether this caller is in the row and not yet with a person."""
        return self.position(call_id) is not None

    async def wait(self, call: IncomingCall, before: tuple[str, ...] = ()) -> str:
        """TwiML that puts the caller in the row (once), after saying ``before``."""
        entry = self._row.get(call.call_id) or self._enter(call.call_id, reachable=call.caller is not None)
        await self._serve()
        if call.call_id not in self._row:
            return self._documents.nobody(before, go_on=not self._desk.is_closed(call.call_id))
        return self._documents.please_hold(self._place(entry), before)

    async def take(self, call_id: str) -> None:
        """A person takes a call that the line is talking to now. Raises ``NotFound`` and ``ProviderError``."""
        if call_id in self._row:
            return
        entry = self._enter(call_id, reachable=False)
        try:
            await self._control.to_hold(call_id, self._place(entry))
        except ProviderError:
            del self._row[call_id]
            raise
        await self._serve()

    async def hand_back(self, call_id: str) -> None:
        """Give the caller back to the line. Raises ``NotFound``, ``Conflict`` and ``ProviderError``."""
        if call_id not in self._row:
            raise NotFound("No person has this call; it cannot be handed back.")
        if self._desk.is_closed(call_id):
            raise Conflict("The case of this call is closed; say goodbye instead.")
        await self._control.hand_back(call_id)
        self._desk.comes_back(call_id)
        self._leave(call_id, "handed_back")
        await self._serve()

    async def hold(self, call: IncomingCall) -> str:
        """What the waiting caller hears next. One whom the node forgot in a restart hears what else there is."""
        entry = self._row.get(call.call_id)
        if entry is None and self._desk.is_with_person(call.call_id):
            return await self.wait(call)
        if entry is None:
            return self._documents.nobody(go_on=not self._desk.is_closed(call.call_id))
        entry.reachable = call.caller is not None
        return self._documents.hold(self._place(entry))

    def _place(self, entry: _Waiting) -> Place:
        before = self.position(entry.call_id) or 0
        free = self._people - sum(other.talking for other in self._row.values())
        minutes = None
        if self._talks and before >= free:
            talk_s = sum(self._talks) / len(self._talks)
            minutes = max(1, ceil(talk_s * (before - free + 1) / self._people / 60))
        return Place(before, minutes, entry.reachable, not self._desk.is_closed(entry.call_id))

    async def join(self, leg: str) -> str:
        """The person pressed a key: TwiML that brings the call's two ends together, if the caller is still there."""
        entry = self._of_leg(leg)
        if entry is None:
            return self._documents.caller_gone()
        if not entry.talking:
            entry.talking, entry.talk_at = True, self._clock.monotonic()
            try:
                await self._control.to_conference(entry.call_id, entry.room)
            except ProviderError:
                # They hung up at this moment; or they still hear music, and its next round puts them in the row again.
                self._leave(entry.call_id, "gave_up")
                return self._documents.caller_gone()
            self._meter.count("twilio_hand_over", why="joined")
        return self._documents.join_conference(entry.room)

    async def star(self, leg: str) -> str:
        """The person pressed star, or the talk ended. The caller goes back to the line if they are still there."""
        entry = self._of_leg(leg)
        if entry is not None and not self._desk.is_closed(entry.call_id):
            try:
                await self.hand_back(entry.call_id)
            except ProviderError:
                # The caller has hung up, or hears what follows the room: the offer to go on.
                _log.info("hand_back_refused", call=entry.call_id)
        return self._documents.hang_up()

    async def leg_over(self, leg: str) -> None:
        """The call to the person is over. A caller whom nobody took hears what else there is."""
        entry = self._of_leg(leg)
        if entry is not None:
            self._leave(entry.call_id, "talked" if entry.talking else "not_taken")
            if not entry.talking:
                await self._apologise(entry.call_id)
        await self._serve()

    async def left(self, call_id: str) -> None:
        """The caller has left the room or the call: the person's telephone need not ring any more."""
        entry = self._gone(call_id)
        if entry is not None and entry.leg and not entry.talking:
            self._meter.count("twilio_hand_over", why="gave_up")
            try:
                await self._control.hang_up(entry.leg)
            except ProviderError:
                _log.warning("staff_leg_not_ended", call=call_id)
        if entry is not None:
            await self._serve()

    def _enter(self, call_id: str, *, reachable: bool) -> _Waiting:
        """Raises ``NotFound`` for a call that is not on the line."""
        try:
            note = self._desk.note(call_id)
        except NotFound:
            note = None
        self._desk.with_person(call_id)
        self._meter.count("twilio_hand_over", why="waiting")
        entry = self._row[call_id] = _Waiting(call_id, self._ids.new("room"), note, reachable)
        return entry

    async def _serve(self) -> None:
        """Ring the person for whoever is next, as long as there is somebody to ring."""
        while sum(bool(entry.leg) for entry in self._row.values()) < self._people:
            entry = next((entry for entry in self._row.values() if not entry.leg), None)
            if entry is None:
                return
            entry.leg = "ringing"  # taken before anything is awaited: nobody is rung twice for one caller
            try:
                leg = await self._control.invite(self._staff, self._caller_id, whisper(entry.note))
            except LoanlineError as error:
                _log.warning("person_not_rung", code=error.code, call=entry.call_id)
                self._leave(entry.call_id, "not_rung")
                await self._apologise(entry.call_id)
                continue
            entry.leg = leg
            if self._row.get(entry.call_id) is not entry:  # they hung up meanwhile
                await self._control.hang_up(leg)

    async def _apologise(self, call_id: str) -> None:
        try:
            await self._control.nobody(call_id, go_on=not self._desk.is_closed(call_id))
        except ProviderError:
            _log.info("caller_not_told", call=call_id)

    def _leave(self, call_id: str, why: str) -> None:
        if self._gone(call_id) is not None:
            self._meter.count("twilio_hand_over", why=why)

    def _gone(self, call_id: str) -> _Waiting | None:
        """Out of the row; how long a talk took is remembered."""
        entry = self._row.pop(call_id, None)
        if entry is not None and entry.talking:
            self._talks.append(self._clock.monotonic() - entry.talk_at)
        return entry

    def _of_leg(self, leg: str) -> _Waiting | None:
        return next((entry for entry in self._row.values() if leg and entry.leg == leg), None)
