"""What happened to a case, in order, without decrypting anything."""

from __future__ import annotations

from pathlib import Path

from core.storage.history import history_of
from core.usecases import disputes, loans
from tests.core.decision.builders import US
from tests.core.storage.people import HandClock, opened
from tests.core.usecases.lenders import running
from tests.core.usecases.test_disputes import Numbered


def test_the_steps_of_a_case_come_in_order(tmp_path: Path) -> None:
    clock = HandClock()
    storage = opened(tmp_path, clock)
    running(storage, clock)
    clock.forward(hours=2)
    loans.take_payment(storage, clock, "case_1", loans.view(storage, clock, "case_1").loan.terms.payment, "B2", "bank")
    disputes.open_dispute(
        storage, clock, Numbered(), US, case_id="case_1", told_in="letter", story="Not mine at all.", opened_by="a.one"
    )
    found = history_of(storage.engine, "case_1")
    assert [each.at for each in found] == sorted(each.at for each in found)
    steps = [(each.kind, each.name) for each in found]
    for step in (("application", "approve"), ("loan", "agreed"), ("posting", "paid"), ("dispute", "opened")):
        assert step in steps
    assert ("journal", "slot") not in steps
    assert history_of(storage.engine, "case_404") == []
