"""What the call sounded like, sealed as it goes: both sides on one time line, at most half a second behind.

Nothing is kept before the caller agreed. While a secret is given the caller's side is silence. The line's own side is
what the caller could hear: prompts as they play, cut where they were cut.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from core.errors import LoanlineError
from core.events import TranscriptLine
from core.ports import Storage, UnitOfWork
from speech.recognizer import Transcript

__all__ = ["Recorder", "caller_line"]

_SILENCE = b"\xff"
_MOST_KEPT = 60 * 8000


def caller_line(heard: Transcript, start_ms: int, end_ms: int, *, secret: bool) -> TranscriptLine:
    """One answer as the transcript keeps it; of a secret only that and when it was given."""
    if secret:
        return TranscriptLine("caller", start_ms, end_ms, "", "hidden", confidence=heard.confidence)
    words = tuple((word.text, start_ms + word.start, start_ms + word.end, word.conf) for word in heard.words)
    return TranscriptLine("caller", start_ms, end_ms, heard.text, "final", confidence=heard.confidence, words=words)


class Recorder:
    """Collects frames and lines of one call and stores them in batches of ``every_ms`` of stream time."""

    def __init__(self, storage: Storage, call_id: str, *, every_ms: int = 500) -> None:
        self._storage, self._call_id, self._every_ms = storage, call_id, every_ms
        self._allowed = False
        self._due = every_ms * 8
        self._caller = bytearray()
        self._line = bytearray()
        self._from_ms: int | None = None
        self._playing = bytearray()
        self._waiting: list[TranscriptLine] = []

    @property
    def allowed(self) -> bool:
        return self._allowed

    async def allow(self) -> None:
        """The caller agreed: store the lines so far, and audio from now on. Raises ``StorageError``."""
        lines, self._waiting = self._waiting, []

        def work(unit: UnitOfWork) -> None:
            unit.records.allow_recording(self._call_id)
            for line in lines:
                unit.records.append_line(self._call_id, line)

        await self._store(work)
        self._allowed = True

    def play(self, mulaw: bytes) -> None:
        """A prompt was queued at the far end."""
        self._playing += mulaw

    def clear(self) -> None:
        self._playing.clear()

    def line_side(self, length: int) -> bytes:
        """What the caller hears during the next ``length`` samples; the prompts play on by as much."""
        heard = bytes(self._playing[:length])
        del self._playing[:length]
        return heard.ljust(length, _SILENCE)

    async def frame(self, at_ms: int, mulaw: bytes, heard: bytes, *, secret: bool) -> None:
        """One frame of both sides. Raises ``StorageError``."""
        if not self._allowed:
            return
        if self._from_ms is None:
            self._from_ms = at_ms
        self._caller += _SILENCE * len(mulaw) if secret else mulaw
        self._line += heard
        if len(self._caller) >= self._due:
            await self.flush()

    async def flush(self) -> None:
        """Seal what has gathered. What could not be stored is kept for the next try, a minute of it at most."""
        if self._from_ms is None or not self._caller:
            return
        start, caller, line = self._from_ms, bytes(self._caller), bytes(self._line)

        def work(unit: UnitOfWork) -> None:
            unit.records.append_audio(self._call_id, "caller", start, caller)
            unit.records.append_audio(self._call_id, "line", start, line)

        try:
            await self._store(work)
        except LoanlineError:
            if len(caller) < _MOST_KEPT:
                self._due = len(caller) + self._every_ms * 8
                raise
            self._forget()
            raise
        self._forget()

    def _forget(self) -> None:
        self._from_ms, self._due = None, self._every_ms * 8
        self._caller.clear()
        self._line.clear()

    async def line(self, line: TranscriptLine) -> None:
        """Keep one utterance; before consent it waits in memory. Raises ``StorageError``."""
        if not self._allowed:
            self._waiting.append(line)
            return
        await self._store(lambda unit: unit.records.append_line(self._call_id, line))

    async def _store(self, work: Callable[[UnitOfWork], object]) -> None:
        def transaction() -> None:
            with self._storage.begin() as unit:
                work(unit)
                unit.commit()

        await asyncio.to_thread(transaction)
