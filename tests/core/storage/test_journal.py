"""The journal keeps what was confirmed, in order, finds open cases by number, and is committed or absent."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from core.applicant import PhoneNumber
from core.errors import InvalidInput, NotFound, StorageError
from core.events import JournalEntry
from core.storage.journal import SqlJournal
from core.storage.store import SqlStorage
from tests.core.storage.people import PHONE, START, opened

pytestmark = pytest.mark.usefixtures("either_database")


@pytest.fixture
def storage(tmp_path: Path) -> SqlStorage:
    return opened(tmp_path)


def entry(kind: str = "slot_confirmed", call: str = "CA1", minute: int = 0, **data: object) -> JournalEntry:
    return JournalEntry(kind, START + timedelta(minutes=minute), call, dict(data))


def put(storage: SqlStorage, case: str, *entries: JournalEntry, phone: PhoneNumber | None = None) -> None:
    with storage.begin() as work:
        for each in entries:
            work.journal.append(case, each)
        if phone:
            work.journal.bind_phone(case, phone)
        work.commit()


def test_entries_come_back_in_order_with_their_numbers(storage: SqlStorage) -> None:
    entries = [entry(value=n, minute=n) for n in range(5)]
    with storage.begin() as work:
        assert isinstance(work.journal, SqlJournal)
        assert [work.journal.append("case_1", each) for each in entries] == [1, 2, 3, 4, 5]
        work.commit()
    put(storage, "case_2", entry())
    with storage.begin() as work:
        assert work.journal.read("case_1") == entries
        assert work.journal.read("nobody") == []


def test_without_commit_nothing_is_stored(storage: SqlStorage) -> None:
    with storage.begin() as work:
        work.journal.append("case_1", entry())
    with storage.begin() as work:
        assert work.journal.read("case_1") == []


def test_an_error_in_the_block_stores_nothing(storage: SqlStorage) -> None:
    def fail() -> None:
        with storage.begin() as work:
            work.journal.append("case_1", entry())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with storage.begin() as work:
        assert work.journal.read("case_1") == []


def test_after_commit_the_unit_of_work_is_over(storage: SqlStorage) -> None:
    with storage.begin() as work:
        work.commit()
        with pytest.raises(StorageError, match="over"):
            work.journal.append("case_1", entry())
        with pytest.raises(StorageError, match="over"):
            work.commit()


def test_the_newest_open_case_of_a_number_is_found(storage: SqlStorage) -> None:
    put(storage, "case_1", entry(minute=0), phone=PHONE)
    put(storage, "case_2", entry(minute=5), entry(call="CA2", minute=6), phone=PHONE)
    put(storage, "case_3", entry(minute=9), phone=PhoneNumber("+14155550100"))
    with storage.begin() as work:
        found = work.journal.find_open(PHONE, START)
        assert found is not None
        assert (found.case_id, found.last_call_id, len(found.entries)) == ("case_2", "CA2", 2)
        assert work.journal.find_open(PHONE, START + timedelta(minutes=7)) is None
        assert work.journal.find_open(PhoneNumber("+14155550177"), START) is None


def test_a_finished_case_is_not_found_and_finishing_again_changes_nothing(storage: SqlStorage) -> None:
    put(storage, "case_1", entry(), phone=PHONE)
    for how in ("accepted", "stopped"):
        with storage.begin() as work:
            work.journal.finish("case_1", how, START)
            work.commit()
    with storage.begin() as work:
        assert work.journal.find_open(PHONE, START) is None


def test_a_number_is_bound_to_a_case_that_exists(storage: SqlStorage) -> None:
    with storage.begin() as work, pytest.raises(NotFound):
        work.journal.bind_phone("nobody", PHONE)


@pytest.mark.parametrize("kind", ["Jane Roe", "", "slot confirmed", "+14155550123", "x" * 61])
def test_a_kind_is_a_static_name(storage: SqlStorage, kind: str) -> None:
    with storage.begin() as work, pytest.raises(InvalidInput):
        work.journal.append("case_1", entry(kind))


@pytest.mark.parametrize("case", ["", "+14155550123", "4155550123", "a b", "x" * 81])
def test_an_id_is_an_id(storage: SqlStorage, case: str) -> None:
    with storage.begin() as work, pytest.raises(InvalidInput):
        work.journal.append(case, entry())


def test_a_call_that_turns_to_another_case_takes_its_record_along(storage: SqlStorage) -> None:
    with storage.begin() as work:
        work.records.open_call("CA1", "case_1", START, recording=True)
        work.journal.append("case_1", entry("consent"))
        work.records.append_audio("CA1", "caller", 0, b"\x01" * 800)
        work.commit()
    put(storage, "case_2", entry("consent"))
    with storage.begin() as work:
        record = work.records.read("CA1")
        assert record.case_id == "case_2"
        assert record.caller_audio == b"\x01" * 800
        assert len(record.journal) == 2
    storage.upkeep.destroy_subject("case_1")
    with storage.begin() as work:
        assert work.journal.read("case_2") == [entry("consent")]
    assert storage.upkeep.subject_of("call:CA1") == "case_2"


def test_the_newest_decided_case_of_a_number_is_found(storage: SqlStorage) -> None:
    for number, how in enumerate(("accepted", "stopped", "disputed"), start=1):
        put(storage, f"case_{number}", entry("slot"))
        with storage.begin() as work:
            work.journal.bind_phone(f"case_{number}", PHONE)
            work.journal.finish(f"case_{number}", how, START)
            work.commit()
    with storage.begin() as work:
        found = work.journal.find_decided(PHONE, START)
        assert found is not None
        assert found.case_id == "case_1"
        assert work.journal.find_decided(PHONE, START + timedelta(days=1)) is None
        assert work.journal.find_decided(PhoneNumber("+14155550177"), START) is None
