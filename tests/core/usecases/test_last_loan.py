"""What a borrower should know of their last loan is their own newest undisputed one, and nobody else's."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from core.applicant import Last4, PersonName
from core.catalogue import Purpose
from core.identity.questions import PastLoan
from core.lending.loan import LoanState
from core.storage.store import SqlStorage
from core.usecases import loans
from core.usecases.last_loan import last_loan
from tests.core.storage.people import HandClock, answer, application, opened
from tests.core.usecases.lenders import agreed, running

WHO = application()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def storage(tmp_path: Path, clock: HandClock) -> SqlStorage:
    return opened(tmp_path, clock)


def known(storage: SqlStorage, name: PersonName = WHO.full_name.value) -> PastLoan | None:
    with storage.begin() as work:
        return last_loan(work, name, WHO.date_of_birth.value, WHO.national_id_last4.value)


def test_a_first_caller_has_none_and_a_stranger_is_told_nothing(storage: SqlStorage, clock: HandClock) -> None:
    assert known(storage) is None
    agreed(storage, clock)
    assert known(storage) is not None
    assert known(storage, PersonName("Somebody Else")) is None
    with storage.begin() as work:
        assert last_loan(work, WHO.full_name.value, date(1990, 1, 1), Last4("7391")) is None


def test_the_terms_agreed_to_and_the_month_of_the_newest_payment(storage: SqlStorage, clock: HandClock) -> None:
    terms = running(storage, clock)
    expected = PastLoan(terms.principal, terms.term_months, WHO.purpose.value)
    assert known(storage) == expected
    clock.at = datetime(2027, 1, 3, tzinfo=UTC)
    loans.book_due(storage, clock, "nightly")
    loans.take_payment(storage, clock, "case_1", terms.payment, "p-1", "bank", date(2026, 12, 30))
    loans.take_payment(storage, clock, "case_1", terms.payment, "p-2", "bank")
    found = known(storage)
    assert found is not None
    assert found.paid_month == 1


def test_the_newest_counts_and_what_is_disputed_does_not(storage: SqlStorage, clock: HandClock) -> None:
    agreed(storage, clock)
    with storage.begin() as work:
        work.loans.set_state("case_1", LoanState.WITHDRAWN)
        work.commit()
    clock.at += timedelta(days=40)
    agreed(storage, clock, "case_2", purpose=answer(Purpose.TRAVEL))
    found = known(storage)
    assert found is not None
    assert found.purpose is Purpose.TRAVEL
    with storage.begin() as work:
        work.loans.set_state("case_2", LoanState.FROZEN)
        work.commit()
    before = known(storage)
    assert before is not None
    assert before.purpose is WHO.purpose.value
