"""A house behind the telephone line that only remembers what it was told."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

from core.errors import NotFound, StorageError
from ivr.line import (
    Admission,
    AudioIn,
    CallNote,
    FormAnswer,
    FormAsk,
    FormPage,
    IncomingCall,
    Line,
    LineEnded,
    LineEvent,
    MarkBack,
    NextStep,
)


class FakeClock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


class FakeIds:
    def __init__(self) -> None:
        self.made = 0

    def new(self, prefix: str) -> str:
        self.made += 1
        return f"{prefix}_{self.made}"

    def digits(self, count: int) -> str:
        return "0" * count

    def token(self) -> str:
        self.made += 1
        return f"nonce{self.made}"


class FakeMeter:
    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()

    def count(self, name: str, **labels: str) -> None:
        self.counts[name, labels.get("why", "")] += 1

    def __getitem__(self, key: tuple[str, str]) -> int:
        return self.counts[key]


class FakeRunner:
    """Plays one prompt at the start; ``over`` after the line ended, a ``#`` or a mark named ``last``."""

    def __init__(self, line: Line, *, slow: float = 0.0, fail_on: type[LineEvent] | None = None) -> None:
        self.line = line
        self.slow = slow
        self.fail_on = fail_on
        self.events: list[LineEvent] = []
        self.came = asyncio.Event()
        self.is_over = False

    async def begin(self) -> None:
        await self.line.play(b"\x01" * 1600, "consent.ask:1")

    async def handle(self, event: LineEvent) -> None:
        if self.slow:
            await asyncio.sleep(self.slow)
        if self.fail_on is not None and isinstance(event, self.fail_on):
            raise StorageError("The store cannot be written: free some space.")
        self.events.append(event)
        if isinstance(event, LineEnded):
            self.is_over = True
        if isinstance(event, MarkBack) and event.name == "last":
            self.is_over = True
            await self.line.close()
        self.came.set()

    @property
    def over(self) -> bool:
        return self.is_over

    @property
    def sound(self) -> bytes:
        return b"".join(event.mulaw for event in self.events if isinstance(event, AudioIn))

    @property
    def others(self) -> list[LineEvent]:
        return [event for event in self.events if not isinstance(event, AudioIn)]


class FakeSwitchboard:
    def __init__(self) -> None:
        self.admission = Admission.WELCOME
        self.step = NextStep("goodbye")
        self.rung: dict[str, IncomingCall] = {}
        self.rings = 0
        self.runners: dict[str, list[FakeRunner]] = {}
        self.ends: list[tuple[str, str]] = []
        self.failing = False
        self.slow = 0.0
        self.fail_on: type[LineEvent] | None = None

    async def ring(self, call: IncomingCall) -> Admission:
        if self.failing:
            raise StorageError("The store cannot be written: free some space.")
        self.rings += 1
        self.rung.setdefault(call.call_id, call)
        return self.admission

    async def connect(self, call_id: str, line: Line) -> FakeRunner:
        if call_id not in self.rung:
            raise NotFound("The call did not ring here: dial again.")
        runner = FakeRunner(line, slow=self.slow, fail_on=self.fail_on)
        self.runners.setdefault(call_id, []).append(runner)
        return runner

    def next_step(self, call_id: str) -> NextStep:
        if call_id not in self.rung:
            raise NotFound("The call did not ring here: dial again.")
        return self.step

    async def ended(self, call_id: str, why: str) -> None:
        if self.failing:
            raise StorageError("The store cannot be written: free some space.")
        self.ends.append((call_id, why))


class FakeCallBacks:
    def __init__(self) -> None:
        self.asked: dict[str, IncomingCall] = {}
        self.reasons: list[str] = []
        self.failing = False

    async def ask(self, call: IncomingCall, reason: str) -> None:
        if self.failing:
            raise StorageError("The store cannot be written: free some space.")
        if call.call_id not in self.asked:
            self.asked[call.call_id] = call
            self.reasons.append(reason)


class FakeForm:
    """Three questions, then a goodbye."""

    def __init__(self) -> None:
        self.number = 1
        self.given: list[FormAnswer] = []
        self.step = NextStep("goodbye", "accepted")

    async def page(self) -> FormPage:
        if self.number > 3:
            return FormPage(self.number, ("Thank you.",), (), None, self.step)
        ask = FormAsk(("yes", "no"), 1, "", 6, 1)
        return FormPage(self.number, ("This is recorded.",), (f"Question {self.number}?",), ask, NextStep("form"))

    async def answer(self, given: FormAnswer) -> FormPage:
        if given.number == self.number <= 3:
            self.given.append(given)
            self.number += 1
        return await self.page()


class FakeForms:
    def __init__(self) -> None:
        self.open: dict[str, FakeForm] = {}
        self.failing = False

    async def form(self, call: IncomingCall) -> FakeForm:
        if self.failing:
            raise StorageError("The store cannot be written: free some space.")
        return self.open.setdefault(call.call_id, FakeForm())


class FakeDesk:
    """Knows every call."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.back: list[str] = []
        self.closed: set[str] = set()

    def note(self, call_id: str) -> CallNote:
        return CallNote("case_00ab12", "asked_for_person", "monthly_income", 4, 10, owner_verified=False)

    def with_person(self, call_id: str) -> None:
        self.taken.append(call_id)

    def is_with_person(self, call_id: str) -> bool:
        return self.taken.count(call_id) > self.back.count(call_id)

    def comes_back(self, call_id: str) -> None:
        self.back.append(call_id)

    def is_closed(self, call_id: str) -> bool:
        return call_id in self.closed


class FakeLinks:
    def __init__(self) -> None:
        self.sent: list[str] = []

    async def send(self, call: IncomingCall) -> None:
        self.sent.append(call.call_id)
