"""A recogniser that knows its answers beforehand: for tests of the line and for load without decoding."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from core.errors import RecognizerBusy, RecognizerFailed
from speech.engines.vosk_pool import clean_grammar
from speech.recognizer import HearingSpec, Transcript, Word

__all__ = ["Answerer", "ScriptedRecognizer", "transcript_of"]

#: Gives the words for the sound and the question, or a whole transcript, or an error to raise.
Answerer = Callable[[bytes, HearingSpec], "str | Transcript | RecognizerFailed"]


def transcript_of(text: str, duration_ms: int = 0, conf: float = 1.0) -> Transcript:
    """A transcript of these words, spread evenly over the sound."""
    words = text.split()
    step = duration_ms // len(words) if words else 0
    heard = tuple(Word(word, i * step, (i + 1) * step, conf) for i, word in enumerate(words))
    return Transcript(text=" ".join(words), words=heard, confidence=conf if words else 0.0, engine="scripted")


class _ScriptedHearing:
    def __init__(self, owner: ScriptedRecognizer, spec: HearingSpec) -> None:
        self._owner = owner
        self._spec = spec
        self._audio = bytearray()
        self._over = False

    def feed(self, pcm: bytes) -> None:
        if self._over:
            raise RecognizerFailed("This answer is over: open another one for more sound.")
        self._audio += pcm

    async def partial(self) -> str:
        return ""

    async def finish(self) -> Transcript:
        if self._over:
            raise RecognizerFailed("This answer is over already: open another one.")
        try:
            return self._owner.answer(bytes(self._audio), self._spec)
        finally:
            self.cancel()

    def cancel(self) -> None:
        if not self._over:
            self._over = True
            self._audio.clear()
            self._owner.left()


class ScriptedRecognizer:
    """Follows ``speech.recognizer.Recognizer``. ``script`` is the answers in order (texts or transcripts; an
    exhausted script hears nothing), or a function of the sound and the question."""

    def __init__(self, script: Iterable[str | Transcript] | Answerer = (), *, hearings: int = 64) -> None:
        self._answerer: Answerer | None = script if callable(script) else None
        self._queue: deque[str | Transcript] = deque(() if callable(script) else script)
        self._most = hearings
        self._open = 0
        self._running = False

    async def start(self) -> None:
        self._running = True

    async def close(self) -> None:
        self._running = False

    def capacity(self) -> int:
        return max(0, self._most - self._open) if self._running else 0

    def open(self, spec: HearingSpec) -> _ScriptedHearing:
        if self.capacity() <= 0:
            raise RecognizerBusy("Every recogniser is in use: let the caller try again in a moment.")
        if spec.grammar is not None:
            clean_grammar(spec.grammar)
        self._open += 1
        return _ScriptedHearing(self, spec)

    def answer(self, audio: bytes, spec: HearingSpec) -> Transcript:
        """What the script says about this sound. Raises what the script says to raise."""
        if self._answerer is not None:
            said = self._answerer(audio, spec)
        else:
            said = self._queue.popleft() if self._queue else ""
        if isinstance(said, RecognizerFailed):
            raise said
        return said if isinstance(said, Transcript) else transcript_of(said, len(audio) // 16)

    def left(self) -> None:
        self._open -= 1
