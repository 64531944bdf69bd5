"""The desk counts what one person asked and owes, over names, numbers and channels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.applicant import Last4, PersonName, PhoneNumber
from core.decision.model import Decision, Outcome
from core.errors import InvalidInput
from core.storage.store import SqlStorage
from core.usecases.decisions import Rulebook
from core.usecases.desk import ApplicationDesk
from core.usecases.shred import plan_person, shred
from tests.core.decision.builders import POLICY, US
from tests.core.storage.people import HandClock, answer, application, heard, opened, risk, usd


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[SqlStorage]:
    made = opened(tmp_path)
    yield made
    made.close()


class Counter:
    """Hands applications in, one after the other."""

    def __init__(self, storage: SqlStorage) -> None:
        self.clock = HandClock()
        self.desk = ApplicationDesk(storage, self.clock, Rulebook(US, POLICY))
        self.number = 0

    async def ask(self, **changes: Any) -> Decision:
        self.number += 1
        plain = {"jurisdiction": "US", "received_at": self.clock.now(), "monthly_income": answer(usd("9000.00"))}
        about = application(f"case_{self.number}", f"CA{self.number}", **(plain | changes))
        return await self.desk.submit(about, risk())

    async def borrow(self, amount: str, **changes: Any) -> Decision:
        made = await self.ask(amount=answer(usd(amount)), **changes)
        assert made.outcome is Outcome.APPROVE
        self.desk.accept(f"case_{self.number}", 0, heard())
        return made


STRANGER = {
    "full_name": answer(PersonName("Ada Quill")),
    "national_id_last4": answer(Last4("1111")),
    "phone": answer(PhoneNumber("+14155550111")),
}


def codes(decision: Decision) -> list[str]:
    return [one.code for one in decision.reasons]


async def test_the_fourth_open_loan_is_one_too_many(storage: SqlStorage) -> None:
    counter = Counter(storage)
    for _ in range(3):
        await counter.borrow("500.00")
    made = await counter.ask(amount=answer(usd("500.00")))
    assert (made.outcome, codes(made)) == (Outcome.DECLINE, ["too_many_open_loans"])
    same_number = await counter.ask(**{**STRANGER, "phone": application().phone})
    assert same_number.outcome is Outcome.DECLINE
    assert (await counter.ask(**STRANGER)).outcome is Outcome.APPROVE


async def test_what_is_owed_bounds_what_can_be_borrowed(storage: SqlStorage) -> None:
    counter = Counter(storage)
    await counter.borrow("10000.00")
    made = await counter.borrow("8000.00")
    assert made.offers[0].principal == usd("5000.00")
    assert "amount_above_limit" in codes(made)
    full = await counter.ask(amount=answer(usd("500.00")))
    assert (full.outcome, codes(full)) == (Outcome.DECLINE, ["owed_already"])


async def test_who_asks_very_often_meets_a_person_for_a_month(storage: SqlStorage) -> None:
    counter = Counter(storage)
    for _ in range(10):
        assert (await counter.ask()).outcome is Outcome.APPROVE
    often = await counter.ask()
    assert (often.outcome, codes(often)) == (Outcome.REVIEW, ["asked_often"])
    counter.clock.forward(days=31)
    assert (await counter.ask()).outcome is Outcome.APPROVE


async def test_asking_again_for_the_same_case_counts_once(storage: SqlStorage) -> None:
    counter = Counter(storage)
    first = await counter.ask()
    counter.number = 0
    assert await counter.ask() == first


async def test_the_traces_of_a_person_go_with_the_keys(storage: SqlStorage) -> None:
    counter = Counter(storage)
    await counter.borrow("500.00")
    shred(storage, plan_person(storage, "case_1"), "os.tester")
    with storage.engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM applicants").scalar() == 0


def test_what_is_not_for_these_rules_is_refused_at_the_door(storage: SqlStorage) -> None:
    desk = ApplicationDesk(storage, HandClock(), Rulebook(US, POLICY))
    for changes, field in (
        ({"jurisdiction": "CN"}, "jurisdiction"),
        ({"jurisdiction": "US", "term_months": answer(0)}, "term_months"),
    ):
        with pytest.raises(InvalidInput) as caught:
            desk.require_decidable(application(**changes), risk())
        assert caught.value.field == field
