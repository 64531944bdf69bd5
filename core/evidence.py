"""Where a value came from. Every field of an application carries the proof that somebody gave it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

__all__ = ["Answer", "Evidence", "HeardWord", "ReadBack", "Source"]

T = TypeVar("T")


class Source(StrEnum):
    """How the value reached us. ``RECORD``: the same person gave it in an earlier application."""

    SPEECH = "speech"
    KEYS = "keys"
    CARRIER = "carrier"
    STAFF = "staff"
    RECORD = "record"
    API = "api"


class ReadBack(StrEnum):
    """How the caller confirmed it. ``NONE`` means: not yet."""

    NONE = "none"
    IMPLICIT = "implicit"
    EXPLICIT = "explicit"
    KEYED = "keyed"


@dataclass(frozen=True, slots=True)
class HeardWord:
    """One recognised word. ``start`` and ``end`` in milliseconds of the call; ``conf`` from 0 to 1."""

    text: str
    start: int
    end: int
    conf: float


@dataclass(frozen=True, slots=True, repr=False)
class Evidence:
    """One hearing of one value: where in which call, in which words, how sure, how confirmed.

    ``start_ms`` and ``end_ms`` count from the start of the call's audio stream and point into its
    recording; both are ``None`` where nothing was recorded. ``confidence`` is from 0 to 1, or ``None``
    where it has no meaning (keys, staff). ``p_error`` is the calibrated chance that the value is wrong.
    """

    source: Source
    at: datetime
    call_id: str | None = None
    prompt_id: str | None = None
    start_ms: int | None = None
    end_ms: int | None = None
    text: str = ""
    words: tuple[HeardWord, ...] = ()
    confidence: float | None = None
    p_error: float | None = None
    alternatives: tuple[str, ...] = ()
    read_back: ReadBack = ReadBack.NONE

    def __repr__(self) -> str:
        """Without the words: they are personal data."""
        return f"Evidence({self.source}, call={self.call_id}, {self.start_ms}..{self.end_ms} ms, {self.read_back})"


@dataclass(frozen=True, slots=True, repr=False)
class Answer(Generic[T]):
    """A value and every hearing it rests on, oldest first. A corrected value keeps the earlier evidence."""

    value: T
    evidence: tuple[Evidence, ...] = field(default=())

    def __repr__(self) -> str:
        return f"Answer(•••, {len(self.evidence)} hearings)"

    @property
    def confirmed(self) -> bool:
        return bool(self.evidence) and self.evidence[-1].read_back is not ReadBack.NONE

    def corrected(self, value: T, evidence: Evidence) -> Answer[T]:
        return Answer(value, (*self.evidence, evidence))
