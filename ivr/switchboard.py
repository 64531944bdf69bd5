"""Admits calls, joins each to its runner, and brings every call to exactly one end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

import structlog

from core.errors import Conflict, LoanlineError, NotFound, StorageError
from core.ports import Clock, Ids, OpenCase, Storage
from ivr.call_runner import CallRunner
from ivr.dialogue.events import CallBegan
from ivr.line import Admission, IncomingCall, Line, LineEnded, NextStep
from ivr.telemetry import Metrics

__all__ = ["LineSwitchboard", "RunnerMaker"]

_REMEMBERED = 2000
_log = structlog.get_logger()


class RunnerMaker(Protocol):
    """Builds the runner of one call; given by ``ivr.bootstrap``."""

    def __call__(self, call: IncomingCall, began: CallBegan, line: Line) -> CallRunner: ...


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


class LineSwitchboard:
    """See ``ivr.line.Switchboard``. A call that rang, was joined or ended twice changes nothing the second time."""

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
        capacity: Callable[[], int],
    ) -> None:
        self._storage, self._clock, self._ids, self._metrics = storage, clock, ids, metrics
        self._make_runner, self._max_calls, self._capacity = make_runner, max_calls, capacity
        self._resume = timedelta(hours=resume_hours)
        self._places: dict[str, _Place] = {}
        self._closing = False

    @property
    def active(self) -> int:
        return sum(place.runner is not None and not place.ended for place in self._places.values())

    def stop_taking_calls(self) -> None:
        """New callers are offered a call-back; calls on the line go on."""
        self._closing = True

    async def ring(self, call: IncomingCall) -> Admission:
        """Raises ``StorageError`` when the store cannot be read: the telephone network then uses its fallback."""
        if call.call_id in self._places:
            return Admission.WELCOME
        if self._closing:
            return Admission.CLOSED
        waiting = sum(not place.ended for place in self._places.values())
        if waiting >= self._max_calls or self._capacity() < 1:
            self._metrics.count("call_refused", why="full")
            return Admission.FULL
        left = await asyncio.to_thread(self._left_behind, call)
        if left and any(place.case_id == left.case_id and not place.ended for place in self._places.values()):
            left = None  # the case is on the line this very moment
        case_id = left.case_id if left else self._ids.new("case")
        self._places[call.call_id] = _Place(call, case_id, left)
        self._forget_old()
        return Admission.WELCOME

    def _left_behind(self, call: IncomingCall) -> OpenCase | None:
        if call.caller is None:
            return None
        with self._storage.begin() as unit:
            return unit.journal.find_open(call.caller, self._clock.now() - self._resume)

    async def connect(self, call_id: str, line: Line) -> CallRunner:
        place = self._places.get(call_id)
        if place is None:
            raise NotFound("This call did not ring here; let it ring first.")
        if place.ended or (place.runner is not None and not place.runner.over):
            raise Conflict("This call has its stream already, or is over.")
        if place.runner is not None:
            place.left = await asyncio.to_thread(self._left_behind, place.call)
        place.streams += 1
        await asyncio.to_thread(self._open_record, place)
        began = CallBegan(
            call_id,
            place.case_id,
            place.call.caller,
            place.call.attestation,
            place.left.entries if place.left else (),
        )
        place.runner = self._make_runner(place.call, began, line)
        self._metrics.calls_active(self.active)
        return place.runner

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

    def next_step(self, call_id: str) -> NextStep:
        place = self._places.get(call_id)
        if place is None:
            return NextStep("goodbye", "unknown")
        if place.runner is None:
            return place.next_step
        step = place.runner.next_step
        if step.kind == "reconnect" and place.streams >= 3:
            return NextStep("call_back", "line_trouble")
        return step

    async def ended(self, call_id: str, why: str) -> None:
        place = self._places.get(call_id)
        if place is None or place.ended:
            return
        place.ended = True
        outcome = f"never_joined:{why}"
        if place.runner is not None:
            await place.runner.handle(LineEnded(why))
            outcome = place.runner.outcome
            place.runner.finished(outcome)
        try:
            await asyncio.to_thread(self._close_record, place, outcome)
        except LoanlineError as error:
            _log.error("record_not_closed", code=error.code, call=call_id)
        self._metrics.calls_active(self.active)

    def _close_record(self, place: _Place, outcome: str) -> None:
        if place.runner is None:
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
