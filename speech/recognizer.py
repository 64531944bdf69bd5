"""What a recogniser promises, whichever engine stands behind it.

One ``Hearing`` is one answer: opened while the prompt plays, fed with 8 kHz samples, finished once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

__all__ = ["Hearing", "HearingSpec", "Recognizer", "Transcript", "Word"]


@dataclass(frozen=True, slots=True)
class Word:
    """``start`` and ``end`` in milliseconds from the first sample fed; ``conf`` from 0 to 1."""

    text: str
    start: int
    end: int
    conf: float


@dataclass(frozen=True, slots=True)
class HearingSpec:
    """How one answer is to be decoded.

    ``grammar`` is the list of phrases that may be said (``None``: free decoding); ``[unk]`` is added by the
    engine. ``alternatives`` asks for up to that many other readings, found by decoding the kept audio again.
    ``second`` asks for a second listener beside the grammar, who hears the same sound without it: two that agree are
    the strongest cheap evidence there is. It means nothing without a grammar.
    """

    language: str = "en-US"
    grammar: tuple[str, ...] | None = None
    alternatives: int = 0
    second: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Transcript:
    """What was heard. ``confidence`` is the mean word confidence, 0 when nothing was heard.

    ``alternatives`` are other word sequences, best first, without ``text`` itself. ``decode_ms`` is the time from
    ``finish`` to this result. ``text`` never holds ``[unk]``; ``unknown`` counts the words that were not understood.
    ``second`` is what the second listener heard, ``None`` where none listened, and ``second_confidence`` its mean word
    confidence. ``snr_db`` is how far the speech stands above the line's noise, ``None`` when that is not known.
    """

    text: str
    words: tuple[Word, ...]
    confidence: float
    alternatives: tuple[str, ...] = ()
    unknown: int = 0
    engine: str = ""
    decode_ms: float = 0.0
    second: str | None = None
    second_confidence: float = 0.0
    snr_db: float | None = None

    def __repr__(self) -> str:
        return f"Transcript({len(self.words)} words, confidence {self.confidence:.2f})"


class Hearing(Protocol):
    """One answer in progress."""

    def feed(self, pcm: bytes) -> None:
        """Add 16-bit little-endian mono samples at 8 kHz. Never blocks; drops nothing: the audio is kept until the
        answer is decoded, so that a dying worker costs nothing."""
        ...

    async def partial(self) -> str:
        """The words so far, may be empty; may lag by some hundred milliseconds."""
        ...

    async def finish(self) -> Transcript:
        """Decode what was fed. Raises ``RecognizerFailed`` when even a second worker could not."""
        ...

    def cancel(self) -> None:
        """Forget the answer and its audio."""
        ...


class Recognizer(Protocol):
    async def start(self) -> None: ...

    def open(self, spec: HearingSpec) -> Hearing:
        """Begin an answer. Raises ``RecognizerBusy`` when there is no capacity."""
        ...

    def capacity(self) -> int:
        """How many more answers may be opened now."""
        ...

    async def close(self) -> None: ...
