"""Which offers to make: the terms asked for first, then others that fit and ask for no more than was asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.decision.model import Reason, Terms
from core.decision.pricing import Desk
from core.decision.reasons import reason
from core.money import Money

__all__ = ["Offers", "find_offers"]


@dataclass(frozen=True, slots=True)
class Offers:
    """``terms``, best match first, and what stood against the loan as it was asked for."""

    terms: tuple[Terms, ...]
    obstacles: tuple[Reason, ...]


def find_offers(desk: Desk, amount: Money, months: int, most: int) -> Offers:
    """At most ``most`` offers, none above ``amount``.

    When the asked terms do not fit: the whole amount over the shortest longer term that fits, then the largest amount
    over the asked term, and over the longest where no term fits the whole. When they do: the next shorter and the
    next longer term as well.
    """
    product = desk.product
    obstacles: list[Reason] = []
    if amount > product.max_amount:
        obstacles.append(reason("amount_above_maximum", amount=product.max_amount))
    if not product.min_months <= months <= product.max_months:
        obstacles.append(reason("term_not_offered", shortest=product.min_months, longest=product.max_months))
    amount = min(amount, product.max_amount)
    months = min(max(months, product.min_months), product.max_months)
    asked = desk.quote(amount, months)
    obstacles += asked.obstacles
    terms: dict[tuple[int, int], Terms] = {}
    if asked.terms is not None:
        terms[amount.minor, months] = asked.terms
    for other, term in _alternatives(desk, amount, months, fits=asked.terms is not None):
        if len(terms) >= most:
            break
        quoted = desk.quote(other, term).terms
        if quoted is not None:
            terms.setdefault((other.minor, term), quoted)
    return Offers(tuple(terms.values()), tuple(obstacles))


def _alternatives(desk: Desk, amount: Money, months: int, *, fits: bool) -> Iterator[tuple[Money, int]]:
    ladder = [term for term in desk.rules.terms if desk.product.min_months <= term <= desk.product.max_months]
    shorter = [term for term in reversed(ladder) if term < months]
    longer = [term for term in ladder if term > months]
    if fits:
        yield from ((amount, term) for term in shorter[:1] + longer[:1])
        return
    affordable = [term for term in longer if not desk.obstacles(amount, term)]
    yield from ((amount, term) for term in affordable[:1])
    for term in dict.fromkeys([months] if affordable else [months, max([months, *ladder])]):
        largest = _largest(desk, amount, term)
        if largest is not None:
            yield largest, term


def _largest(desk: Desk, below: Money, months: int) -> Money | None:
    """The largest affordable amount under ``below``, in whole steps and not under the product's minimum."""
    step = desk.rules.amount_step.minor
    lowest = -(-desk.product.min_amount.minor // step)
    low, high = lowest - 1, (below.minor - 1) // step + 1
    while high - low > 1:
        middle = (low + high) // 2
        if desk.obstacles(Money(middle * step, below.currency), months):
            high = middle
        else:
            low = middle
    return None if low < lowest else Money(low * step, below.currency)
