"""Read cash flows as documents say them (JSON values) and give the annual rate of their regime.

Amounts, fractions and rates are strings, such as ``"6000.00"`` and ``"19/30"``; numbers are taken exactly too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from core.errors import InvalidInput
from core.finance.appendix_j import DatedFlow, Series, apr_of_dates, apr_of_series
from core.finance.aprc import aprc_of_dates, aprc_of_years
from core.finance.irr import chinese_rates
from core.finance.rounding import shown, working_precision

__all__ = ["annual_rate", "read_date", "read_decimal"]

_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?")
_FRACTION = re.compile(r"([0-9]{1,9})/([0-9]{1,9})")


def annual_rate(request: object, places: int | None = None) -> dict[str, str]:
    """The rates of one request, rounded half up to ``places`` decimals.

    ``request`` is a mapping with ``regime`` ``us_app_j``, ``eu_aprc`` or ``cn_irr`` and that regime's flows; the
    default is two places (Reg Z), one (the APRC's least) and four (where the authority fixes none). Raises
    ``InvalidInput`` naming the field in dotted form.
    """
    if not isinstance(request, Mapping):
        raise InvalidInput("flows", "give one JSON object with a regime and its flows")
    if places is not None and not 0 <= places <= 25:
        raise InvalidInput("places", "give from 0 to 25 decimal places")
    regime = request.get("regime")
    readers: dict[str, tuple[Callable[[Mapping[str, Any]], dict[str, Decimal]], int]] = {
        "us_app_j": (_us, 2),
        "eu_aprc": (_eu, 1),
        "cn_irr": (_cn, 4),
    }
    if not isinstance(regime, str) or regime not in readers:
        raise InvalidInput("regime", f"use one of {', '.join(readers)}")
    read, usual = readers[regime]
    rates = read(request)
    with working_precision(60):
        return {name: f"{shown(rate, usual if places is None else places):f}" for name, rate in rates.items()}


def read_decimal(value: object, field: str) -> Decimal:
    """A plain decimal string, an integer or a ``Decimal``; at most 15 digits before the point and 12 after."""
    text = f"{value:f}" if isinstance(value, Decimal) and value.is_finite() else str(value)
    if not isinstance(value, str | int | Decimal) or isinstance(value, bool) or not _DECIMAL.fullmatch(text):
        raise InvalidInput(field, 'write it as a plain decimal string, such as "2500.00"')
    return Decimal(text)


def read_date(value: object, field: str) -> date:
    """A date such as ``"2026-12-01"``."""
    problem = InvalidInput(field, "write it as a date, such as 2026-12-01")
    if not isinstance(value, str) or len(value) != 10:
        raise problem
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise problem from None


def _fraction(value: object, field: str) -> Fraction:
    match = _FRACTION.fullmatch(value) if isinstance(value, str) else None
    if match and int(match[2]):
        return Fraction(int(match[1]), int(match[2]))
    try:
        number = Fraction(read_decimal(value, field))
    except InvalidInput:
        number = Fraction(-1)
    if number < 0:
        raise InvalidInput(field, 'write it as a fraction or decimal from zero up, such as "19/30" or "1.5"')
    return number


def _whole(value: object, field: str) -> int:
    number = read_decimal(value, field)
    if number != number.to_integral_value() or number < 0:
        raise InvalidInput(field, "give a whole number from zero up")
    return int(number)


def _amount(entry: Mapping[str, Any], field: str) -> Decimal:
    amount = read_decimal(_needed(entry, "amount", field), f"{field}.amount")
    if amount < 0:
        raise InvalidInput(f"{field}.amount", "amounts must not be negative")
    return amount


def _needed(entry: Mapping[str, Any], key: str, field: str) -> object:
    if key not in entry:
        raise InvalidInput(f"{field}.{key}", "it is missing; add it")
    return entry[key]


def _closed(entry: Mapping[str, Any], keys: set[str], field: str) -> None:
    unknown = sorted(str(key) for key in set(entry) - keys)
    if unknown:
        shortened = unknown[0][:40]
        raise InvalidInput(f"{field}.{shortened}" if field else shortened, "unknown field; remove it")


def _entries(request: Mapping[str, Any], key: str, keys: set[str]) -> list[tuple[str, Mapping[str, Any]]]:
    value = request.get(key)
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        raise InvalidInput(key, "give a list with at least one entry")
    found = []
    for index, entry in enumerate(value):
        field = f"{key}.{index}"
        if not isinstance(entry, Mapping):
            raise InvalidInput(field, "give an object with an amount and a time")
        _closed(entry, keys, field)
        found.append((field, entry))
    return found


def _dated(entries: list[tuple[str, Mapping[str, Any]]]) -> list[DatedFlow]:
    flows = []
    for field, entry in entries:
        if _whole(entry.get("count", 1), f"{field}.count") != 1:
            raise InvalidInput(f"{field}.count", "give one entry for each date")
        day = read_date(_needed(entry, "date", field), f"{field}.date")
        flows.append(DatedFlow(_amount(entry, field), day))
    return flows


def _by_date(groups: Sequence[list[tuple[str, Mapping[str, Any]]]], timed: set[str]) -> bool:
    """Whether the flows have dates; dates and counted times must not be mixed."""
    entries = [pair for group in groups for pair in group]
    dated = "date" in entries[0][1]
    for field, entry in entries:
        if ("date" in entry) != dated or ("date" in entry and timed & set(entry)):
            raise InvalidInput(field, "use dates for every entry or for none")
    return dated


def _us(request: Mapping[str, Any]) -> dict[str, Decimal]:
    _closed(request, {"regime", "unit_periods_per_year", "advances", "payments"}, "")
    keys = {"amount", "count", "t", "f", "date"}
    advances, payments = _entries(request, "advances", keys), _entries(request, "payments", keys)
    if not _by_date((advances, payments), {"t", "f"}):
        if "unit_periods_per_year" not in request:
            raise InvalidInput("unit_periods_per_year", "give it with t and f, or give dates")
        per_year = _fraction(request["unit_periods_per_year"], "unit_periods_per_year")
        return {"apr": apr_of_series(per_year, _series(advances), _series(payments))}
    rate, found = apr_of_dates(_dated(advances), _dated(payments))
    stated = request.get("unit_periods_per_year")
    if stated is not None and _fraction(stated, "unit_periods_per_year") != found:
        raise InvalidInput("unit_periods_per_year", f"the dates give {found} a year; leave it out or correct it")
    return {"apr": rate}


def _series(entries: list[tuple[str, Mapping[str, Any]]]) -> list[Series]:
    return [
        Series(
            _amount(entry, field),
            _whole(_needed(entry, "t", field), f"{field}.t"),
            _below_one(entry.get("f", 0), f"{field}.f"),
            _whole(entry.get("count", 1), f"{field}.count"),
        )
        for field, entry in entries
    ]


def _below_one(value: object, field: str) -> Fraction:
    fraction = _fraction(value, field)
    if fraction >= 1:
        raise InvalidInput(field, "the fraction of a unit-period must be below one")
    return fraction


def _eu(request: Mapping[str, Any]) -> dict[str, Decimal]:
    _closed(request, {"regime", "drawdowns", "payments"}, "")
    keys = {"amount", "years", "date"}
    drawdowns, payments = _entries(request, "drawdowns", keys), _entries(request, "payments", keys)
    if _by_date((drawdowns, payments), {"years"}):
        return {"aprc": aprc_of_dates(_dated(drawdowns), _dated(payments))}
    return {"aprc": aprc_of_years(_in_years(drawdowns), _in_years(payments))}


def _in_years(entries: list[tuple[str, Mapping[str, Any]]]) -> list[tuple[Decimal, Fraction]]:
    return [
        (_amount(entry, field), _fraction(_needed(entry, "years", field), f"{field}.years")) for field, entry in entries
    ]


def _cn(request: Mapping[str, Any]) -> dict[str, Decimal]:
    _closed(request, {"regime", "principal", "upfront_fees", "payments"}, "")
    payments = request.get("payments")
    if not isinstance(payments, Sequence) or isinstance(payments, str):
        raise InvalidInput("payments", "give a list of monthly amounts")
    rates = chinese_rates(
        read_decimal(request.get("principal"), "principal"),
        read_decimal(request.get("upfront_fees", 0), "upfront_fees"),
        [read_decimal(amount, f"payments.{index}") for index, amount in enumerate(payments)],
    )
    return {"monthly": rates.monthly, "nominal": rates.nominal, "effective": rates.effective}
