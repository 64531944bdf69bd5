"""Where several jurisdictions apply, the strictest rule of each kind wins."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from core.errors import PackError
from core.jurisdiction.pack import Clock, ClockUnit, ConsentRule, CoolingOff, Pack, Product
from core.jurisdiction.reader import digest_of, parse_pack

__all__ = ["from_sources", "strictest"]

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
_HOURS = {ClockUnit.HOURS: 1, ClockUnit.DAYS: 24, ClockUnit.BUSINESS_DAYS: 34, ClockUnit.MONTHS: 730}


def strictest(packs: Sequence[Pack]) -> Pack:
    """One pack no looser than any of ``packs``; rates, texts and language are those of the first.

    Every cap of every pack stays in force side by side. Raises ``PackError`` for no packs, packs of different
    currencies, or packs that are never in force together.
    """
    if not packs:
        raise PackError("No jurisdiction pack applies; choose at least one.")
    if len(packs) == 1:
        return packs[0]
    first = packs[0]
    if {pack.currency for pack in packs} != {first.currency}:
        raise PackError("Packs of different currencies cannot apply together; choose packs of one currency.")
    begins = max(pack.in_force_from for pack in packs)
    ends = min((pack.in_force_until for pack in packs if pack.in_force_until), default=None)
    if ends is not None and ends < begins:
        raise PackError("These packs are never in force together; choose packs of the same time.")
    sources = tuple(source for pack in packs for source in pack.sources)
    return Pack(
        jurisdiction=first.jurisdiction,
        version="+".join(f"{pack.jurisdiction}@{pack.version}" for pack in packs),
        currency=first.currency,
        language=first.language,
        in_force_from=begins,
        in_force_until=ends,
        regime=first.regime,
        min_age=max(pack.min_age for pack in packs),
        debt_service_limit=min(pack.debt_service_limit for pack in packs),
        caps=tuple(cap for pack in packs for cap in pack.caps),
        products=_products(packs),
        consents=_best((one for pack in packs for one in pack.consents), lambda one: one.scope, _stricter_consent),
        clocks=_best((one for pack in packs for one in pack.clocks), lambda one: one.clock_id, _stricter_clock),
        notices=_best((one for pack in packs for one in pack.notices), lambda one: one.notice_id, lambda old, _: old),
        cooling_off=_cooling(packs),
        features={consent: max(pack.features[consent] for pack in packs) for consent in first.features},
        disclosures=_best(
            (one for pack in packs for one in pack.disclosures), lambda one: one.disclosure_id, lambda old, _: old
        ),
        sources=sources,
        digest=digest_of(*sources),
    )


def from_sources(sources: Sequence[str]) -> Pack:
    """The pack that these texts make, alone or together. Raises ``PackError``."""
    return strictest([parse_pack(source) for source in sources])


def _best(items: Iterable[T], key: Callable[[T], K], choose: Callable[[T, T], T]) -> tuple[T, ...]:
    kept: dict[K, T] = {}
    for item in items:
        name = key(item)
        kept[name] = choose(kept[name], item) if name in kept else item
    return tuple(kept.values())


def _stricter_consent(one: ConsentRule, other: ConsentRule) -> ConsentRule:
    return max(one, other, key=lambda rule: rule.mode)


def _stricter_clock(one: Clock, other: Clock) -> Clock:
    choose = max if one.at_least else min
    return choose(one, other, key=lambda clock: clock.amount * _HOURS[clock.unit])


def _products(packs: Sequence[Pack]) -> tuple[Product, ...]:
    """For each purpose that every pack permits, the product with the narrower limits of all."""
    merged = []
    for purpose in sorted(purpose for product in packs[0].products for purpose in product.purposes):
        found = [pack.product_for(purpose) for pack in packs]
        served = [product for product in found if product is not None]
        if len(served) < len(found):
            continue
        merged.append(
            Product(
                product_id="+".join([*dict.fromkeys(product.product_id for product in served), purpose.value]),
                purposes=frozenset({purpose}),
                min_amount=max(product.min_amount for product in served),
                max_amount=min(product.max_amount for product in served),
                min_months=max(product.min_months for product in served),
                max_months=min(product.max_months for product in served),
                methods=tuple(m for m in served[0].methods if all(m in product.methods for product in served)),
                by_person=any(product.by_person for product in served),
            )
        )
    return tuple(
        product
        for product in merged
        if product.methods and product.min_amount <= product.max_amount and product.min_months <= product.max_months
    )


def _cooling(packs: Sequence[Pack]) -> tuple[CoolingOff, ...]:
    edges = sorted({step.up_to for pack in packs for step in pack.cooling_off})
    return tuple(CoolingOff(edge, max(pack.cooling_off_hours(edge) for pack in packs)) for edge in edges)
