"""What the core asks of the outside about an applicant. Every question carries the permission it rests on.

All raise ``Forbidden`` before anything is sent when the permission does not fit, ``ProviderTimeout`` when no good
answer came in time and ``ProviderError`` when the provider failed or answered nonsense. None of them guesses.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from core.applicant import PersonName, PhoneNumber
from core.verification.model import (
    CreditFile,
    NameMatch,
    Payment,
    PayOrder,
    PhoneRecord,
    Snapshot,
    Subject,
    WorkRecord,
)
from core.verification.permission import Permission

__all__ = ["CreditBureau", "NegativeList", "PayeeNames", "Payments", "PhoneOwners", "WorkRegister"]


class CreditBureau(Protocol):
    async def report(self, who: Subject, permission: Permission) -> Snapshot[CreditFile]: ...


class WorkRegister(Protocol):
    async def work(self, who: Subject, permission: Permission) -> Snapshot[WorkRecord]: ...


class PhoneOwners(Protocol):
    async def owner(self, phone: PhoneNumber, name: PersonName, permission: Permission) -> Snapshot[PhoneRecord]: ...


class PayeeNames(Protocol):
    async def match(self, account: str, name: PersonName, permission: Permission) -> Snapshot[NameMatch]: ...


class Payments(Protocol):
    async def pay(self, order: PayOrder, permission: Permission) -> Snapshot[Payment]:
        """The same order again is the same payment. Raises ``ProviderError`` too when its key was used for another."""
        ...


class NegativeList(Protocol):
    async def listed(self, values: Sequence[str], permission: Permission) -> Snapshot[tuple[bool, ...]]:
        """For each value (a number, an account) whether lenders have listed it for fraud. Only keyed hashes go out."""
        ...
