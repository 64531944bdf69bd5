"""A row that is taken out of a case's own, or given to somebody else, is noticed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, delete, update

from core.application import Status
from core.decision.keeping import ReviewNote
from core.errors import Tampered
from core.events import JournalEntry
from core.ports import OfferAnswer, UnitOfWork
from core.privacy import ConsentRecord, Correction, How
from core.security.envelope import Place
from core.storage import decisions
from core.storage.privacy_tables import consents, corrections
from core.storage.rows import none_missing
from core.storage.store import SqlStorage
from core.storage.tables import journal, postings, receipts, reviews
from core.usecases import holds
from core.usecases.review import queue
from tests.core.storage.people import (
    START,
    HandClock,
    application,
    decision,
    heard,
    loan,
    opened,
    risk,
    store_call,
    terms,
    usd,
)

CASE = "case_1"
READERS: dict[str, Callable[[UnitOfWork], Any]] = {
    "journal": lambda work: work.journal.read(CASE),
    "holds": lambda work: holds.standing(work, CASE),
    "consents": lambda work: work.consents.of(CASE),
    "corrections": lambda work: work.corrections.of(CASE),
    "receipts": lambda work: work.receipts.of(CASE),
    "reviews": lambda work: work.reviews.of(CASE),
    "postings": lambda work: work.loans.book(CASE),
}
TABLES: dict[str, Table] = {
    "journal": journal, "holds": journal, "consents": consents, "corrections": corrections, "receipts": receipts,
    "reviews": reviews, "postings": postings,
}  # fmt: skip


@pytest.fixture
def storage(tmp_path: Path) -> SqlStorage:
    """Three rows of everything that is numbered."""
    storage = opened(tmp_path)
    store_call(storage)
    with storage.begin() as work:
        work.applications.add(application(), decision(), risk(), Status.APPROVED)
        work.applications.keep_answer(CASE, OfferAnswer(0, terms(), heard(), START))
        work.loans.open(loan())
        for number in range(3):
            work.consents.enter(CASE, ConsentRecord("recording", number != 1, f"t/{number}", "ab", START, How.STAFF))
            work.corrections.add(CASE, Correction("full_name", f"Zebulon {number}", START, "os.tester"))
            work.receipts.keep(CASE, "decided", {"number": number}, START)
            work.reviews.add(CASE, ReviewNote(f"m.{number}", "approve", "All is in order.", START))
        day = START.date()
        work.loans.post(CASE, work.loans.book(CASE).disburse("out:1", day, START))
        for number in (1, 2):
            work.loans.post(CASE, work.loans.book(CASE).pay(usd("20.00"), f"in:{number}", day, START))
        work.commit()
    holds.place(storage, HandClock(), CASE, "f.analyst", "Three calls from one room.")
    with storage.begin() as work:
        work.journal.append(CASE, JournalEntry("noted", START, "CA1"))
        work.commit()
    return storage


def test_numbers_begin_at_one_and_miss_none() -> None:
    none_missing([])
    none_missing([1, 2, 3])
    for bad in ([2], [1, 3], [1, 1], [2, 1]):
        with pytest.raises(Tampered):
            none_missing(bad)


@pytest.mark.parametrize("what", READERS)
def test_a_row_taken_out_of_the_middle_is_found(storage: SqlStorage, what: str) -> None:
    with storage.begin() as work:
        assert READERS[what](work)
    table, read = TABLES[what], READERS[what]
    count = table.c.seq if table is journal else table.c.number
    with storage.engine.begin() as connection:
        middle = table.c.kind == "hold_placed" if table is journal else count == 2
        assert connection.execute(delete(table).where(middle)).rowcount == 1
    with storage.begin() as work, pytest.raises(Tampered):
        read(work)


@pytest.mark.parametrize("change", [{"actor": "m.9"}, {"verdict": "decline"}])
def test_a_verdict_is_of_who_said_it(storage: SqlStorage, change: dict[str, str]) -> None:
    """Else one person could be made into two, or a no into a yes."""
    with storage.engine.begin() as connection:
        connection.execute(update(reviews).where(reviews.c.number == 1).values(**change))
    with storage.begin() as work, pytest.raises(Tampered):
        work.reviews.of(CASE)


def test_a_verdict_of_before_is_read_and_is_no_yes(storage: SqlStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until 22 November 2026 who said what was not bound to the reason."""
    before, now = (ReviewNote(who, "approve", "It was in order.", START) for who in ("m.old", "m.new"))
    with monkeypatch.context() as then, storage.begin() as work:
        then.setattr(decisions, "_review", lambda case_id, number, *_: Place("reviews", "body", f"{case_id}/{number}"))
        work.applications.add(application("case_2", "CA2"), decision(), risk(), Status.REVIEW)
        work.reviews.add("case_2", before)
        work.commit()
    with storage.begin() as work:
        work.reviews.add("case_2", now)
        assert work.reviews.of("case_2") == [replace(before, bound=False), now]
        work.commit()
    assert [waiting.approved_by for waiting in queue(storage)] == [("m.new",)]
