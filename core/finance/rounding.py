"""Rounding by name, and the working precision of every calculation here."""

from __future__ import annotations

import decimal
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from core.errors import InvalidInput

__all__ = ["ROUNDINGS", "rounding_named", "shown", "working_precision"]

#: Contract names of the rounding modes, and the ``decimal`` mode of each.
ROUNDINGS = {
    "half_up": decimal.ROUND_HALF_UP,
    "half_even": decimal.ROUND_HALF_EVEN,
    "half_down": decimal.ROUND_HALF_DOWN,
    "up": decimal.ROUND_UP,
    "down": decimal.ROUND_DOWN,
    "ceiling": decimal.ROUND_CEILING,
    "floor": decimal.ROUND_FLOOR,
}


def rounding_named(text: str) -> str:
    """The ``decimal`` mode for a name such as ``half_up`` or ``ROUND_HALF_UP``; ``InvalidInput`` otherwise."""
    key = text.strip().lower().replace("-", "_").removeprefix("round_")
    if key not in ROUNDINGS:
        raise InvalidInput("rounding", f"unknown rounding; use one of {', '.join(ROUNDINGS)}")
    return ROUNDINGS[key]


@contextmanager
def working_precision(digits: int = 42) -> Iterator[None]:
    """Calculate with ``digits`` significant digits, whatever the caller's decimal context is."""
    with decimal.localcontext(decimal.Context(prec=digits, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)):
        yield


def shown(per_cent: Decimal, places: int) -> Decimal:
    """A rate rounded half up to ``places`` decimals, as the regulations publish it."""
    return per_cent.quantize(Decimal(1).scaleb(-places), rounding=decimal.ROUND_HALF_UP)
