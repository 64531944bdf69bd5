"""QA replay: fixtures through the same switchboard and runner as a telephone call, without a network, in lockstep.

Stream time advances only when the runner has dealt with the last event, the engines are patient, every answer has its
own noise and every call its own codes: a slow machine changes no result and a fast one is used to the full. Each call
gets a house of its own in a temporary folder.
"""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from core.applicant import PhoneNumber
from core.errors import LoanlineError
from core.ports import Clock
from ivr.line import Admission, AudioIn, FormAnswer, IncomingCall, KeyIn, LineEnded, LineEvent, MarkBack, Runner
from ivr.replay.caller import SimulatedCaller, Tick, newest_code
from ivr.replay.channel import load_clip
from ivr.replay.form import CONFIDENCE, reply
from ivr.replay.manifest import CallFixture
from ivr.replay.result import CallResult, HouseFactory, Played, ReplayHouse

__all__ = ["LockstepLine", "play_all", "play_one"]

_CALLED = "+18005550199"
_LONGEST_MS = 20 * 60 * 1000
_BREATH = 25  # ticks between two chances for other calls
_MOST_STREAMS = 3
_MOST_PAGES = 100
_ENDINGS = {"goodbye": "completed", "call_back": "completed", "person": "handed_over"}


class LockstepLine:
    """``ivr.line.Line`` whose far end is a simulated caller in this process."""

    def __init__(self, caller: SimulatedCaller) -> None:
        self._caller = caller
        self.closed = False

    async def play(self, mulaw: bytes, mark: str) -> None:
        self._caller.play(mulaw)
        self._caller.mark(mark)

    async def clear(self) -> None:
        self._caller.clear()

    async def close(self) -> None:
        self.closed = True


class _Call:
    def __init__(self, caller: SimulatedCaller, house: ReplayHouse, call_id: str) -> None:
        self._caller = caller
        self._house = house
        self._call_id = call_id

    async def run(self) -> str:
        """How the call ended, in the words of ``WireResult``."""
        board = self._house.switchboard
        who = self._caller.fixture.caller
        number = None if who.number is None else PhoneNumber(who.number)
        call = IncomingCall(self._call_id, number, _CALLED, who.stir_verstat)
        admission = await board.ring(call)
        if admission is Admission.FORM or (admission is Admission.WELCOME and not self._caller.fixture.channel.stream):
            ended = await self._form(call)
        elif admission is Admission.WELCOME:
            ended = await self._streams(call)
        else:
            return "refused"
        await board.ended(self._call_id, ended)
        return ended

    async def _streams(self, call: IncomingCall) -> str:
        for _ in range(_MOST_STREAMS):
            await self._stream()
            if self._caller.hung_up:
                return "hung_up"
            step = self._house.switchboard.next_step(self._call_id)
            if step.kind == "form":
                return await self._form(call)
            if step.kind != "reconnect":
                return _ENDINGS.get(step.kind, "failed")
        return "failed"

    async def _form(self, call: IncomingCall) -> str:
        """Page by page, as the carrier's ``<Gather>`` does it."""
        form = await self._house.switchboard.form(call)
        page = await form.page()
        for _ in range(_MOST_PAGES):
            if page.ask is None:
                return _ENDINGS.get(page.step.kind, "failed")
            turn = self._caller.turn_without_stream(page.prompt_id)
            given = reply(turn, self._code() or "", page.ask.digits, page.ask.finish)
            if given.hang_up:
                return "hung_up"
            confidence = CONFIDENCE if given.words else None
            page = await form.answer(FormAnswer(page.number, given.words, confidence, given.keys))
        return "failed"

    async def _stream(self) -> None:
        line = LockstepLine(self._caller)
        runner = await self._house.switchboard.connect(self._call_id, line)
        began = self._caller.now_ms
        await runner.begin()
        breaks = (round(1000 * at) for at in self._caller.fixture.channel.breaks)
        break_ms = next((at for at in breaks if at > began), _LONGEST_MS)
        ticks = 0
        while not (runner.over or line.closed or self._caller.hung_up) and self._caller.now_ms - began < _LONGEST_MS:
            tick = self._caller.tick()
            await self._hand_over(runner, line, tick, began)
            if tick.wants_code and (code := self._code()) is not None:
                self._caller.give_code(code)
            if self._caller.now_ms >= break_ms:
                self._caller.line_lost()
                await runner.handle(LineEnded("socket_closed"))
            ticks += 1
            if ticks % _BREATH == 0:
                await asyncio.sleep(0)
        if not runner.over:
            await runner.handle(LineEnded("hung_up" if self._caller.hung_up else "closed"))

    async def _hand_over(self, runner: Runner, line: LockstepLine, tick: Tick, began: int) -> None:
        """Everything of one tick, in the order of the wire."""
        events: list[LineEvent] = [MarkBack(name, flushed) for name, flushed in tick.marks]
        events += [KeyIn(key) for key in tick.keys]
        for event in (*events, AudioIn(tick.at_ms - began, tick.frame)):
            if runner.over or line.closed:
                return
            await runner.handle(event)

    def _code(self) -> str | None:
        number = self._caller.fixture.caller.texts_to
        return None if number is None else newest_code(self._house.sms_inbox.texts_to(PhoneNumber(number)))


async def play_one(fixture: CallFixture, house: HouseFactory, clock: Clock, seed: int = 0) -> Played:
    """Play one fixture in a house of its own. A failure of the pipeline is reported in ``Played.error``; only
    failures of the fixture's files (``InvalidFixture``) are raised."""
    caller = SimulatedCaller(fixture, load_clip, seed)
    digest = hashlib.sha256(f"{fixture.name}:{fixture.seed}:{seed}".encode()).hexdigest()
    call_id = "CA" + digest[:32]
    started = clock.monotonic()
    ended, error = "failed", ""
    result: CallResult | None = None
    with tempfile.TemporaryDirectory(prefix="loanline-replay-") as folder:
        try:
            async with house(Path(folder), int(digest[:8], 16)) as open_house:
                if fixture.history:
                    open_house.remember(fixture)
                ended = await _Call(caller, open_house, call_id).run()
                result = open_house.result(call_id)
        except LoanlineError as problem:
            error = f"{problem.code}: {problem}"
    return Played(
        fixture=fixture,
        ended=ended,
        stream_ms=caller.now_ms,
        wall_seconds=clock.monotonic() - started,
        heard=tuple(caller.heard),
        said=tuple(caller.said),
        unused=caller.unused,
        result=result,
        error=error,
    )


async def play_all(
    fixtures: Sequence[CallFixture],
    house: HouseFactory,
    clock: Clock,
    *,
    jobs: int = 2,
    done: Callable[[Played], None] | None = None,
) -> list[Played]:
    """Play fixtures, ``jobs`` at a time, and return them in the order given; ``done`` is told of each as it ends."""
    places = asyncio.Semaphore(jobs)

    async def play(fixture: CallFixture) -> Played:
        async with places:
            played = await play_one(fixture, house, clock)
        if done is not None:
            done(played)
        return played

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(play(fixture)) for fixture in fixtures]
    return [task.result() for task in tasks]
