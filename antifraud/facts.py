"""What the line tells antifraud about a call, as plain data: turns, and what is known from outside.

No speech types and no call types: the room stands on core alone. Times are milliseconds of the call's stream.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

__all__ = ["CallContext", "ChallengeFacts", "LinkCount", "TurnFacts"]


@dataclass(frozen=True, slots=True, repr=False)
class TurnFacts:
    """One answer. ``corrected`` says that it replaced an earlier answer to the same question;
    ``identity_field`` that the question asks who the caller is (name, birth date, national id).
    ``text`` is what the recogniser wrote; it is read for wording and never kept in a report."""

    question_id: str
    prompt_end_ms: int
    speech_start_ms: int
    speech_end_ms: int
    by_keys: bool = False
    corrected: bool = False
    identity_field: bool = False
    text: str = ""

    def __repr__(self) -> str:
        return f"TurnFacts({self.question_id}, {self.speech_start_ms}..{self.speech_end_ms} ms)"


@dataclass(frozen=True, slots=True, repr=False)
class ChallengeFacts:
    """One try at fresh random digits: ``heard`` is what was understood or pressed, digits only."""

    asked: str
    heard: str
    start_ms: int
    end_ms: int
    by_keys: bool = False

    def __repr__(self) -> str:
        return f"ChallengeFacts({self.start_ms}..{self.end_ms} ms)"


@dataclass(frozen=True, slots=True)
class LinkCount:
    """How many *other* applicants share one thing with this one inside one window.

    ``kind`` names a rule of ``data/repetition.toml`` (``number``, ``address``, ``payee``, …).
    """

    kind: str
    window_hours: int
    others: int


@dataclass(frozen=True, slots=True)
class CallContext:
    """Facts from outside the call; ``None`` means not known, which counts as nothing.

    ``attestation`` is the carrier's word (``A``, ``B``, ``C`` or Twilio's ``StirVerstat`` value); ``links`` count what
    others share. ``line_type`` (``mobile``, ``landline``, ``voip``), ``days_since_port`` (since the number moved to
    another card or carrier) and ``forwarded`` are the telephone provider's word on the number.
    ``failed_lookups`` names what should have been looked up and could not be: the report is then incomplete.
    """

    attestation: str | None = None
    links: tuple[LinkCount, ...] = ()
    line_type: str | None = None
    days_since_port: int | None = None
    forwarded: bool | None = None
    failed_lookups: tuple[str, ...] = ()

    def told(self, record: Mapping[str, Any] | None) -> CallContext:
        """The same with the telephone provider's ``record`` of the number: its fields have the names of those here."""
        if record is None:
            return self
        days, line = record.get("days_since_port"), record.get("line_type")
        return replace(self, line_type=line, days_since_port=days, forwarded=record.get("forwarded"))
