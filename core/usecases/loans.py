"""Loans after the yes: leaving in time, the pay-out, what falls due, what is paid. One transaction each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from core.application import Status
from core.errors import Conflict, IdempotencyMismatch, LoanlineError
from core.lending.ledger import Account, Kind, Ledger, Posting
from core.lending.loan import Loan, LoanState, Standing, standing
from core.money import Money
from core.ports import Clock, Storage, UnitOfWork
from core.usecases.holds import require_free

__all__ = [
    "LoanView",
    "book_due",
    "bounced",
    "desk",
    "endings",
    "paid_out",
    "refunded",
    "require_payable",
    "take_payment",
    "view",
    "withdraw",
]

#: So late is bad: what the scorecard predicts.
_BAD_DAYS = 90
_Post = Callable[[Ledger], tuple[Posting, ...]]


@dataclass(frozen=True, slots=True)
class LoanView:
    """A loan, its book, and how it stands today. No name and no number of a person is in it."""

    loan: Loan
    book: Ledger
    standing: Standing


def view(storage: Storage, clock: Clock, case_id: str) -> LoanView:
    """Raises ``NotFound``, ``Shredded``. Whoever shows it to staff writes the audit row of the look first."""
    with storage.begin() as work:
        return _view(work, clock, case_id)


def desk(storage: Storage, clock: Clock, *states: LoanState, limit: int = 100) -> list[LoanView]:
    """Loans in these states (all without), newest first. Those whose keys were destroyed are passed over."""
    found = []
    with storage.begin() as work:
        for case_id in work.loans.in_state(*states, limit=limit):
            try:
                found.append(_view(work, clock, case_id))
            except LoanlineError:
                continue
    return found


def endings(storage: Storage, clock: Clock) -> dict[str, bool]:
    """How loans ended, by their books: True for ninety days late today, False for all paid. Loans that
    run on time, were left, or were nobody's, are not in it."""
    found: dict[str, bool] = {}
    for one in desk(storage, clock, LoanState.RUNNING, LoanState.REPAID, limit=1_000_000):
        if one.standing.days_late >= _BAD_DAYS:
            found[one.loan.case_id] = True
        elif one.loan.state is LoanState.REPAID:
            found[one.loan.case_id] = False
    return found


def withdraw(storage: Storage, clock: Clock, case_id: str, actor: str) -> None:
    """The borrower leaves before the pay-out: free, no reason asked. Leaving twice changes nothing.

    Raises ``IllegalTransition`` once the money is on its way, ``NotFound`` and ``StorageError``.
    """
    with storage.begin() as work:
        if work.loans.get(case_id).state is LoanState.WITHDRAWN:
            return
        work.loans.set_state(case_id, LoanState.WITHDRAWN)
        work.applications.set_status(case_id, Status.WITHDRAWN)
        work.audit.append(actor, "loan.withdrawn", case_id)
        work.commit()


def require_payable(work: UnitOfWork, clock: Clock, case_id: str) -> Loan:
    """The loan, when its money may go out now. Raises ``Conflict`` when the time to change one's mind is not over, or
    the loan or its application does not wait for the pay-out, or a hold stands."""
    loan = work.loans.get(case_id)
    if loan.state is not LoanState.WAITING or work.applications.get(case_id).status is not Status.ACCEPTED:
        raise Conflict("This loan does not wait for its pay-out; nothing was paid.")
    require_free(work, case_id)
    if clock.now() < loan.free_until:
        raise Conflict("The borrower may still change their mind; pay out after that time.")
    return loan


def paid_out(storage: Storage, clock: Clock, case_id: str, ref: str, actor: str) -> None:
    """The money went out under the bank's reference ``ref``. The same reference again changes nothing; see
    ``require_payable`` for what is raised."""
    with storage.begin() as work:
        if work.loans.book(case_id).posted(f"out:{ref}") is not None:
            return
        require_payable(work, clock, case_id)
        _post(work, clock, case_id, lambda book: book.disburse(f"out:{ref}", clock.now().date(), clock.now()))
        work.loans.set_state(case_id, LoanState.RUNNING)
        work.audit.append(actor, "loan.paid_out", case_id, {"ref": ref})
        work.commit()


