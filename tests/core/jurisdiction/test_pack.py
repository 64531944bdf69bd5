from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from core.catalogue import Purpose
from core.errors import PackError
from core.jurisdiction.library import packaged
from core.money import Money

US, CN = packaged("US"), packaged("CN")


def test_the_cap_of_the_day_is_the_latest_one() -> None:
    assert [cap.per_cent for cap in CN.caps_on(date(2027, 12, 30))] == [Decimal("24.00")]
    assert [cap.per_cent for cap in CN.caps_on(date(2027, 12, 31))] == [Decimal("12.00")]


def test_a_day_without_a_cap_fails_closed() -> None:
    with pytest.raises(PackError, match="cap"):
        CN.caps_on(date(2025, 12, 31))


def test_a_pack_applies_in_its_time_only() -> None:
    US.require_in_force(date(2026, 1, 1))
    ended = replace(US, in_force_until=date(2026, 6, 30))
    for pack, day in ((US, date(2025, 12, 31)), (ended, date(2026, 7, 1))):
        with pytest.raises(PackError, match="in force"):
            pack.require_in_force(day)


def test_purposes_lead_to_products() -> None:
    asked = (Purpose.MEDICAL, Purpose.EDUCATION, Purpose.BUSINESS)
    products = [product for purpose in asked if (product := US.product_for(purpose)) is not None]
    assert [product.by_person for product in products] == [False, True, True]
    assert CN.product_for(Purpose.BUSINESS) is None
    assert US.product_for(Purpose.REPAY_DEBT) is None


@pytest.mark.parametrize(("minor", "hours"), [(50000, 4), (50001, 24), (1000000, 48), (9999999, 48)])
def test_more_money_cools_off_longer(minor: int, hours: int) -> None:
    assert US.cooling_off_hours(Money(minor, "USD")) == hours


def test_texts_and_clocks_are_found_by_name() -> None:
    assert US.clock("decision_notice").amount == 30
    assert "apr" in US.disclosure("key_facts").fields
    with pytest.raises(PackError, match="clock"):
        US.clock("never")
    with pytest.raises(PackError, match="disclosure"):
        US.disclosure("none")


def test_the_spoken_cost_answer_names_the_annual_rate_only() -> None:
    """Regulation Z 1026.26(b): a spoken answer about cost states the APR."""
    assert US.disclosure("rate_only").fields == ("apr",)
