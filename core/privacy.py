"""What a person agreed to and took back, and what a person says is wrong: the facts, and who keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from core.evidence import Evidence

__all__ = ["ConsentLedger", "ConsentRecord", "Correction", "Corrections", "How", "standing"]


class How(StrEnum):
    """By which way it came."""

    CALL = "call"
    API = "api"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """One yes or no, or one withdrawal: its scope, the exact text (id with version, SHA-256 of the words) that it
    answers, when, and the hearing. A withdrawal has the text id ``withdrawal`` and no hash."""

    scope: str
    granted: bool
    text_id: str
    text_hash: str
    at: datetime
    how: How
    call_id: str | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Correction:
    """What a person says is wrong in a stored application: the field's name, the right value, who took it down."""

    field: str
    value: str
    at: datetime
    actor: str

    def __repr__(self) -> str:
        return f"Correction({self.field})"


class ConsentLedger(Protocol):
    """Grows only."""

    def enter(self, case_id: str, record: ConsentRecord) -> None:
        """Raises ``InvalidInput`` when scope, text id or hash is none."""
        ...

    def of(self, case_id: str) -> Sequence[ConsentRecord]:
        """Oldest first. A hearing whose call was destroyed is ``None``. Raises ``Tampered`` or ``WrongKey``."""
        ...


class Corrections(Protocol):
    def add(self, case_id: str, correction: Correction) -> None: ...

    def of(self, case_id: str) -> Sequence[Correction]:
        """Oldest first. Raises ``Shredded``, ``Tampered`` or ``WrongKey``."""
        ...


def standing(records: Sequence[ConsentRecord], scope: str) -> bool:
    """Whether consent of this scope stands: the last word counts, and silence is no."""
    said = [record.granted for record in records if record.scope == scope]
    return bool(said) and said[-1]
