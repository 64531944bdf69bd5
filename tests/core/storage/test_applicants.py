"""Which number a person is known by: the first they proved to hold, whatever later applications say."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from core.applicant import Last4, PersonName, PhoneNumber
from core.application import Application, Status
from core.decision.keeping import KnownNumber
from core.fraud import FraudLabel, Label
from core.ports import Storage
from tests.core.storage.people import (
    LAST4,
    NAME,
    PHONE,
    START,
    HandClock,
    answer,
    application,
    decision,
    opened,
    risk,
)

OTHER = PhoneNumber("+13035550155")


def put(storage: Storage, made: Application, status: Status = Status.APPROVED) -> None:
    with storage.begin() as work:
        work.applications.add(made, decision(), risk(), status)
        work.applicants.add(made)
        work.commit()


def known(storage: Storage, name: str = NAME) -> KnownNumber | None:
    with storage.begin() as work:
        return work.applicants.registered(PersonName(name), date(1985, 3, 12), Last4(LAST4))


def registered(storage: Storage, name: str = NAME) -> PhoneNumber | None:
    found = known(storage, name)
    return None if found is None else found.phone


def test_somebody_new_is_known_by_no_number(tmp_path: Path) -> None:
    storage = opened(tmp_path, HandClock())
    put(storage, application())
    assert registered(storage, "Somebody Else") is None


def test_the_first_number_that_was_proved_stands(tmp_path: Path) -> None:
    storage = opened(tmp_path, HandClock())
    later = START + timedelta(days=3)
    put(storage, application("case_2", "CA2", phone=answer(OTHER), received_at=later))
    put(storage, application())
    assert registered(storage) == PHONE


def test_a_number_that_was_not_proved_counts_for_nothing(tmp_path: Path) -> None:
    storage = opened(tmp_path, HandClock())
    put(storage, application(owner_verified=False))
    assert registered(storage) is None
    put(storage, application("case_2", "CA2", phone=answer(OTHER), received_at=START + timedelta(days=3)))
    assert registered(storage) == OTHER


def test_a_number_is_that_of_a_borrower_once_a_loan_was_taken_there(tmp_path: Path) -> None:
    storage = opened(tmp_path, HandClock())
    put(storage, application())
    assert known(storage) == KnownNumber(PHONE)  # an offer that was not taken shows nothing
    later = START + timedelta(days=3)
    put(storage, application("case_2", "CA2", phone=answer(OTHER), received_at=later), Status.ACCEPTED)
    assert known(storage) == KnownNumber(PHONE)  # nor does a loan taken at another number
    again = START + timedelta(days=4)
    put(storage, application("case_3", "CA3", received_at=again), Status.ACCEPTED)
    assert known(storage) == KnownNumber(PHONE, again)


def test_a_loan_that_was_called_fraud_makes_no_borrower(tmp_path: Path) -> None:
    storage = opened(tmp_path, HandClock())
    put(storage, application(), Status.ACCEPTED)
    for said, borrowed in ((Label.FRAUD, None), (Label.GENUINE, START)):
        with storage.begin() as work:
            work.fraud_labels.add(FraudLabel("case_1", said, "dispute", "account_takeover", "staff.2", START))
            work.commit()
        assert known(storage) == KnownNumber(PHONE, borrowed)
