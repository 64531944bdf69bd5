"""The written copy: only with the right digits, five tries a day, each in the audit log, and the terms agreed to."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from core.application import Status
from core.decision.model import Outcome
from core.errors import Conflict, NotFound, Shredded, Unauthenticated
from core.jurisdiction.library import packaged
from core.storage.store import SqlStorage
from core.usecases.intake import submit
from core.usecases.offer import accept, refuse
from core.usecases.shred import plan_person, shred
from core.usecases.written_copy import MOST_WRONG, WrittenCopy, open_copy
from tests.core.decision.builders import US
from tests.core.storage.people import LAST4, START, HandClock, application, decision, heard, opened, risk, terms

PACK = packaged("us")
WRONG = "9999"


class House:
    def __init__(self, folder: Path) -> None:
        self.clock = HandClock()
        self.storage: SqlStorage = opened(folder, self.clock)

    def apply(self, outcome: Outcome = Outcome.APPROVE) -> None:
        submit(self.storage, self.clock, application(), risk(), lambda *_: decision(outcome))

    def open(self, last4: str = LAST4, case_id: str = "case_1") -> WrittenCopy:
        return open_copy(self.storage, self.clock, PACK, case_id, last4)

    def last_row(self) -> str:
        return str(self.storage.prove(str(self.storage.verify_audit().rows))["row"]["action"])


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_an_offer_then_the_terms_agreed_to_and_until_when_one_can_leave(house: House) -> None:
    house.apply()
    offered = house.open()
    assert (offered.terms, offered.free_until) == (decision().offers, None)
    accept(house.storage, house.clock, US, "case_1", 1, heard("yes"))
    agreed = house.open()
    assert (agreed.status, agreed.terms, agreed.reasons) == (Status.ACCEPTED, (terms("119.87"),), ())
    assert "48 hours" in agreed.withdraw
    assert agreed.free_until == START + timedelta(hours=48)
    assert house.last_row() == "copy.opened"


def test_a_no_comes_with_its_reasons_and_a_refused_offer_with_nothing(house: House, tmp_path: Path) -> None:
    house.apply(Outcome.DECLINE)
    declined = house.open()
    assert (declined.terms, declined.reasons, declined.withdraw) == ((), ("The instalment fits the income.",), "")
    other = House(tmp_path / "other")
    other.apply()
    refuse(other.storage, other.clock, "case_1", heard("no"))
    refused = other.open()
    assert (refused.status, refused.terms, refused.reasons) == (Status.REFUSED, (), ())


def test_wrong_digits_are_counted_and_the_right_ones_come_too_late(house: House) -> None:
    house.apply()
    for _ in range(MOST_WRONG):
        with pytest.raises(Unauthenticated):
            house.open(WRONG)
    assert house.last_row() == "copy.refused"
    rows = house.storage.verify_audit().rows
    with pytest.raises(Conflict):
        house.open()
    assert house.storage.verify_audit().rows == rows
    house.clock.forward(days=1)
    assert house.open().terms


def test_right_digits_do_not_forget_the_wrong_ones(house: House) -> None:
    house.apply()
    for _ in range(MOST_WRONG - 1):
        with pytest.raises(Unauthenticated):
            house.open(WRONG)
    house.open()
    with pytest.raises(Unauthenticated):
        house.open(WRONG)
    with pytest.raises(Conflict):
        house.open()


def test_no_case_and_no_keys_show_nothing(house: House) -> None:
    with pytest.raises(NotFound):
        house.open(case_id="case_2")
    house.apply()
    shred(house.storage, plan_person(house.storage, "case_1"), "op_1")
    with pytest.raises((Shredded, NotFound)):
        house.open()
