"""The line's ear in one call: frames in, "somebody speaks", "this was said" and "nobody answered" out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace

from core.errors import RecognizerBusy, RecognizerFailed
from ivr.dialogue.effects import Listen
from ivr.dialogue.events import AnswerHeard, Silence, SpeechBegan
from speech.activity import AnswerDetector, AnswerEnd, Ear, NoInput, Opinion, SpeechStart
from speech.audio import FRAME_BYTES, FRAME_MS
from speech.early_stop import EARLY_MS, complete, worth_asking
from speech.recognizer import Hearing, Recognizer, Transcript

__all__ = ["Listener"]

#: Words half said are asked for this often, on stream time.
_PEEK_MS = 400


class Listener:
    """Hears one answer at a time. The ear itself stays open for the whole call, so that it knows the line's noise."""

    def __init__(self, recognizer: Recognizer, opinion: Opinion | None = None) -> None:
        self._recognizer = recognizer
        self._opinion = opinion
        self._ear = Ear()
        self._detector: AnswerDetector | None = None
        self._hearing: Hearing | None = None
        self._listen: Listen | None = None
        self._fed_from_ms: int | None = None
        self._peeking: asyncio.Task[None] | None = None

    @property
    def secret(self) -> bool:
        """Whether what is said now must not be kept."""
        return self._listen is not None and self._listen.secret

    def begin(self, listen: Listen, *, playing: bool, interruptible: bool) -> None:
        """Open the ear for one answer; the recogniser is made ready while the prompt plays.

        Raises ``RecognizerBusy`` when there is no capacity.
        """
        self.stop()
        self._hearing = self._recognizer.open(listen.spec)
        self._listen = listen
        self._fed_from_ms = None
        self._detector = AnswerDetector(
            listen.hangover_ms,
            listen.max_ms,
            listen.no_input_ms,
            ear=self._ear,
            playing=playing,
            interruptible=interruptible,
            opinion=self._opinion,
        )

    def prompt_over(self) -> None:
        if self._detector is not None:
            self._detector.prompt_over()

    def stop(self) -> None:
        """Forget the answer in progress. A secret stays secret until the next answer begins."""
        if self._hearing is not None:
            self._hearing.cancel()
        self._hearing = self._detector = None

    async def hear(self, at_ms: int, frame: bytes) -> list[SpeechBegan | AnswerHeard | Silence]:
        """Take one frame of 20 ms, 16-bit samples."""
        detector, hearing, listen = self._detector, self._hearing, self._listen
        if detector is None or hearing is None or listen is None:
            self._ear.hear(frame)
            return []
        await self._maybe_early(at_ms, detector, hearing, listen)
        facts: list[SpeechBegan | AnswerHeard | Silence] = []
        started = detector.speaking
        for event in detector.feed(at_ms, frame):
            match event:
                case SpeechStart():
                    hearing.feed(event.audio)
                    self._fed_from_ms = at_ms + FRAME_MS - len(event.audio) // (FRAME_BYTES // FRAME_MS)
                    if event.interrupts:
                        facts.append(SpeechBegan(event.at_ms))
                case AnswerEnd():
                    facts.append(await self._decode(listen, hearing, event))
                case NoInput():
                    hearing.cancel()
                    self._hearing = self._detector = None
                    facts.append(Silence(listen.listen_id, event.noise))
        if started and detector.speaking:
            hearing.feed(frame)
        return facts

    def peek(self, at_ms: int, tell: Callable[[str, int], None]) -> None:
        """Have ``tell`` called soon with the words so far and where they began, unless they are a secret. The call
        does not wait for it, and nothing in the call depends on it."""
        hearing, detector, since = self._hearing, self._detector, self._fed_from_ms
        if hearing is None or detector is None or since is None or self.secret or at_ms % _PEEK_MS >= FRAME_MS:
            return
        if detector.speaking and (self._peeking is None or self._peeking.done()):
            self._peeking = asyncio.create_task(self._tell_partial(hearing, since, tell))

    async def _tell_partial(self, hearing: Hearing, since: int, tell: Callable[[str, int], None]) -> None:
        words = await hearing.partial()
        if words and hearing is self._hearing:
            tell(words, since)

    async def _maybe_early(self, at_ms: int, detector: AnswerDetector, hearing: Hearing, listen: Listen) -> None:
        """An answer that is whole already need not wait for its hang-over. Asked every 100 ms of silence."""
        if listen.kind is None or not worth_asking(listen.kind, listen.hangover_ms):
            return
        if detector.quiet_ms < EARLY_MS or at_ms % 100:
            return
        words = await hearing.partial()
        if complete(listen.kind, words, listen.spec.language, length=listen.length):
            detector.hangover_ms = min(detector.hangover_ms, EARLY_MS)

    async def _decode(self, listen: Listen, hearing: Hearing, end: AnswerEnd) -> AnswerHeard:
        begun = time.perf_counter()
        try:
            transcript = await hearing.finish()
        except RecognizerFailed:
            if self._recognizer.capacity() < 1:
                raise RecognizerBusy("There is no recogniser left: let the caller go on by keys.") from None
            transcript = Transcript("", (), 0.0, unknown=1)
        self._hearing = self._detector = None
        took = (time.perf_counter() - begun) * 1000
        start_ms = end.start_ms if self._fed_from_ms is None else self._fed_from_ms
        return AnswerHeard(listen.listen_id, replace(transcript, decode_ms=took), start_ms, end.end_ms, took)
