"""Callers who press keys on one line in one folder, and tell what each of them was told.

Real dialogue, switchboard, journal, record, audit log and keys; silence for a voice and no decoding, so that a call
takes a tenth of a second and a thousand of them can be killed.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from core.applicant import PhoneNumber
from core.codec import to_json
from core.errors import StorageError
from ivr.call_runner import CallRunner
from ivr.line import AudioIn, IncomingCall, KeyIn, LineEnded, MarkBack
from ivr.rehearsal import RehearsalHouse
from ivr.replay.caller import newest_code
from speech.audio import silence_mulaw
from speech.engines.scripted import ScriptedRecognizer
from tests.chaos.stores import opened, settings_of
from tests.ivr.small_line import QuietVoice, by_keys

__all__ = ["Crowd", "Person", "Told"]

_FRAME = silence_mulaw(20)
_CODED = frozenset({"code", "resume"})
_MOST_TICKS = 20_000
_AREAS = (415, 303, 212, 312, 206, 617, 713, 404)


@dataclass(frozen=True, slots=True)
class Person:
    """The ``life``-th applicant on the ``seat``-th telephone: a number of their own."""

    seat: int
    life: int

    @property
    def phone(self) -> PhoneNumber:
        return PhoneNumber(f"+1{_AREAS[self.seat]}23{self.life // 10_000}{self.life % 10_000:04d}")

    def keys(self, prompt_id: str) -> str:
        """What this person presses after this prompt."""
        if prompt_id.startswith("national_id_last4"):
            return f"{self.seat + 1}{self.life % 1000:03d}"  # nobody shares an identity
        return by_keys(prompt_id)


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that a caller was told, or that became of a call. ``slots``: name to a digest of the value as kept."""

    kind: str
    call: str
    seat: int
    life: int
    prompt: str = ""
    outcome: str = ""
    slots: dict[str, str] = field(default_factory=dict)

    def line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def read(cls, line: bytes) -> Told:
        return cls(**json.loads(line))


def digest(name: str, value: object) -> str:
    """Equal values, equal words; no value can be read from them."""
    return hashlib.sha256(name.encode() + to_json(value)).hexdigest()[:16]


class _Far:
    """The far end of one call: what is queued to play, and the marks that come back when it has played."""

    def __init__(self, on_play: Callable[[str], None]) -> None:
        self._on_play = on_play
        self.queued: list[tuple[str, int]] = []
        self.closed = False

    async def play(self, mulaw: bytes, mark: str) -> None:
        self._on_play(mark.rpartition(":")[0])
        self.queued.append((mark, len(mulaw) // 8))

    async def clear(self) -> None:
        self.queued.clear()

    async def close(self) -> None:
        self.closed = True


class Crowd:
    """Some telephones on one line. ``tell`` is called with everything a caller is told, at the moment it is said."""

    def __init__(self, folder: Path, tell: Callable[[Told], None]) -> None:
        self._recognizer = ScriptedRecognizer(hearings=256)
        self.house = RehearsalHouse(settings_of(folder), self._recognizer, QuietVoice(), storage=opened(folder))
        self.tell = tell

    async def open(self) -> None:
        await self._recognizer.start()

    async def live(self, seat: int, life: int, tag: str, *, until: int | None = None) -> None:
        """Call after call on one telephone: each life calls until it has its loan, or a person helps it; then the next
        one does."""
        turn = 0
        while until is None or life < until:
            who = Person(seat, life)
            name = hashlib.sha256(f"{tag}:{seat}:{life}:{turn}".encode()).hexdigest()[:32]
            outcome = await self.call(who, f"CA{name}")
            turn += 1
            if outcome in {"accepted", "review", "declined", "incomplete", "with_a_person"}:
                life, turn = life + 1, 0

    async def call(self, who: Person, call_id: str) -> str:
        """One call from ring to hang-up; returns its outcome, or ``refused`` where the store cannot be written."""
        try:
            return await self._answered(who, call_id)
        except StorageError:
            self.tell(Told("refused", "", who.seat, who.life))
            await asyncio.sleep(0.05)
            return "refused"

    async def _answered(self, who: Person, call_id: str) -> str:
        board = self.house.switchboard
        await board.ring(IncomingCall(call_id, who.phone, "+18005550199", "TN-Validation-Passed-A"))
        runner: CallRunner | None = None

        def said(prompt_id: str) -> None:
            slots = {} if runner is None else runner.state.slots
            kept = {name: digest(name, answer.value) for name, answer in slots.items()}
            self.tell(Told("said", call_id, who.seat, who.life, prompt_id, slots=kept))

        far = _Far(said)
        runner = await board.connect(call_id, far)
        await runner.begin()
        await self._talk(runner, far, call_id, who)
        if not runner.over:
            await runner.handle(LineEnded("closed"))
        await board.ended(call_id, "completed")
        if runner.next_step.reason == "code_unsent":  # no more codes for this case today: a person helps
            self.tell(Told("knows", call_id, who.seat, who.life, "handover.trouble"))
            return "with_a_person"
        self.tell(Told("ended", call_id, who.seat, who.life, outcome=runner.outcome))
        return runner.outcome

    async def _talk(self, runner: CallRunner, far: _Far, call_id: str, who: Person) -> None:
        now = 0
        for _ in range(_MOST_TICKS):
            if runner.over or far.closed:
                return
            await runner.handle(AudioIn(now, _FRAME))
            now += 20
            heard = await self._play(runner, far, call_id, who)
            if heard is not None and not far.queued:
                for key in self._answer(heard, who):
                    await runner.handle(KeyIn(key))
            if now % 400 == 0:
                await asyncio.sleep(0)
        raise AssertionError(f"{runner.state.focus}: the call went on for {now} ms")

    async def _play(self, runner: CallRunner, far: _Far, call_id: str, who: Person) -> str | None:
        """20 ms of what is queued; the prompt that ended with them."""
        if not far.queued:
            return None
        mark, left = far.queued[0]
        far.queued[0] = (mark, left - 20)
        if left > 20:
            return None
        far.queued.pop(0)
        prompt_id = mark.rpartition(":")[0]
        if prompt_id.startswith("goodbye."):
            self.tell(Told("knows", call_id, who.seat, who.life, prompt_id))
        await runner.handle(MarkBack(mark))
        return prompt_id

    def _answer(self, prompt_id: str, who: Person) -> str:
        section = prompt_id.partition(".")[0]
        if section in {"goodbye", "handover"}:
            return ""
        if section in _CODED:
            return newest_code(self.house.sms_inbox.texts_to(who.phone)) or ""
        return "1" if prompt_id.endswith(".confirm") else who.keys(prompt_id)
