"""Admits calls, joins each to its runner, and brings every call to exactly one end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

import structlog

from core.errors import Conflict, LoanlineError, NotFound, StorageError
from core.events import JournalEntry
from core.ports import Clock, Ids, OpenCase, Storage
from ivr.call_runner import CallRunner
from ivr.dialogue.events import CallBegan
from ivr.dialogue.state import CallState
from ivr.form_runner import FormRunner
from ivr.line import Admission, CallNote, IncomingCall, Line, LineEnded, NextStep
from ivr.sessions import Sessions
from ivr.telemetry import Metrics

__all__ = ["FormMaker", "LineSwitchboard", "RunnerMaker"]

_REMEMBERED = 300
#: A call that is welcome and opens no stream, or whose form brings no answer, takes room this long (seconds).
_PATIENCE_S, _FORM_PATIENCE_S = 120.0, 600.0
_log = structlog.get_logger()


class RunnerMaker(Protocol):
    """Builds the runner of one call; given by ``ivr.bootstrap``."""

    def __call__(self, call: IncomingCall, began: CallBegan, line: Line) -> CallRunner: ...


class FormMaker(Protocol):
    """Builds the form of one call; given by ``ivr.bootstrap``."""

    def __call__(self, call: IncomingCall, began: CallBegan) -> FormRunner: ...


@dataclass(slots=True)
class _Place:
    """One call on the board of the exchange."""

    call: IncomingCall
    case_id: str
    left: OpenCase | None
    runner: CallRunner | None = None
    ended: bool = False
    next_step: NextStep = field(default_factory=lambda: NextStep("reconnect", "never_joined"))
    streams: int = 0
    form: FormRunner | None = None
    #: A person has the call; it is not over and takes no room.
    person: bool = False
    #: A person gave it back, and neither stream nor form has it yet.
    back: bool = False
    #: When the call was last heard of, on the monotonic clock.
    seen: float = 0.0
    #: One webhook at a time may find out about the call or open its form.
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def now_at(self) -> CallRunner | FormRunner | None:
        """What has the call, or had it last."""
        return self.form or self.runner

    @property
    def live(self) -> bool:
        return self.now_at is not None and not self.now_at.over


class LineSwitchboard:
    """See ``ivr.line.Switchboard``, ``Forms`` and ``PersonDesk``. What comes twice changes nothing the second time.

    With ``sessions`` a call that comes back goes on where it stopped, also from the journal after a restart. With
    ``make_form`` a call that can have no stream is taken as a form.
    """

    def __init__(
        self,
        *,
        storage: Storage,
        clock: Clock,
        ids: Ids,
        metrics: Metrics,
        make_runner: RunnerMaker,
        max_calls: int,
        resume_hours: int,
        known_days: int = 0,
        capacity: Callable[[], int],
        sessions: Sessions | None = None,
        make_form: FormMaker | None = None,
    ) -> None:
        self._storage, self._clock, self._ids, self._metrics = storage, clock, ids, metrics
        self._make_runner, self._max_calls, self._capacity = make_runner, max_calls, capacity
        self._resume = timedelta(hours=resume_hours)
        self._known = timedelta(days=known_days)
        self._sessions, self._make_form = sessions, make_form
        self._places: dict[str, _Place] = {}
        self._closing = self._letting_go = False

    @property
    def active(self) -> int:
        return sum(place.now_at is not None and not place.ended and not place.person for place in self._places.values())

    def stop_taking_calls(self) -> None:
        """New callers are offered a call-back; calls on the line go on."""
        self._closing = True

    async def let_go(self) -> int:
        """Have every call that streams come back in a moment, to whoever answers then; returns how many."""
        self._letting_go = True
        live = [place.runner for place in self._places.values() if place.runner is not None and not place.runner.over]
        for runner in live:
            await runner.let_go()
        return len(live)

    async def ring(self, call: IncomingCall) -> Admission:
        """A call in progress is never made worse by this one: above ``max_calls`` the answer is ``FULL``.

        Raises ``StorageError`` when the store cannot be written: the caller is then offered the ways on that need none.
        """
        place = self._places.get(call.call_id)
        if place is None:
            if self._closing:
                return Admission.CLOSED
            room = sum(self._takes_room(place) for place in self._places.values()) < self._max_calls
            if not room or (self._make_form is None and self._capacity() < 1):
                self._metrics.count("call_refused", why="full")
                return Admission.FULL
            # The place is taken before anything is awaited, so that two calls never get the last one.
            place = self._places[call.call_id] = _Place(call, self._ids.new("case"), None, seen=self._clock.monotonic())
            await self._find_out(place)
            self._forget_old()
        async with place.turn:  # a repeated ring waits until the first one knows the caller
            place.seen = self._clock.monotonic()
            self.comes_back(call.call_id)
            in_form = place.form is not None or self._capacity() < 1
        return Admission.FORM if in_form and self._make_form is not None else Admission.WELCOME

    def _takes_room(self, place: _Place) -> bool:
        """Whether this call is on the line, or may still come to it."""
        if place.ended or place.person:
            return False
        if place.live and place.form is None:
            return True
        patience = _FORM_PATIENCE_S if place.live else _PATIENCE_S
        return self._clock.monotonic() - place.seen < patience

    async def _find_out(self, place: _Place) -> None:
        """Whether the call was here before a restart, or its caller left a case behind."""
        async with place.turn:
            try:
                if await asyncio.to_thread(self._restored, place):
                    return
                left = await asyncio.to_thread(self._left_behind, place.call)
            except LoanlineError:
                self._places.pop(place.call.call_id, None)
                raise
        if left and not any(
            other.case_id == left.case_id and not other.ended for other in self._places.values()
        ):  # else the case is on the line this very moment
            place.left, place.case_id = left, left.case_id

    def _restored(self, place: _Place) -> bool:
        self._storage.health()  # a call is answered only where it can be kept
        if self._sessions is None:
            return False
        call = place.call
        with self._storage.begin() as unit:
            case_id = unit.records.case_of(call.call_id)
            if case_id is None:
                return False
            entries = unit.journal.read(case_id)
        self._sessions.restore(call.call_id, case_id, call.caller, entries, self._clock.now())
        place.case_id = case_id
        return True

    def _left_behind(self, call: IncomingCall) -> OpenCase | None:
        if call.caller is None:
            return None
        with self._storage.begin() as unit:
            return unit.journal.find_open(call.caller, self._clock.now() - self._resume)

    def _earlier(self, call: IncomingCall) -> tuple[JournalEntry, ...]:
        """What the newest decided case of this number established, where callers are known again at all."""
        if call.caller is None or not self._known:
            return ()
        with self._storage.begin() as unit:
            found = unit.journal.find_decided(call.caller, self._clock.now() - self._known)
        return found.entries if found is not None else ()

    async def connect(self, call_id: str, line: Line) -> CallRunner:
        place = self._places.get(call_id)
        if place is None:
            raise NotFound("This call did not ring here; let it ring first.")
        if place.form is not None and not place.form.answered:
            place.form = None  # a late webhook opened it, and the stream came after all
        place.streams += 1  # one that fails counts too: the third leads to the form, not round in circles
        if place.ended or place.person or place.live:
            raise Conflict("This call has its stream already, or is over.")
        began = await self._begin(place)
        place.form = None
        place.runner = self._make_runner(place.call, began, line)
        self._metrics.calls_active(self.active)
        return place.runner

    async def form(self, call: IncomingCall) -> FormRunner:
        """See ``ivr.line.Forms``. A stream that is still open for this call is over for us."""
        admission = await self.ring(call) if call.call_id not in self._places else Admission.FORM
        place = self._places.get(call.call_id)
        if place is None or self._make_form is None or admission in {Admission.FULL, Admission.CLOSED}:
            raise Conflict("No form can be opened for this call; offer a call-back.")
        async with place.turn:
            if place.ended:
                raise Conflict("This call is over; it needs no form.")
            place.seen = self._clock.monotonic()
            if place.form is None:
                if place.runner is not None:
                    await place.runner.handle(LineEnded("form"))
                place.form = self._make_form(place.call, await self._begin(place))
                place.person = False
                self._metrics.count("call_form")
                self._metrics.calls_active(self.active)
            return place.form

    async def _begin(self, place: _Place) -> CallBegan:
        """Open the call's record under the case it works for now; returns how its dialogue begins."""
        call = place.call
        if self._sessions is not None and self._sessions.can_go_on(call.call_id):
            place.left, place.case_id = None, self._sessions.case_of(call.call_id) or place.case_id
        elif place.now_at is not None:
            place.left = await asyncio.to_thread(self._left_behind, call)
        place.seen, place.back = self._clock.monotonic(), False
        await asyncio.to_thread(self._open_record, place)
        entries = place.left.entries if place.left else ()
        earlier = () if entries else await asyncio.to_thread(self._earlier, call)
        from_ms = place.runner.now_ms if place.runner is not None else 0
        return CallBegan(call.call_id, place.case_id, call.caller, call.attestation, entries, from_ms, earlier)

    def _open_record(self, place: _Place) -> None:
        with self._storage.begin() as unit:
            unit.records.open_call(place.call.call_id, place.case_id, self._clock.now(), recording=False)
            unit.commit()

    def runner(self, call_id: str) -> CallRunner:
        """The runner of a call that was joined. Raises ``NotFound``."""
        place = self._places.get(call_id)
        if place is None or place.runner is None:
            raise NotFound("No such call was on this line; look it up among the records.")
        return place.runner

    def state(self, call_id: str) -> CallState:
        """What a call has established, by stream or form. Raises ``NotFound``."""
        place = self._places.get(call_id)
        if place is None or place.now_at is None:
            raise NotFound("No such call was on this line; look it up among the records.")
        return place.now_at.state

    def next_step(self, call_id: str) -> NextStep:
        """Raises ``NotFound`` for a call this node does not know, such as one from before a restart."""
        place = self._places.get(call_id)
        if place is None:
            raise NotFound("This call did not ring here; let it ring first.")
        place.seen = self._clock.monotonic()
        if place.person:
            return NextStep("person", "with_person")
        form = "form" if self._make_form is not None else "call_back"
        if place.now_at is None or place.back:
            # The stream was asked for and never came. Asking again would go round in circles.
            return NextStep("form", "never_joined") if self._make_form is not None else place.next_step
        step = place.now_at.next_step
        if step.kind == "reconnect" and self._letting_go:
            return NextStep("wait", "restart")
        if step.kind == "reconnect" and place.streams >= 3:
            return NextStep(form, "line_trouble")
        return step

    def note(self, call_id: str) -> CallNote:
        if self._sessions is None:
            raise NotFound("This line keeps no notes of its calls; look at the call's record.")
        return self._sessions.note(call_id)

    def with_person(self, call_id: str) -> None:
        place = self._places.get(call_id)
        if place is None:
            raise NotFound("This call did not ring here; let it ring first.")
        place.person = True
        self._metrics.calls_active(self.active)

    def is_with_person(self, call_id: str) -> bool:
        place = self._places.get(call_id)
        return place is not None and place.person and not place.ended

    def comes_back(self, call_id: str) -> None:
        place = self._places.get(call_id)
        if place is None:
            raise NotFound("This call did not ring here; let it ring first.")
        if place.person:
            place.person, place.back, place.form = False, True, None
            place.seen = self._clock.monotonic()

    def is_closed(self, call_id: str) -> bool:
        return self._sessions is not None and self._sessions.is_closed(call_id)

    def case_of(self, call_id: str) -> str | None:
        """The case a call works for; ``None`` when it has none yet."""
        place = self._places.get(call_id)
        return place.case_id if place is not None and place.now_at is not None else None

    async def ended(self, call_id: str, why: str) -> None:
        place = self._places.get(call_id)
        if place is None or place.ended:
            return
        place.ended = True
        outcome = f"never_joined:{why}"
        if place.now_at is not None:
            await place.now_at.handle(LineEnded(why))
            outcome = place.now_at.outcome
            place.now_at.finished(outcome)
        if self._sessions is not None:
            self._sessions.forget(call_id)
        try:
            await asyncio.to_thread(self._close_record, place, outcome)
        except LoanlineError as error:
            _log.error("record_not_closed", code=error.code, call=call_id)
        self._metrics.calls_active(self.active)

    def _close_record(self, place: _Place, outcome: str) -> None:
        if place.now_at is None:
            return
        with self._storage.begin() as unit:
            unit.records.close_call(place.call.call_id, outcome, self._clock.now())
            unit.commit()

    def _forget_old(self) -> None:
        ended = [call_id for call_id, place in self._places.items() if place.ended]
        for call_id in ended[: max(0, len(self._places) - _REMEMBERED)]:
            del self._places[call_id]

    def healthy(self) -> None:
        """Raises ``StorageError`` when calls could not be kept."""
        if self._closing:
            raise StorageError("The line is closing; send calls elsewhere.")
        self._storage.health()
