"""Which number a person is known by: the first they proved to hold, whatever later applications say."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from core.applicant import Last4, PersonName, PhoneNumber
from core.application import Application, Status
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


def put(storage: Storage, made: Application) -> None:
    with storage.begin() as work:
        work.applications.add(made, decision(), risk(), Status.APPROVED)
        work.applicants.add(made)
        work.commit()


def registered(storage: Storage, name: str = NAME) -> PhoneNumber | None:
    with storage.begin() as work:
        return work.applicants.registered(PersonName(name), date(1985, 3, 12), Last4(LAST4))


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
