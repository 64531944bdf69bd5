"""One answer on its way through the Vosk workers: its sound is kept here until it is decoded."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable

from core.errors import RecognizerFailed
from speech.audio import snr_db
from speech.engines.pipe import Op
from speech.engines.process import WorkerProcess
from speech.recognizer import HearingSpec, Transcript, Word

__all__ = ["VoskHearing", "to_transcript"]

_UNKNOWN = "[unk]"
#: Sent in pieces of 100 ms: fewer, larger steps cost Vosk less than 20 ms ones.
_PIECE_BYTES = 1600


def to_transcript(payload: bytes, decode_ms: float, snr: float | None = None) -> Transcript:
    """The worker's result as what the rest of the line reads."""
    found = json.loads(payload)
    words = tuple(
        Word(text, round(start * 1000), round(end * 1000), min(1.0, max(0.0, conf)))
        for text, start, end, conf in found["words"]
        if text != _UNKNOWN
    )
    text = " ".join(word.text for word in words)
    others = dict.fromkeys(other for other in found["others"] if other and other != text)
    second = found["second"]
    return Transcript(
        text=text,
        words=words,
        confidence=_mean([word.conf for word in words]),
        alternatives=tuple(others),
        unknown=len(found["words"]) - len(words),
        engine="vosk",
        decode_ms=decode_ms,
        second=None if second is None else " ".join(word for word, _ in second if word != _UNKNOWN),
        second_confidence=_mean([min(1.0, max(0.0, conf)) for _, conf in second or ()]),
        snr_db=snr,
    )


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0


class VoskHearing:
    """Made by ``VoskPool.open``. Follows ``speech.recognizer.Hearing``.

    A worker's death moves the answer to another worker with all its sound. After ``lives`` deaths that were its own
    doing, as far as that can be known, it fails: an answer that kills workers must not kill them all.
    """

    def __init__(
        self,
        number: int,
        spec: HearingSpec,
        *,
        lives: int,
        timeout_s: float,
        partial_s: float,
        leave: Callable[[VoskHearing], None],
    ) -> None:
        self.number = number
        self.spec = spec
        self.worker: WorkerProcess | None = None
        self.last_worker: WorkerProcess | None = None
        self.last_sign = 0.0
        self._lives = float(lives)
        self._timeout_s = timeout_s
        self._partial_s = partial_s
        self._leave = leave
        self._loop = asyncio.get_running_loop()
        self._audio = bytearray()
        self._sent = 0
        self._opened = False
        self._again = False
        self._heard_bytes = 0
        self._over = False
        self._finish_at: float | None = None
        self._result: asyncio.Future[Transcript] = self._loop.create_future()
        self._partial = ""
        self._partial_waiters: list[asyncio.Future[None]] = []

    def __repr__(self) -> str:
        return f"VoskHearing({self.number}, {len(self._audio)} bytes)"

    # what the line calls

    def feed(self, pcm: bytes) -> None:
        """Raises ``RecognizerFailed`` after ``finish`` or ``cancel``: the sound would be lost."""
        if self._over or self._finish_at is not None:
            raise RecognizerFailed("This answer is over: open another one for more sound.")
        self._audio += pcm
        if len(self._audio) - self._sent >= _PIECE_BYTES:
            self._flush()

    async def partial(self) -> str:
        """The words so far; the last known ones when the worker does not say within ``partial_s``."""
        if self.worker is not None and not self._over and self._finish_at is None:
            self._flush()
            waiter = self._loop.create_future()
            self._partial_waiters.append(waiter)
            self._send(Op.PARTIAL)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(waiter, self._partial_s)
            if waiter in self._partial_waiters:
                self._partial_waiters.remove(waiter)
        return self._partial

    async def finish(self) -> Transcript:
        if self._over or self._finish_at is not None:
            raise RecognizerFailed("This answer is over already: open another one.")
        self._finish_at = self._loop.time()
        if self.worker is not None:
            self._flush()
            self._send(Op.FINISH)
        try:
            return await asyncio.wait_for(self._result, self._timeout_s)
        except TimeoutError as error:
            raise RecognizerFailed("No worker could decode the answer in time: ask again, or take keys.") from error
        finally:
            self.cancel()

    def cancel(self) -> None:
        if self._over:
            return
        self._send(Op.CANCEL)
        self._end()

    # what the pool calls

    @property
    def waiting(self) -> bool:
        """Whether the worker owes a sign of life."""
        return self.worker is not None and (
            not self._opened or self._heard_bytes < self._sent or self._finish_at is not None
        )

    def assign(self, worker: WorkerProcess) -> None:
        """Begin on this worker, or begin again with everything heard so far: then without the second listener, who
        is half of the work and the least of the evidence, since somebody waits."""
        self.worker = self.last_worker = worker
        worker.hearings.add(self.number)
        self.last_sign = self._loop.time()
        self._sent = self._heard_bytes = 0
        self._opened = False
        opening = {"grammar": self.spec.grammar, "alternatives": self.spec.alternatives}
        opening["second"] = self.spec.second and not self._again
        self._send(Op.OPEN, json.dumps(opening).encode())
        self._flush()
        if self._finish_at is not None:
            self._send(Op.FINISH)

    def bereave(self, blame: float) -> bool:
        """The worker is gone or gave up; whether this answer may try another. ``blame`` is this answer's share in
        the death: those that were being decoded share it."""
        if self.worker is not None:
            self.worker.hearings.discard(self.number)
        self.worker = None
        self._again = True
        self._lives -= blame
        self._wake()
        return self._lives > 0

    def fail(self, error: RecognizerFailed) -> None:
        """Nobody will decode this. Whoever waits, or finishes later, gets ``error``."""
        if not self._result.done():
            self._result.set_exception(error)
            self._result.exception()  # retrieved: an answer nobody finishes is no noise in the log

    def heard(self, op: Op, payload: bytes) -> None:
        self.last_sign = self._loop.time()
        if op is Op.OPENED:
            self._opened = True
        elif op is Op.PROGRESS:
            self._heard_bytes = json.loads(payload)
        elif op is Op.PARTIAL_TEXT:
            self._partial = json.loads(payload)
            self._wake()
        elif op is Op.RESULT and not self._result.done() and self._finish_at is not None:
            took = (self._loop.time() - self._finish_at) * 1000
            self._result.set_result(to_transcript(payload, took, snr_db(bytes(self._audio))))

    # inside

    def _flush(self) -> None:
        """What is not sent yet, in whole samples: half a sample would shift all that follow."""
        whole = len(self._audio) & ~1
        if self.worker is not None and self._sent < whole:
            self._send(Op.AUDIO, bytes(self._audio[self._sent : whole]))
            self._sent = whole

    def _send(self, op: Op, payload: bytes = b"") -> None:
        if self.worker is not None:
            self.worker.send(op, self.number, payload)

    def _wake(self) -> None:
        for waiter in self._partial_waiters:
            if not waiter.done():
                waiter.set_result(None)
        self._partial_waiters.clear()

    def _end(self) -> None:
        self._over = True
        self._audio.clear()
        self._wake()
        self.fail(RecognizerFailed("The answer was forgotten while it was decoded: open another one."))
        if self.worker is not None:
            self.worker.hearings.discard(self.number)
            self.worker = None
        self._leave(self)
