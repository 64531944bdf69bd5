"""When a clock of a jurisdiction pack runs out."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.finance.calendar import add_months
from core.jurisdiction.pack import Clock, ClockUnit

__all__ = ["runs_out"]

_SATURDAY = 5


def runs_out(clock: Clock, since: datetime) -> datetime:
    """The last moment of ``clock`` when it starts at ``since``.

    Business days are Monday to Friday. Public holidays are counted as well, which only makes the limit earlier. A
    limit in months ends on the same day of the month, or on its last day.
    """
    match clock.unit:
        case ClockUnit.HOURS:
            return since + timedelta(hours=clock.amount)
        case ClockUnit.DAYS:
            return since + timedelta(days=clock.amount)
        case ClockUnit.MONTHS:
            return datetime.combine(add_months(since.date(), clock.amount), since.timetz())
        case ClockUnit.BUSINESS_DAYS:
            day = since
            for _ in range(clock.amount):
                day += timedelta(days=1)
                while day.weekday() >= _SATURDAY:
                    day += timedelta(days=1)
            return day
