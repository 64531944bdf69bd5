from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.finance.flow_input import annual_rate, read_date, read_decimal

US: dict[str, Any] = {
    "regime": "us_app_j",
    "unit_periods_per_year": "12",
    "advances": [{"amount": "6000.00", "t": 0, "f": "0"}],
    "payments": [{"count": 36, "amount": "200.00", "t": 1, "f": "19/30"}],
}
US_DATES: dict[str, Any] = {
    "regime": "us_app_j",
    "advances": [{"amount": "1000.00", "date": "1978-01-03"}],
    "payments": [{"amount": "1080.00", "date": "1978-09-15"}],
}
EU: dict[str, Any] = {
    "regime": "eu_aprc",
    "drawdowns": [{"amount": "1000.00", "years": "0"}],
    "payments": [{"amount": "1200.00", "years": "1.5"}],
}
CN: dict[str, Any] = {"regime": "cn_irr", "principal": "10000.00", "upfront_fees": "0.00", "payments": ["888.49"] * 12}


def test_the_documented_requests() -> None:
    assert annual_rate(US) == {"apr": "11.82"}
    assert annual_rate(US_DATES) == {"apr": "11.45"}
    assert annual_rate(EU) == {"aprc": "12.9"}
    assert annual_rate(EU, 2) == {"aprc": "12.92"}
    assert annual_rate(CN) == {"monthly": "1.0000", "nominal": "12.0005", "effective": "12.6830"}


def test_numbers_are_taken_as_exactly_as_strings() -> None:
    numbers = {**US, "payments": [{"count": "36", "amount": Decimal("200.00"), "t": "1", "f": "19/30"}]}
    assert annual_rate({**numbers, "unit_periods_per_year": 12}) == annual_rate(US)


def test_a_term_as_unit_period() -> None:
    counted = {
        **US,
        "unit_periods_per_year": "365/255",
        "advances": [{"amount": "1000", "t": 0}],
        "payments": [{"amount": "1080", "t": 1}],
    }
    assert annual_rate(counted) == {"apr": "11.45"}


def test_stated_unit_periods_must_be_those_of_the_dates() -> None:
    assert annual_rate({**US_DATES, "unit_periods_per_year": "365/255"}) == {"apr": "11.45"}
    with pytest.raises(InvalidInput, match="unit_periods_per_year"):
        annual_rate({**US_DATES, "unit_periods_per_year": "12"})


def changed(request: dict[str, Any], side: str, **entry: Any) -> dict[str, Any]:
    first = {key: value for key, value in {**request[side][0], **entry}.items() if value is not ...}
    return {**request, side: [first, *request[side][1:]]}


@pytest.mark.parametrize(
    ("field", "request_"),
    [
        ("flows", ["us_app_j"]),
        ("regime", {}),
        ("regime", {**US, "regime": "xirr"}),
        ("extra", {**US, "extra": 1}),
        ("unit_periods_per_year", {key: value for key, value in US.items() if key != "unit_periods_per_year"}),
        ("unit_periods_per_year", {**US, "unit_periods_per_year": "12/0"}),
        ("advances", {**US, "advances": []}),
        ("payments", {**US, "payments": "200.00"}),
        ("payments.0", {**US, "payments": ["200.00"]}),
        ("payments.0.amount", changed(US, "payments", amount=...)),
        ("payments.0.amount", changed(US, "payments", amount="1e3")),
        ("payments.0.amount", changed(US, "payments", amount="-200.00")),
        ("payments.0.amount", changed(US, "payments", amount=True)),
        ("payments.0.amount", changed(US, "payments", amount=200.0)),
        ("payments.0.amount", changed(US, "payments", amount="9" * 40)),
        ("payments.0.t", changed(US, "payments", t="1.5")),
        ("payments.0.t", changed(US, "payments", t=...)),
        ("payments.0.f", changed(US, "payments", f="31/30")),
        ("payments.0.f", changed(US, "payments", f="-1/30")),
        ("payments.0.nonsense", changed(US, "payments", nonsense=1)),
        ("payments.0.date", changed(US_DATES, "payments", date="1978-02-30")),
        ("payments.0.date", changed(US_DATES, "payments", date=19780915)),
        ("payments.0.count", changed(US_DATES, "payments", count=2)),
        ("payments.0", changed(US_DATES, "payments", t=1)),
        ("payments.0", changed(US_DATES, "payments", date=..., t=1)),
        ("drawdowns.0", {**EU, "drawdowns": [{"amount": "1", "date": "2026-01-01", "years": "0"}]}),
        ("payments.0.years", changed(EU, "payments", years="-1")),
        ("principal", {**CN, "principal": None}),
        ("upfront_fees", {**CN, "upfront_fees": "free"}),
        ("payments", {**CN, "payments": "888.49"}),
        ("payments.1", {**CN, "payments": ["888.49", None]}),
    ],
)
def test_each_mistake_is_named(field: str, request_: object) -> None:
    with pytest.raises(InvalidInput) as problem:
        annual_rate(request_)
    assert problem.value.field == field


def test_places_have_a_limit() -> None:
    with pytest.raises(InvalidInput, match="places"):
        annual_rate(US, 26)
    assert len(annual_rate(US, 25)["apr"]) == 28


def test_single_values() -> None:
    assert read_decimal("12.50", "x") == Decimal("12.5")
    assert read_date("2026-12-01", "x").year == 2026
    for bad in ("NaN", "1,000", "", None, float("nan"), "٣"):
        with pytest.raises(InvalidInput):
            read_decimal(bad, "x")


KEYS = ["advances", "drawdowns", "payments", "principal", "upfront_fees", "unit_periods_per_year"]
ENTRY_KEYS = ["amount", "date", "t", "f", "years", "count"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.sampled_from(["2026-01-01", "100.00", "1/2"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(ENTRY_KEYS), inner, max_size=4),
    max_leaves=6,
)


@settings(max_examples=1000, deadline=None, derandomize=True)
@given(
    st.sampled_from(["us_app_j", "eu_aprc", "cn_irr"]),
    st.dictionaries(
        st.sampled_from(KEYS),
        JSON,
    ),
)
def test_nothing_but_the_documented_error_comes_of_nonsense(regime: str, rest: dict[str, Any]) -> None:
    try:
        rates = annual_rate({"regime": regime, **rest})
    except InvalidInput:
        return
    assert all(Decimal(rate) >= 0 for rate in rates.values())
