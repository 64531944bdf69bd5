"""Find the rate of a loan's cash flows: Newton's method inside a bracket that can only shrink.

A rate is returned only where it is the single one; flows that allow none, or several, are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from core.errors import InvalidInput

__all__ = ["Flow", "exact", "powers", "solve"]

_STEPS = 400
_LARGEST = Decimal(10) ** 18
_CLOSE = Decimal(10) ** -30


@dataclass(frozen=True, slots=True)
class Flow:
    """``amount`` in any one unit, positive when paid out to the borrower, negative when paid back.

    ``whole`` periods and the ``fraction`` of one more, from the start of the term.
    """

    amount: Decimal
    whole: int
    fraction: Fraction = Fraction(0)

    @property
    def time(self) -> Fraction:
        return self.whole + self.fraction


#: For a rate per period and flows: each one's present-value factor, and that factor's slope in the rate.
Discount = Callable[[Decimal, Sequence[Flow]], Iterable[tuple[Decimal, Decimal]]]
_ZERO = Decimal(0)


def exact(fraction: Fraction) -> Decimal:
    return Decimal(fraction.numerator) / fraction.denominator if fraction.numerator else _ZERO


def powers(growth: Decimal, flows: Sequence[Flow]) -> Iterator[Decimal]:
    """``growth`` to the whole periods of each flow. Flows one period apart, as most are, cost one product each."""
    whole, power = 0, Decimal(1)
    for flow in flows:
        step = flow.whole - whole
        if step == 1:
            power *= growth
        elif step:
            power = growth**flow.whole
        whole = flow.whole
        yield power


def solve(flows: Sequence[Flow], discount: Discount) -> Decimal:
    """The rate per period at which the flows are worth nothing, to thirty digits.

    Raises ``InvalidInput`` for ``advances`` or ``payments`` when the flows are not those of a loan: nothing is
    advanced first, the payments total less than the advances, or more than one rate fits.
    """
    merged = _merged(flows)
    if not merged or merged[0][1] <= 0:
        raise InvalidInput("advances", "begin with an advance that is larger than what is paid on the same day")
    total = sum((net for _, net in merged), Decimal(0))
    if total > 0:
        raise InvalidInput("payments", "the payments must total at least as much as the advances")

    def worth(rate: Decimal) -> tuple[Decimal, Decimal]:
        value = slope = Decimal(0)
        for flow, (factor, change) in zip(flows, discount(rate, flows), strict=True):
            value += flow.amount * factor
            slope += flow.amount * change
        return value, slope

    rate = Decimal(0) if total == 0 else _root(worth)
    _refuse_several(flows, discount, rate, merged)
    return rate


def _merged(flows: Sequence[Flow]) -> list[tuple[tuple[int, Fraction], Decimal]]:
    """What flows at each time, in order of time; a fraction is always below one period."""
    nets: dict[tuple[int, Fraction], Decimal] = {}
    for flow in flows:
        at = (flow.whole, flow.fraction)
        nets[at] = nets.get(at, _ZERO) + flow.amount
    return sorted((at, net) for at, net in nets.items() if net)


def _root(worth: Callable[[Decimal], tuple[Decimal, Decimal]]) -> Decimal:
    low, high = Decimal(0), Decimal("0.01")
    while worth(high)[0] < 0:
        low, high = high, high * 4
        if high > _LARGEST:
            raise InvalidInput("payments", "no rate of charge fits these payments; check the amounts")
    rate = (low + high) / 2
    for _ in range(_STEPS):
        value, slope = worth(rate)
        if value == 0:
            return rate
        if value < 0:
            low = rate
        else:
            high = rate
        step = rate - value / slope if slope > 0 else None
        following = step if step is not None and low < step < high else (low + high) / 2
        if abs(following - rate) <= _CLOSE * max(rate, _CLOSE):
            return following
        rate = following
    raise InvalidInput("payments", "no rate of charge could be found for these payments; check the amounts")


def _refuse_several(
    flows: Sequence[Flow], discount: Discount, rate: Decimal, merged: list[tuple[tuple[int, Fraction], Decimal]]
) -> None:
    """A rate is the only one when the running sum changes its sign once (Norstrom), or when the borrower is never
    ahead of the lender at that rate (Teichroew, Robichek and Montalbano)."""
    running = Decimal(0)
    signs: list[bool] = []
    for _, net in merged:
        running += net
        if running and (not signs or signs[-1] != (running > 0)):
            signs.append(running > 0)
    if len(signs) <= 2:
        return
    ahead = Decimal(0)
    ordered = sorted(flows, key=lambda one: (one.time, -one.amount))
    for flow, (factor, _) in zip(ordered, discount(rate, ordered), strict=True):
        ahead += flow.amount * factor
        if ahead < -_CLOSE * abs(merged[0][1]):
            raise InvalidInput("payments", "more than one rate fits, as payments run ahead of later advances")
