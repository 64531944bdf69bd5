"""What providers say about an applicant, as the core understands it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

from core.applicant import Last4, PersonName
from core.money import Money

__all__ = [
    "CreditFile",
    "CreditLine",
    "FileStatus",
    "NameMatch",
    "PayOrder",
    "Payment",
    "PaymentState",
    "PhoneRecord",
    "Snapshot",
    "Subject",
    "WorkRecord",
]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom we ask about."""

    full_name: PersonName
    date_of_birth: date
    national_id_last4: Last4

    def __repr__(self) -> str:
        return "Subject(•••)"


class FileStatus(StrEnum):
    """``FROZEN``: the owner lets nobody see the file (FCRA section 605A(i)); it is no sign of bad credit."""

    HIT = "hit"
    THIN = "thin"
    NO_HIT = "no_hit"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True, repr=False)
class CreditLine:
    """One loan or card. A disputed line may not be held against anybody while the dispute is open."""

    kind: str
    opened: date
    limit: Money
    balance: Money
    monthly_payment: Money
    worst_days_late_24m: int
    disputed: bool


@dataclass(frozen=True, slots=True, repr=False)
class CreditFile:
    report_id: str
    status: FileStatus
    as_of: date
    lines: tuple[CreditLine, ...]
    inquiries_6m: int
    alerts: tuple[str, ...]
    currency: str

    @property
    def undisputed(self) -> tuple[CreditLine, ...]:
        return tuple(line for line in self.lines if not line.disputed)

    @property
    def monthly_payments(self) -> Money:
        """What all lines together cost a month, disputed ones included: they are still being paid."""
        total = Money.zero(self.currency)
        for line in self.lines:
            total = total + line.monthly_payment
        return total

    @property
    def worst_days_late(self) -> int:
        return max((line.worst_days_late_24m for line in self.undisputed), default=0)


@dataclass(frozen=True, slots=True, repr=False)
class WorkRecord:
    """What a social-security register knows of somebody's work. ``known`` False: nothing; then no figure is set."""

    known: bool
    months_contributed: int | None = None
    monthly_wage: Money | None = None


@dataclass(frozen=True, slots=True, repr=False)
class PhoneRecord:
    """``owner_match``: the number's owner has the applicant's name. ``days_since_port`` counts from the last move to
    another card or carrier. ``carrier`` is the one that serves the number, where they say. ``known`` False: the carrier
    says nothing; then nothing else is set."""

    known: bool
    owner_match: bool | None = None
    line_type: str | None = None
    days_since_port: int | None = None
    forwarded: bool | None = None
    carrier: str | None = None


class NameMatch(StrEnum):
    """Is the account the applicant's own?"""

    MATCH = "match"
    NO_MATCH = "no_match"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, repr=False)
class PayOrder:
    """One instruction to pay. The bank carries ``key`` out once, however often it is sent."""

    key: str
    amount: Money
    account: str
    reference: str


class PaymentState(StrEnum):
    ACCEPTED = "accepted"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Payment:
    """What the bank made of an order; ``payment_id`` is its reference."""

    payment_id: str
    state: PaymentState


@dataclass(frozen=True, slots=True, repr=False)
class Snapshot(Generic[T]):
    """An answer, kept as proof: who gave it, when, under which consent, and the SHA-256 of the bytes that came."""

    value: T
    provider: str
    consent_id: str
    fetched_at: datetime
    sha256: str

    def __repr__(self) -> str:
        return f"Snapshot({self.provider}, {self.fetched_at.isoformat()}, {self.sha256[:12]})"

    @classmethod
    def of(cls, value: T, body: bytes, *, provider: str, consent_id: str, fetched_at: datetime) -> Snapshot[T]:
        return cls(value, provider, consent_id, fetched_at, hashlib.sha256(body).hexdigest())

    def age(self, now: datetime) -> timedelta:
        return now - self.fetched_at

    def fresh(self, now: datetime, longest: timedelta) -> bool:
        """Not older than ``longest``, and not from the future."""
        return timedelta(0) <= self.age(now) <= longest
