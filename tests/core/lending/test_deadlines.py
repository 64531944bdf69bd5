"""When clocks run out; the days were counted by hand on a calendar."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.jurisdiction.pack import Clock, ClockUnit
from core.lending.deadlines import runs_out


@pytest.mark.parametrize(
    ("amount", "unit", "since", "until"),
    [
        (4, ClockUnit.HOURS, (2026, 11, 30, 22), (2026, 12, 1, 2)),
        (30, ClockUnit.DAYS, (2026, 11, 22, 9), (2026, 12, 22, 9)),
        (4, ClockUnit.BUSINESS_DAYS, (2026, 11, 23, 9), (2026, 11, 27, 9)),  # Monday to Friday
        (4, ClockUnit.BUSINESS_DAYS, (2026, 11, 25, 9), (2026, 12, 1, 9)),  # Wednesday to Tuesday
        (4, ClockUnit.BUSINESS_DAYS, (2026, 11, 28, 9), (2026, 12, 3, 9)),  # Saturday to Thursday
        (1, ClockUnit.MONTHS, (2027, 1, 31, 9), (2027, 2, 28, 9)),
        (25, ClockUnit.MONTHS, (2026, 11, 30, 9), (2028, 12, 30, 9)),
    ],
)
def test_clocks(amount: int, unit: ClockUnit, since: tuple[int, ...], until: tuple[int, ...]) -> None:
    clock = Clock("x", amount, unit, at_least=False, source="x")
    began, ends = (datetime(*when, tzinfo=UTC) for when in (since, until))  # type: ignore[misc,arg-type]  # plain numbers
    assert runs_out(clock, began) == ends
