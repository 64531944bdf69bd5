"""Each look and each step of help is a row; a reason in words is sealed, and there is none without one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import InvalidInput
from core.ports import Storage
from core.usecases import looks
from core.usecases.looks import Purpose
from tests.core.storage.people import NAME, opened, store_call

WHY = f"{NAME} asked"
ROWS: list[tuple[str, Callable[[Storage], None]]] = [
    ("call.watched", lambda storage: looks.watched(storage, "a.one", "CA1")),
    ("call.words_shown", lambda storage: looks.words_shown(storage, "a.one", "CA1", Purpose.FRAUD)),
    ("field.revealed", lambda storage: looks.field_revealed(storage, "a.one", "CA1", "phone", WHY)),
    ("call.listened", lambda storage: looks.listened(storage, "a.one", "CA1", Purpose.QUALITY)),
    ("call.nudged", lambda storage: looks.nudged(storage, "a.one", "CA1", "say", "reassure.keys", WHY)),
    ("call.taken_over", lambda storage: looks.taken_over(storage, "a.one", "CA1", WHY)),
    ("call.handed_back", lambda storage: looks.handed_back(storage, "a.one", "CA1")),
    ("case.viewed", lambda storage: looks.case_viewed(storage, "a.one", "case_1", Purpose.DECISION)),
    ("clip.played", lambda storage: looks.clip_played(storage, "a.one", "case_1", "amount")),
    ("audit.verified", lambda storage: looks.log_verified(storage, "a.one", 3, whole=True)),
]


@pytest.mark.parametrize(("action", "look"), ROWS, ids=[action for action, _ in ROWS])
def test_a_look_is_one_row(tmp_path: Path, action: str, look: Callable[[Storage], None]) -> None:
    storage = opened(tmp_path)
    store_call(storage)
    look(storage)
    row = storage.prove("1")["row"]
    assert (row["actor"], row["action"]) == ("a.one", action)
    assert NAME not in str(row)
    assert storage.verify_audit().whole


def test_without_a_reason_nothing_is_written(tmp_path: Path) -> None:
    storage = opened(tmp_path)
    store_call(storage)
    for act in (
        lambda: looks.field_revealed(storage, "a.one", "CA1", "phone", " "),
        lambda: looks.nudged(storage, "a.one", "CA1", "reask", "", "x"),
        lambda: looks.taken_over(storage, "a.one", "CA1", ""),
    ):
        with pytest.raises(InvalidInput):
            act()
    assert storage.verify_audit().rows == 0
