"""A loan from the yes to the last payment: the states it may pass through and how it stands today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from core.decision.model import Instalment, Terms
from core.errors import IllegalTransition
from core.lending.ledger import Ledger
from core.money import Money

__all__ = ["InstalmentState", "Loan", "LoanState", "Row", "Standing", "move_loan", "standing"]


class LoanState(StrEnum):
    WAITING = "waiting"
    """The time to change one's mind is not over; no money moves."""
    RUNNING = "running"
    """Paid out."""
    FROZEN = "frozen"
    """Somebody says that it is not theirs: nothing is paid out, falls due or is claimed."""
    WITHDRAWN = "withdrawn"
    """The borrower left before the pay-out; it cost nothing."""
    REPAID = "repaid"
    CANCELLED = "cancelled"
    """It was nobody's loan."""


_MOVES: dict[LoanState, frozenset[LoanState]] = {
    LoanState.WAITING: frozenset({LoanState.RUNNING, LoanState.WITHDRAWN, LoanState.FROZEN}),
    LoanState.RUNNING: frozenset({LoanState.REPAID, LoanState.FROZEN}),
    LoanState.REPAID: frozenset({LoanState.RUNNING, LoanState.FROZEN}),
    LoanState.FROZEN: frozenset({LoanState.WAITING, LoanState.RUNNING, LoanState.REPAID, LoanState.CANCELLED}),
    LoanState.WITHDRAWN: frozenset(),
    LoanState.CANCELLED: frozenset(),
}


def move_loan(now: LoanState, to: LoanState) -> LoanState:
    """Return ``to`` when it may follow ``now``; raise ``IllegalTransition`` otherwise. Only the decision of a dispute
    leads out of ``frozen``; a bounced last payment leads from ``repaid`` back to ``running``."""
    if to not in _MOVES[now]:
        raise IllegalTransition(f"a loan that is {now} cannot become {to}")
    return to


@dataclass(frozen=True, slots=True)
class Loan:
    """One accepted offer. ``free_until`` is when the time to change one's mind ends; no pay-out before."""

    case_id: str
    state: LoanState
    opened_at: datetime
    free_until: datetime
    terms: Terms


class InstalmentState(StrEnum):
    AHEAD = "ahead"
    DUE = "due"
    """Today, and not all paid."""
    LATE = "late"
    PAID = "paid"


@dataclass(frozen=True, slots=True)
class Row:
    """``due`` is the day of the schedule, or a later one when the loan was frozen meanwhile."""

    instalment: Instalment
    due: date
    state: InstalmentState
    paid: Money


@dataclass(frozen=True, slots=True)
class Standing:
    """``owed``: all principal and what interest fell due, less credit. ``days_late`` counts from the oldest
    instalment that is not all paid. A cancelled loan has no rows; then a negative ``owed`` is to be paid back."""

    owed: Money
    due_now: Money
    credit: Money
    paid: Money
    next_due: Instalment | None
    late_since: date | None
    days_late: int
    rows: tuple[Row, ...]


def standing(book: Ledger, today: date) -> Standing:
    """How a loan stands on ``today``, by what is in its book."""
    rows: list[Row] = []
    if not book.cancelled:
        for instalment, due, settled in zip(book.fallen_due, book.due_days, book.settled(), strict=True):
            paid = settled[0] + settled[1]
            open_state = InstalmentState.LATE if due < today else InstalmentState.DUE
            state = InstalmentState.PAID if paid == instalment.payment else open_state
            rows.append(Row(instalment, due, state, paid))
        ahead = book.terms.instalments[len(rows) :]
        rows += (Row(instalment, instalment.due, InstalmentState.AHEAD, book.zero) for instalment in ahead)
    late_since = next((row.due for row in rows if row.state is InstalmentState.LATE), None)
    return Standing(
        owed=book.owed,
        due_now=book.due_now,
        credit=book.credit,
        paid=book.paid,
        next_due=next((row.instalment for row in rows if row.state is InstalmentState.AHEAD), None),
        late_since=late_since,
        days_late=(today - late_since).days if late_since else 0,
        rows=tuple(rows),
    )
