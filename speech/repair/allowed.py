"""Which readings the question allows: length, range, calendar, and whatever earlier answers leave possible."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from speech.answers.model import Kind, Parsed, Period, Reading

__all__ = ["Allowed"]

_A_YEAR = {Period.WEEK: 52, Period.FORTNIGHT: 26, Period.MONTH: 12, Period.YEAR: 1}


@dataclass(frozen=True, slots=True)
class Allowed:
    """``length`` is the number of figures asked for; ``at_least`` and ``at_most`` bound amounts (a month, where a
    period was said) and terms; ``accepts`` is asked last. A date is never later than ``today``."""

    today: date
    length: int | None = None
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    accepts: Callable[[Reading], bool] | None = None

    def allows(self, reading: Reading) -> bool:
        value = reading.value
        if isinstance(value, str) and self.length is not None and len(value) != self.length:
            return False
        if isinstance(value, date) and value > self.today:
            return False
        if isinstance(value, (int, Decimal)) and not isinstance(value, bool) and not self._in_range(reading):
            return False
        return self.accepts is None or self.accepts(reading)

    def _in_range(self, reading: Reading) -> bool:
        number = Decimal(str(reading.value))
        if reading.period is not None:
            number = number * _A_YEAR[reading.period] / 12
        too_small = self.at_least is not None and number < self.at_least
        return not too_small and (self.at_most is None or number <= self.at_most)

    def left_of(self, parsed: Parsed) -> tuple[Reading, ...]:
        """The readings that may stand. A yes or no is never refused; a name's length is nobody's business."""
        if parsed.kind is Kind.YES_NO:
            return parsed.readings
        return tuple(reading for reading in parsed.readings if self.allows(reading))