def book_due(storage: Storage, clock: Clock, actor: str) -> int:
    """Book every instalment of running loans that is due today or was; returns how many. Frozen loans rest."""
    booked = 0
    with storage.begin() as work:
        running = work.loans.in_state(LoanState.RUNNING, limit=1_000_000)
    for case_id in running:
        with storage.begin() as work:
            try:
                made = _post(work, clock, case_id, lambda book: book.fall_due(clock.now().date(), clock.now()))
            except LoanlineError:
                continue
            if made:
                _close_when_paid(work, case_id)
                work.audit.append(actor, "loan.fell_due", case_id, {"instalments": len(made)})
                work.commit()
                booked += len(made)
    return booked


def take_payment(
    storage: Storage, clock: Clock, case_id: str, amount: Money, ref: str, actor: str, day: date | None = None
) -> Standing:
    """A payment came in under the bank's reference ``ref``, on ``day`` (today unless given).

    The same reference again changes nothing; with another amount it raises ``IdempotencyMismatch``. Raises
    ``Conflict`` for a loan that does not run and ``InvalidInput`` for more than is still to be paid.
    """
    today = clock.now().date()
    with storage.begin() as work:
        earlier = work.loans.book(case_id).posted(f"in:{ref}")
        if earlier is not None:
            if earlier.change(Account.CASH) != amount:
                raise IdempotencyMismatch("This reference came with another amount; ask the bank which one is right.")
            return _view(work, clock, case_id).standing
        if work.loans.get(case_id).state is not LoanState.RUNNING:
            raise Conflict("This loan takes no payments now; send the money back.")
        _post(work, clock, case_id, lambda book: book.fall_due(today, clock.now()))
        _post(work, clock, case_id, lambda book: book.pay(amount, f"in:{ref}", day or today, clock.now()))
        _close_when_paid(work, case_id)
        work.audit.append(actor, "loan.payment", case_id, {"ref": ref})
        stands = _view(work, clock, case_id).standing
        work.commit()
    return stands


def bounced(storage: Storage, clock: Clock, case_id: str, ref: str, actor: str) -> Standing:
    """The payment ``ref`` came back. Raises ``Conflict`` when there is no such payment, or it came back before."""
    with storage.begin() as work:
        _post(work, clock, case_id, lambda book: book.bounce(f"in:{ref}", clock.now().date(), clock.now()))
        if work.loans.get(case_id).state is LoanState.REPAID:
            work.loans.set_state(case_id, LoanState.RUNNING)
        work.audit.append(actor, "loan.bounced", case_id, {"ref": ref})
        stands = _view(work, clock, case_id).standing
        work.commit()
    return stands


def refunded(storage: Storage, clock: Clock, case_id: str, ref: str, actor: str) -> None:
    """What a cancelled loan's person had paid went back to them under ``ref``. The same reference again changes
    nothing; raises ``Conflict`` when there is nothing to pay back."""
    with storage.begin() as work:
        if work.loans.book(case_id).posted(f"refund:{ref}") is not None:
            return
        _post(work, clock, case_id, lambda book: book.refund(f"refund:{ref}", clock.now().date(), clock.now()))
        work.audit.append(actor, "loan.refunded", case_id, {"ref": ref})
        work.commit()


def _post(work: UnitOfWork, clock: Clock, case_id: str, verb: _Post) -> tuple[Posting, ...]:
    made = verb(work.loans.book(case_id))
    work.loans.post(case_id, made)
    return made


def _close_when_paid(work: UnitOfWork, case_id: str) -> None:
    book = work.loans.book(case_id)
    if not book.still_to_pay and any(posting.kind is Kind.DISBURSED for posting in book.postings):
        work.loans.set_state(case_id, LoanState.REPAID)


def _view(work: UnitOfWork, clock: Clock, case_id: str) -> LoanView:
    loan, book = work.loans.get(case_id), work.loans.book(case_id)
    return LoanView(loan, book, standing(book, clock.now().date()))
