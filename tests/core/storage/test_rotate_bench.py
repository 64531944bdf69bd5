"""The measurement of a rotation sees what goes wrong; ``make security`` runs it with 100,000 keys."""

from __future__ import annotations

import pytest

from core.errors import StorageError
from core.storage.key_upkeep import KeyUpkeep
from scripts.security import rotate_bench


def test_every_key_moves_and_opens_while_answers_are_stored() -> None:
    found = rotate_bench.measure(2500)
    assert found["keys"] >= 2500
    assert found["stored_meanwhile"] + found["refused"] > 0
    assert (found["unopened"], found["audit_whole"]) == (0, True)


def test_a_key_that_was_left_behind_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = KeyUpkeep.rewrap
    rounds = iter([True, False])
    monkeypatch.setattr(KeyUpkeep, "rewrap", lambda self, most: whole(self, 10) if next(rounds) else 0)
    assert rotate_bench.measure(30)["unopened"] >= 20


def test_an_answer_that_could_not_be_stored_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise StorageError("The disk is full; free some space, nothing was stored.")

    monkeypatch.setattr(rotate_bench, "JournalEntry", full)
    assert rotate_bench.measure(6000)["refused"] > 0
