"""Facts that cross rooms: what a call has established, as it is written to the journal."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

__all__ = ["NO_CALL", "JournalEntry", "TranscriptLine"]

#: Stands for the call in entries that were made outside of any: they are sealed with the case and outlive its calls.
NO_CALL = "none"


@dataclass(frozen=True, slots=True, repr=False)
class JournalEntry:
    """One thing that happened in a case and must survive the process.

    ``kind`` is a static name (``slot_confirmed``, ``consent``, ``decided`` …); ``data`` is JSON-ready and may
    hold personal data: it is stored encrypted.
    """

    kind: str
    at: datetime
    call_id: str
    data: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"JournalEntry({self.kind}, call={self.call_id})"


@dataclass(frozen=True, slots=True, repr=False)
class TranscriptLine:
    """One utterance of either side. Times in milliseconds of the call's stream.

    ``who`` is ``line``, ``caller`` or ``staff``; ``status`` is ``final``, ``partial``, ``heard`` (a prompt played to
    its end), ``flushed`` (a prompt cut off) or ``hidden`` (a secret was given and is not written down).
    """

    who: str
    start_ms: int
    end_ms: int
    text: str
    status: str
    prompt_id: str | None = None
    confidence: float | None = None
    words: tuple[tuple[str, int, int, float], ...] = ()

    def __repr__(self) -> str:
        return f"TranscriptLine({self.who}, {self.start_ms}..{self.end_ms} ms, {self.status})"
