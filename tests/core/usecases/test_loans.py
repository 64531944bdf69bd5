"""Loans after the yes: no money before its time, none twice, and every posting once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.application import Status
from core.errors import Conflict, IdempotencyMismatch, IllegalTransition, InvalidInput, NotFound
from core.lending.loan import LoanState
from core.storage.store import SqlStorage
from core.usecases import loans
from tests.core.storage.people import HandClock, opened, usd
from tests.core.usecases.lenders import agreed, running


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def storage(tmp_path: Path, clock: HandClock) -> SqlStorage:
    return opened(tmp_path, clock)


def state(storage: SqlStorage, case: str = "case_1") -> LoanState:
    with storage.begin() as work:
        return work.loans.get(case).state


def test_a_yes_opens_the_loan_with_the_packs_time_to_leave(storage: SqlStorage, clock: HandClock) -> None:
    terms = agreed(storage, clock)
    seen = loans.view(storage, clock, "case_1")
    assert (seen.loan.state, seen.loan.terms, seen.book.postings) == (LoanState.WAITING, terms, ())
    assert (seen.loan.free_until - clock.now()).total_seconds() == 48 * 3600


def test_no_money_moves_while_the_borrower_may_leave(storage: SqlStorage, clock: HandClock) -> None:
    agreed(storage, clock)
    clock.forward(hours=47, minutes=59)
    with pytest.raises(Conflict, match="change their mind"):
        loans.paid_out(storage, clock, "case_1", "bank-1", "payer")
    clock.forward(minutes=1)
    loans.paid_out(storage, clock, "case_1", "bank-1", "payer")
    loans.paid_out(storage, clock, "case_1", "bank-1", "payer")
    with pytest.raises(Conflict):
        loans.paid_out(storage, clock, "case_1", "bank-2", "payer")
    seen = loans.view(storage, clock, "case_1")
    assert (seen.loan.state, len(seen.book.postings)) == (LoanState.RUNNING, 1)


def test_leaving_in_time_is_free_and_final(storage: SqlStorage, clock: HandClock) -> None:
    agreed(storage, clock)
    loans.withdraw(storage, clock, "case_1", "borrower")
    loans.withdraw(storage, clock, "case_1", "borrower")
    clock.forward(days=9)
    with pytest.raises(Conflict):
        loans.paid_out(storage, clock, "case_1", "bank-1", "payer")
    with storage.begin() as work:
        assert work.applications.get("case_1").status is Status.WITHDRAWN


def test_nobody_leaves_a_loan_that_was_paid_out(storage: SqlStorage, clock: HandClock) -> None:
    running(storage, clock)
    with pytest.raises(IllegalTransition):
        loans.withdraw(storage, clock, "case_1", "borrower")


def test_instalments_fall_due_once_and_a_loan_ends_when_all_is_paid(storage: SqlStorage, clock: HandClock) -> None:
    terms = running(storage, clock)
    clock.at = datetime(2027, 1, 3, tzinfo=UTC)
    assert (loans.book_due(storage, clock, "nightly"), loans.book_due(storage, clock, "nightly")) == (2, 0)
    stands = loans.take_payment(storage, clock, "case_1", terms.payment, "p-1", "bank")
    assert (stands.due_now, stands.days_late) == (terms.payment, 1)
    rest = terms.total - terms.payment
    loans.take_payment(storage, clock, "case_1", rest, "p-2", "bank")
    clock.at = datetime(2028, 1, 3, tzinfo=UTC)
    assert state(storage) is LoanState.REPAID
    stands = loans.bounced(storage, clock, "case_1", "p-2", "bank")
    assert (state(storage), stands.paid) == (LoanState.RUNNING, terms.payment)


def test_a_reference_pays_once_and_never_another_amount(storage: SqlStorage, clock: HandClock) -> None:
    running(storage, clock)
    for _ in range(2):
        stands = loans.take_payment(storage, clock, "case_1", usd("100.00"), "p-1", "bank")
        assert stands.paid == usd("100.00")
    with pytest.raises(IdempotencyMismatch):
        loans.take_payment(storage, clock, "case_1", usd("100.01"), "p-1", "bank")
    with pytest.raises(InvalidInput):
        loans.take_payment(storage, clock, "case_1", usd("99999.00"), "p-2", "bank")


def test_a_loan_that_was_not_paid_out_takes_no_payment(storage: SqlStorage, clock: HandClock) -> None:
    agreed(storage, clock)
    with pytest.raises(Conflict):
        loans.take_payment(storage, clock, "case_1", usd("100.00"), "p-1", "bank")
    with pytest.raises(NotFound):
        loans.view(storage, clock, "case_404")


def test_the_desk_lists_by_state_and_each_change_is_an_audit_row(storage: SqlStorage, clock: HandClock) -> None:
    running(storage, clock)
    agreed(storage, clock, "case_2", phone=_another())
    assert [one.loan.case_id for one in loans.desk(storage, clock)] == ["case_2", "case_1"]
    assert [one.loan.case_id for one in loans.desk(storage, clock, LoanState.RUNNING)] == ["case_1"]
    assert storage.prove("3")["row"]["action"] == "loan.paid_out"
    assert storage.verify_audit().whole


def _another() -> object:
    from core.applicant import PhoneNumber  # noqa: PLC0415 - one test only
    from tests.core.storage.people import answer  # noqa: PLC0415 - one test only

    return answer(PhoneNumber("+14155550123"))
