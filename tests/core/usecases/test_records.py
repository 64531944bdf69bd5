"""A look at a record: no reason, no look; no audit row, no data."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import InvalidInput, LoanlineError, NotFound, Shredded
from core.storage.store import SqlStorage
from core.usecases.records import show_call
from tests.core.storage.people import NAME, opened, store_call


@pytest.fixture
def storage(tmp_path: Path) -> SqlStorage:
    storage = opened(tmp_path)
    store_call(storage)
    return storage


def test_a_look_is_a_row_with_its_reason_sealed(storage: SqlStorage) -> None:
    record = show_call(storage, "CA1", "os.auditor", f"  {NAME} complained ")
    assert record.lines
    row = storage.prove("1")["row"]
    assert (row["actor"], row["action"], row["subject"]) == ("os.auditor", "call.viewed", "CA1")
    assert NAME not in str(row)
    with storage.begin() as work:
        assert work.audit_note(1) == f"{NAME} complained"


@pytest.mark.parametrize("reason", ["", "  ", "ok", "x" * 1001])
def test_without_a_reason_there_is_no_look(storage: SqlStorage, reason: str) -> None:
    with pytest.raises(InvalidInput):
        show_call(storage, "CA1", "os.auditor", reason)
    assert storage.verify_audit().rows == 0


def test_no_row_no_data(storage: SqlStorage) -> None:
    with storage.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TRIGGER no BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END")
    with pytest.raises(LoanlineError):
        show_call(storage, "CA1", "os.auditor", "complaint")


def test_what_is_not_there_or_destroyed_leaves_no_row(storage: SqlStorage) -> None:
    with pytest.raises(NotFound):
        show_call(storage, "CA404", "os.auditor", "complaint")
    storage.upkeep.destroy_call("CA1", "case_1")
    with pytest.raises(Shredded):
        show_call(storage, "CA1", "os.auditor", "complaint")
    assert storage.verify_audit().rows == 0
