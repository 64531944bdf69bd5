from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from core.catalogue import Purpose
from core.errors import PackError
from core.jurisdiction.library import packaged
from core.jurisdiction.pack import Clock, ClockUnit, ConsentMode, CoolingOff, Pack
from core.jurisdiction.reader import digest_of
from core.jurisdiction.strictest import from_sources, strictest
from core.money import Money
from core.risk import ConsentClass

US = packaged("US")
HARD = Money(300000, "USD")


def state() -> Pack:
    """A made-up state within the US: older borrowers, a lower cap, smaller loans, longer waits."""
    return replace(
        US,
        jurisdiction="US-XX",
        version="1",
        in_force_from=date(2026, 6, 1),
        min_age=21,
        debt_service_limit=Decimal("0.35"),
        caps=(replace(US.caps[0], per_cent=Decimal(17), jurisdiction="US-XX"),),
        products=(replace(US.products[0], max_amount=HARD, purposes=frozenset({Purpose.MEDICAL, Purpose.CAR})),),
        consents=(replace(US.consents[0], mode=ConsentMode.WRITTEN),),
        clocks=(
            Clock("decision_notice", 3, ClockUnit.BUSINESS_DAYS, at_least=False, source="state"),
            Clock("application_retention", 24, ClockUnit.MONTHS, at_least=True, source="state"),
        ),
        cooling_off=(CoolingOff(Money(100000, "USD"), 12), CoolingOff(HARD, 72)),
        features={**US.features, ConsentClass.VOICE_ANALYSIS: ConsentMode.FORBIDDEN},
        sources=("state",),
        digest=digest_of("state"),
    )


def test_each_rule_is_the_stricter_one() -> None:
    both = strictest([US, state()])
    assert (both.min_age, both.debt_service_limit) == (21, Decimal("0.35"))
    assert [cap.per_cent for cap in both.caps_on(date(2026, 12, 1))] == [Decimal("36.00"), Decimal(17)]
    assert both.in_force_from == date(2026, 6, 1)
    assert {purpose for product in both.products for purpose in product.purposes} == {Purpose.MEDICAL, Purpose.CAR}
    assert {product.max_amount for product in both.products} == {HARD}
    assert both.clock("decision_notice").amount == 3
    assert both.clock("application_retention").amount == 25
    assert both.features[ConsentClass.VOICE_ANALYSIS] is ConsentMode.FORBIDDEN
    assert next(rule for rule in both.consents if rule.scope == "recording").mode is ConsentMode.WRITTEN
    assert [both.cooling_off_hours(Money(minor, "USD")) for minor in (40000, 60000, 150000, 900000)] == [12, 24, 72, 72]


def test_the_order_changes_the_language_but_no_rule() -> None:
    one, other = strictest([US, state()]), strictest([state(), US])
    assert one.caps_on(date(2026, 12, 1)) == other.caps_on(date(2026, 12, 1))
    assert (one.min_age, one.features, one.products[0].max_amount) == (
        other.min_age,
        other.features,
        other.products[0].max_amount,
    )
    assert one.jurisdiction == "US"
    assert one.digest != other.digest != US.digest


def test_one_pack_stays_itself_and_is_read_back_from_its_source() -> None:
    assert strictest([US]) is US
    assert from_sources(US.sources) == US


def test_packs_that_cannot_apply_together_are_refused() -> None:
    with pytest.raises(PackError, match="at least one"):
        strictest([])
    with pytest.raises(PackError, match="currenc"):
        strictest([US, packaged("CN")])
    with pytest.raises(PackError, match="never in force"):
        strictest([replace(US, in_force_until=date(2026, 5, 1)), state()])
