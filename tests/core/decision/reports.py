"""Credit reports and what was asked of the outside, plain unless a test says otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from core.decision.checks import Checks, FileKind, ReportFacts, State
from tests.core.decision.builders import usd


def report(**changes: Any) -> ReportFacts:
    plain = ReportFacts(
        kind=FileKind.HIT,
        old=False,
        alert=False,
        monthly_payments=usd("200.00"),
        revolving_balance=usd("300.00"),
        revolving_limit=usd("10000.00"),
        open_lines=8,
        home_loans=1,
        late_30=0,
        late_60=0,
        late_90=0,
    )
    return replace(plain, **changes)


def checks(**changes: Any) -> Checks:
    """All four answered; ``report`` takes the changes whose names are the report's."""
    of_report = {name: changes.pop(name) for name in list(changes) if name in ReportFacts.__dataclass_fields__}
    plain = Checks(
        report_state=State.ANSWERED,
        report=report(**of_report),
        work_state=State.ANSWERED,
        monthly_wage=usd("4000.00"),
        phone_state=State.ANSWERED,
        list_state=State.ANSWERED,
    )
    return replace(plain, **changes)
