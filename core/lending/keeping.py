"""What must be kept of loans: the loan, its book, and the disputes about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from core.applicant import PhoneNumber
from core.lending.dispute import Dispute, DisputeState
from core.lending.ledger import Ledger, Posting
from core.lending.loan import Loan, LoanState
from core.lending.owing import OwedTexts

__all__ = ["Disputes", "LendingUnit", "Loans"]


class Loans(Protocol):
    """Loans and their postings, sealed under the key of their case."""

    def open(self, loan: Loan) -> None:
        """Raises ``Conflict`` when the case has a loan already."""
        ...

    def get(self, case_id: str) -> Loan:
        """Raises ``NotFound``, ``Shredded``, ``Tampered`` or ``WrongKey``."""
        ...

    def book(self, case_id: str) -> Ledger:
        """The loan's postings in order. Raises as ``get``."""
        ...

    def post(self, case_id: str, postings: Iterable[Posting]) -> None:
        """Append. Raises ``Conflict`` for a number or a reference that the book has already."""
        ...

    def set_state(self, case_id: str, state: LoanState) -> None:
        """Raises ``IllegalTransition``."""
        ...

    def in_state(self, *states: LoanState, limit: int = 100) -> Sequence[str]:
        """Cases with loans in one of these states, newest first; all without states."""
        ...

    def of_number(self, phone: PhoneNumber) -> Sequence[str]:
        """Cases with loans that were asked for from this number."""
        ...


class Disputes(Protocol):
    """Disputes, sealed under the key of their case."""

    def open(self, dispute: Dispute) -> None: ...

    def keep(self, dispute: Dispute) -> None:
        """Replace the stored state of this dispute."""
        ...

    def get(self, dispute_id: str) -> Dispute:
        """Raises ``NotFound``, ``Shredded``, ``Tampered`` or ``WrongKey``."""
        ...

    def of_case(self, case_id: str) -> list[Dispute]:
        """Oldest first."""
        ...

    def in_state(self, state: DisputeState | None = None, limit: int = 100) -> Sequence[str]:
        """Ids of disputes, the one that must be answered first in front."""
        ...


class LendingUnit(Protocol):
    """The part of ``core.ports.UnitOfWork`` that is about loans that were made."""

    loans: Loans
    disputes: Disputes
    owed_texts: OwedTexts
