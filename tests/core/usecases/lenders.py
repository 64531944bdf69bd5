"""A loan that was really decided, accepted and, when a test wants it, paid out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from core.decision.model import Outcome, Terms
from core.storage.store import SqlStorage
from core.usecases import loans
from core.usecases.decisions import Rulebook
from core.usecases.intake import submit
from core.usecases.offer import accept
from tests.core.decision.builders import POLICY, US
from tests.core.storage.people import HandClock, application, heard, risk

RULES = Rulebook(US, POLICY)


def agreed(storage: SqlStorage, clock: HandClock, case: str = "case_1", **changes: Any) -> Terms:
    """An application by the rules in force, approved, and its first offer accepted."""
    asked = application(case, f"CA_{case}", jurisdiction="US", **changes)
    made = submit(storage, clock, asked, risk(), RULES.decider(clock))
    assert made.outcome is Outcome.APPROVE
    return accept(storage, clock, US, case, 0, heard("yes"))


def running(storage: SqlStorage, clock: HandClock, case: str = "case_1") -> Terms:
    """The same, paid out when the time to change one's mind was over."""
    terms = agreed(storage, clock, case)
    clock.at += timedelta(hours=US.cooling_off_hours(terms.principal))
    loans.paid_out(storage, clock, case, "bank-1", "payer")
    return terms
