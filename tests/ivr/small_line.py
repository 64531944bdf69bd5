"""A whole line with a scripted recogniser and a voice of silence: real dialogue, real storage, no decoding."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from core.applicant import PhoneNumber
from ivr.call_runner import CallRunner
from ivr.line import AudioIn, IncomingCall, KeyIn, LineEvent, MarkBack
from ivr.rehearsal import RehearsalHouse
from ivr.replay.channel import load_clip
from ivr.settings import Settings
from ivr.tracing import UNTRACED, Traces
from speech.audio import encode_mulaw, silence_mulaw
from speech.engines.scripted import ScriptedRecognizer
from speech.recognizer import Transcript

CLIPS = Path(__file__).parents[2] / "audio_fixtures" / "calls" / "happy_path"
CALL = IncomingCall("CA1", PhoneNumber("+14155550123"), "+18005550199", "TN-Validation-Passed-A")


class QuietVoice:
    """Speaks silence: 20 ms a word."""

    def __init__(self) -> None:
        self.said: list[str] = []

    async def say(self, text: str, *, rate: int = 0, keep: bool = False) -> bytes:
        self.said.append(text)
        return silence_mulaw(20 * len(text.split()))

    async def close(self) -> None: ...


@dataclass
class HandLine:
    """``ivr.line.Line`` in a test's hand: what was played, and marks to give back."""

    queued: list[tuple[str, int]] = field(default_factory=list)
    played: list[str] = field(default_factory=list)
    cleared: int = 0
    closed: bool = False

    async def play(self, mulaw: bytes, mark: str) -> None:
        self.queued.append((mark, len(mulaw) // 8))
        self.played.append(mark.rpartition(":")[0])

    async def clear(self) -> None:
        self.cleared += 1

    async def close(self) -> None:
        self.closed = True


class SmallLine:
    """One call on one line. ``say`` speaks a recorded word (any: the recogniser has its script), ``keys`` presses."""

    def __init__(
        self,
        folder: Path,
        script: Iterable[str | Transcript] = (),
        *,
        max_calls: int = 20,
        traces: Traces = UNTRACED,
    ) -> None:
        self.script = list(script)
        self.recognizer = ScriptedRecognizer(lambda _sound, _spec: self.script.pop(0) if self.script else "")
        self.voice = QuietVoice()
        self.house = RehearsalHouse(
            Settings(data_dir=folder, demo=True, max_calls=max_calls), self.recognizer, self.voice, traces=traces
        )
        self.line = HandLine()
        self.now_ms = 0
        self.runner: CallRunner

    async def answer(self, call: IncomingCall = CALL) -> SmallLine:
        await self.recognizer.start()
        await self.house.switchboard.ring(call)
        self.runner = await self.house.switchboard.connect(call.call_id, self.line)
        await self.runner.begin()
        await self.pass_menu()
        return self

    async def pass_menu(self) -> None:
        """Stay quiet until the menu is over and the question of consent begins."""
        while self.line.played[-1] == "menu.ask" and not self.runner.over:
            await self.hush(100)

    async def give(self, event: LineEvent) -> None:
        await self.runner.handle(event)

    async def sound(self, mulaw: bytes) -> None:
        """The caller's side, 20 ms at a time; marks come back as their prompts end."""
        for start in range(0, len(mulaw), 160):
            if self.runner.over:
                return
            await self.give(AudioIn(self.now_ms, mulaw[start : start + 160].ljust(160, b"\xff")))
            self.now_ms += 20
            await self._marks(20)

    async def _marks(self, ms: int) -> None:
        if not self.line.queued:
            return
        mark, left = self.line.queued[0]
        self.line.queued[0] = (mark, left - ms)
        if left - ms <= 0:
            self.line.queued.pop(0)
            await self.give(MarkBack(mark))

    async def hush(self, ms: int) -> None:
        await self.sound(silence_mulaw(ms))

    async def prompts_out(self) -> None:
        """Wait until nothing is being said."""
        for _ in range(1500):
            if not self.line.queued or self.runner.over:
                return
            await self.hush(20)

    async def say(self) -> None:
        await self.prompts_out()
        await self.sound(encode_mulaw(load_clip(CLIPS / "yes.flac")))
        await self.hush(1500)

    async def keys(self, digits: str) -> None:
        await self.prompts_out()
        for digit in digits:
            await self.give(KeyIn(digit))
        await self.hush(100)

    async def until(self, prompt_id: str, turn: Callable[[str], str]) -> None:
        """Answer by keys, as ``turn`` says for each prompt, until ``prompt_id`` is played."""
        for _ in range(30):
            if self.line.played[-1] == prompt_id or self.runner.over:
                return
            await self.keys(turn(self.line.played[-1]))


KEYS = {
    "menu": "1",
    "consent": "1", "full_name": "51634262#533232##", "national_id_last4": "0073", "date_of_birth": "03031985",
    "monthly_income": "4200#", "employment": "1", "monthly_debt": "0#", "amount": "2500#", "term_months": "12#",
    "purpose": "3", "summary": "1", "offer": "1",
}  # fmt: skip


def by_keys(prompt_id: str) -> str:
    return KEYS[prompt_id.partition(".")[0]]
