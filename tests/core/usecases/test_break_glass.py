"""The row comes first, with its reason sealed; without a real reason nothing opens."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import InvalidInput, NotFound
from core.storage.figures import acts_since
from core.storage.store import SqlStorage
from core.usecases.break_glass import SHORTEST_REASON, break_glass
from tests.core.storage.people import START, opened, store_call

REASON = "Zebulon is in danger and nobody else is here"


@pytest.fixture
def storage(tmp_path: Path) -> SqlStorage:
    storage = opened(tmp_path)
    store_call(storage)
    return storage


def test_it_opens_and_is_written_down(storage: SqlStorage) -> None:
    assert break_glass(storage, "t.agent", "CA1", REASON).complete
    (row,) = acts_since(storage.engine, "glass.broken", START)
    assert (row.actor, row.subject, row.detail["case"]) == ("t.agent", "CA1", "case_1")
    assert "danger" not in str(row.detail)
    with storage.begin() as work:
        assert work.audit_note(row.seq) == REASON


@pytest.mark.parametrize(
    ("call", "reason", "error"),
    [("CA1", "x" * (SHORTEST_REASON - 1), InvalidInput), ("CA1", " " * 40, InvalidInput), ("CA9", REASON, NotFound)],
)
def test_otherwise_nothing(storage: SqlStorage, call: str, reason: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        break_glass(storage, "t.agent", call, reason)
    assert acts_since(storage.engine, "glass.broken", START) == []
