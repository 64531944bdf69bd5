"""A fraud hold stops what would be approved, accepted or paid, until another person lifts it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.application import Status
from core.decision.model import Outcome
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.events import JournalEntry
from core.storage.figures import since_then
from core.storage.store import SqlStorage
from core.usecases import holds, loans
from core.usecases.intake import submit
from core.usecases.offer import accept
from core.usecases.review import Verdict, say
from tests.core.decision.builders import US
from tests.core.storage.people import START, HandClock, application, heard, opened, risk
from tests.core.usecases.lenders import RULES, agreed

WHY = "Three calls from one room, all under other names."


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def storage(tmp_path: Path, clock: HandClock) -> SqlStorage:
    return opened(tmp_path, clock)


def hand_in(storage: SqlStorage, clock: HandClock) -> Outcome:
    asked = application("case_1", "CA_1", jurisdiction="US")
    return submit(storage, clock, asked, risk(), RULES.decider(clock)).outcome


def begun(storage: SqlStorage) -> None:
    """A call that goes on: the case has an entry and no application."""
    with storage.begin() as work:
        work.journal.append("case_1", JournalEntry("began", START, "CA_1"))
        work.commit()


def status(storage: SqlStorage) -> Status:
    with storage.begin() as work:
        return work.applications.get("case_1").status


def test_a_hold_on_a_call_makes_its_application_wait(storage: SqlStorage, clock: HandClock) -> None:
    begun(storage)
    holds.place(storage, clock, "case_1", "f.analyst", WHY, "CA_1")
    assert hand_in(storage, clock) is Outcome.REVIEW
    with pytest.raises(Conflict):
        say(storage, clock, RULES, "case_1", "u.writer", Verdict.APPROVE, WHY)
    holds.release(storage, clock, "case_1", "s.visor", "It was a family of three in one flat.")
    assert say(storage, clock, RULES, "case_1", "u.writer", Verdict.APPROVE, WHY).status is Status.APPROVED


def test_nothing_is_accepted_or_paid_out_while_held(storage: SqlStorage, clock: HandClock) -> None:
    assert hand_in(storage, clock) is Outcome.APPROVE
    holds.place(storage, clock, "case_1", "f.analyst", WHY)
    with pytest.raises(Conflict):
        accept(storage, clock, US, "case_1", 0, heard())
    assert status(storage) is Status.APPROVED
    holds.release(storage, clock, "case_1", "s.visor", WHY)
    accept(storage, clock, US, "case_1", 0, heard())
    holds.place(storage, clock, "case_1", "f.analyst", WHY)
    clock.forward(days=30)
    with pytest.raises(Conflict, match="held"):
        loans.paid_out(storage, clock, "case_1", "bank-1", "payer")
    assert since_then(storage.engine, START).held == 1


def test_who_placed_it_cannot_lift_it(storage: SqlStorage, clock: HandClock) -> None:
    agreed(storage, clock)
    holds.place(storage, clock, "case_1", "f.analyst", WHY)
    with pytest.raises(Forbidden):
        holds.release(storage, clock, "case_1", "f.analyst", WHY)
    with pytest.raises(Conflict):
        holds.place(storage, clock, "case_1", "s.visor", WHY)
    holds.release(storage, clock, "case_1", "s.visor", WHY)
    with pytest.raises(Conflict):
        holds.release(storage, clock, "case_1", "s.visor", WHY)
    rows = [storage.prove(str(n))["row"]["action"] for n in range(1, storage.verify_audit().rows + 1)]
    assert rows[-2:] == ["hold.placed", "hold.released"]


@pytest.mark.parametrize(("case", "why", "error"), [("case_404", WHY, NotFound), ("case_1", "short", InvalidInput)])
def test_a_hold_needs_a_case_and_a_reason(
    storage: SqlStorage, clock: HandClock, case: str, why: str, error: Any
) -> None:
    begun(storage)
    rows = storage.verify_audit().rows
    with pytest.raises(error):
        holds.place(storage, clock, case, "f.analyst", why)
    assert storage.verify_audit().rows == rows
