"""What a borrower should know of their last loan, for random questions."""

from __future__ import annotations

from datetime import date

from core.applicant import Last4, PersonName
from core.errors import NotFound, Shredded
from core.identity.questions import PastLoan
from core.lending.ledger import Kind, Ledger
from core.lending.loan import LoanState
from core.ports import UnitOfWork

__all__ = ["last_loan"]

#: Somebody says, or it was found, that these are not theirs: they cannot be expected to know them.
_NOBODYS = {LoanState.FROZEN, LoanState.CANCELLED}


def last_loan(work: UnitOfWork, name: PersonName, born: date, last4: Last4) -> PastLoan | None:
    """The newest loan of this person that is undisputed; ``None`` for somebody who never had one. Records that were
    destroyed on purpose are passed over. Raises ``Tampered``, ``WrongKey`` and ``StorageError``."""
    for case_id in work.applicants.borrowed(name, born, last4):
        try:
            loan, book = work.loans.get(case_id), work.loans.book(case_id)
            purpose = work.applications.get(case_id).application.purpose.value
        except (NotFound, Shredded):
            continue
        if loan.state not in _NOBODYS:
            return PastLoan(loan.terms.principal, loan.terms.term_months, purpose, _paid_month(book))
    return None


def _paid_month(book: Ledger) -> int | None:
    days = [posting.day for posting in book.postings if posting.kind is Kind.PAID]
    return max(days).month if days else None
