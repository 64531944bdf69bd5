"""Bundles, reviewers' notes and settled cases: sealed, numbered, in order, gone when the keys are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from core.application import Status
from core.decision.keeping import ReviewNote
from core.decision.model import Outcome
from core.errors import IllegalTransition, NotFound, Shredded, Tampered
from core.storage.store import SqlStorage
from core.storage.tables import receipts
from core.usecases.intake import submit
from core.usecases.shred import plan_person, shred
from tests.core.storage.people import START, HandClock, application, decision, opened, risk

pytestmark = pytest.mark.usefixtures("either_database")


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[SqlStorage]:
    made = opened(tmp_path)
    for number in (1, 2):
        made_in = HandClock(START + timedelta(minutes=number))
        about = application(f"case_{number}", f"CA{number}", received_at=made_in.now())
        submit(made, made_in, about, risk(), lambda *_: decision(Outcome.REVIEW))
        with made.begin() as work:
            work.receipts.keep(f"case_{number}", "decided", {"amount": "2517.00", "number": number}, made_in.now())
            work.commit()
    yield made
    made.close()


def test_bundles_come_back_in_order(storage: SqlStorage) -> None:
    with storage.begin() as work:
        assert work.receipts.keep("case_1", "settled", {"number": 3}, START + timedelta(hours=1)) == 2
        assert [(one.number, one.kind, one.bundle["number"]) for one in work.receipts.of("case_1")] == [
            (1, "decided", 1),
            (2, "settled", 3),
        ]
        assert work.receipts.cases(10) == ["case_1", "case_2"]
        assert work.receipts.cases(10, START + timedelta(minutes=30)) == ["case_1"]
        assert work.receipts.cases(1) == ["case_1"]
        assert work.receipts.of("case_9") == []


def test_a_bundle_moved_to_another_case_is_noticed(storage: SqlStorage) -> None:
    with storage.engine.begin() as connection:
        row = connection.execute(receipts.select().where(receipts.c.case_id == "case_1")).one()
        connection.execute(update(receipts).where(receipts.c.case_id == "case_2").values(body=row.body))
    with storage.begin() as work, pytest.raises(Tampered):
        work.receipts.of("case_2")


def test_bundles_and_notes_go_with_the_persons_keys(storage: SqlStorage) -> None:
    with storage.begin() as work:
        work.reviews.add("case_1", ReviewNote("m.reyes", "approve", "All in order.", START))
        work.commit()
    shred(storage, plan_person(storage, "case_1"), "os.tester")
    with storage.begin() as work, pytest.raises(Shredded):
        work.receipts.of("case_1")
    with storage.begin() as work, pytest.raises(Shredded):
        work.reviews.of("case_1")


def test_a_settled_case_has_the_new_decision_and_cannot_go_back(storage: SqlStorage) -> None:
    with storage.begin() as work:
        assert work.applications.in_status(Status.REVIEW) == ["case_1", "case_2"]
        work.applications.settle("case_1", decision(), Status.APPROVED)
        assert work.applications.get("case_1").decision == decision()
        assert work.applications.in_status(Status.REVIEW) == ["case_2"]
        with pytest.raises(IllegalTransition):
            work.applications.settle("case_1", decision(Outcome.REVIEW), Status.REVIEW)
        with pytest.raises(NotFound):
            work.applications.settle("case_9", decision(), Status.APPROVED)
