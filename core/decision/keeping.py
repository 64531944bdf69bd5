"""What must be kept of decisions beside the decision itself: bundles to replay, and what reviewers said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from core.applicant import Last4, PersonName, PhoneNumber
from core.application import Application
from core.decision.checks import Past

__all__ = ["Applicants", "KeptReceipt", "KnownNumber", "Receipts", "ReviewNote", "Reviews", "number_record"]


@dataclass(frozen=True, slots=True, repr=False)
class KeptReceipt:
    """``kind`` is ``decided`` or ``settled`` (by a person); ``bundle`` is that of ``core.decision.receipt``."""

    case_id: str
    number: int
    kind: str
    at: datetime
    bundle: dict[str, Any]


def number_record(kept: Sequence[KeptReceipt]) -> dict[str, Any] | None:
    """What the telephone provider said of the applicant's number, by the newest bundle that has it: the fields of
    ``core.verification.model.PhoneRecord``. ``None`` where nobody was asked or nothing is known."""
    for receipt in reversed(kept):
        for answer in receipt.bundle.get("evidence", ()):
            value = answer.get("value")
            if isinstance(value, dict) and "days_since_port" in value and value.get("known"):
                return value
    return None


class Receipts(Protocol):
    """Bundles, sealed under the case's key, numbered from 1 in each case."""

    def keep(self, case_id: str, kind: str, bundle: dict[str, Any], at: datetime) -> int: ...

    def of(self, case_id: str) -> list[KeptReceipt]:
        """Oldest first; empty for a case without any. Raises ``Shredded``, ``Tampered`` or ``WrongKey``."""
        ...

    def cases(self, limit: int, since: datetime | None = None) -> Sequence[str]:
        """The cases that have bundles, newest first."""
        ...


@dataclass(frozen=True, slots=True, repr=False)
class ReviewNote:
    """One reviewer's say. ``verdict`` is ``approve``, ``decline`` or ``incomplete``; ``reason`` may name somebody.
    ``bound``: nobody can have altered who said what; a note of before is read, and is no yes towards two."""

    actor: str
    verdict: str
    reason: str
    at: datetime
    bound: bool = True


@dataclass(frozen=True, slots=True, repr=False)
class KnownNumber:
    """``borrowed_at``: when the person first asked from there for a loan that they then took and that nobody calls
    fraud; ``None`` for never."""

    phone: PhoneNumber
    borrowed_at: datetime | None = None


class Reviews(Protocol):
    """What reviewers said of each case, sealed, in order."""

    def add(self, case_id: str, note: ReviewNote) -> None: ...

    def of(self, case_id: str) -> list[ReviewNote]: ...


class Applicants(Protocol):
    """Who applied, by keyed hashes of identity and telephone number."""

    def add(self, application: Application) -> None: ...

    def past(self, application: Application, since: datetime) -> Past:
        """Other cases of the same person or number; ``asked_lately`` counts from ``since``."""
        ...

    def registered(self, name: PersonName, born: date, last4: Last4) -> KnownNumber | None:
        """The number that this person first proved to hold; ``None`` for somebody new. A later application cannot
        change it: that takes a person of the house."""
        ...

    def borrowed(self, name: PersonName, born: date, last4: Last4) -> Sequence[str]:
        """The cases of this person's loans, newest first."""
        ...
