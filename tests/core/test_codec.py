"""The codec is exact both ways and strict on reading."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.application import Application
from core.codec import from_json, from_plain, to_json, to_plain
from core.decision.model import Decision, Outcome, Terms
from core.errors import InvalidInput, InvalidMoney
from core.events import JournalEntry, TranscriptLine
from core.money import Money
from core.risk import RiskLevel, RiskReport, Signal
from tests.core.storage.people import START, application, decision, risk, terms

LINE = TranscriptLine("caller", 100, 900, "twelve hundred", "final", None, 0.875, (("twelve", 100, 400, 0.9),))
ENTRY = JournalEntry("slot_confirmed", START, "CA1", {"value": "2500.00", "words": [1, 2.5, None, {"a": True}]})


@pytest.mark.parametrize("value", [application(), decision(), decision(Outcome.DECLINE), risk(), terms(), LINE, ENTRY])
def test_there_and_back_is_the_same(value: Any) -> None:
    text = to_json(value)
    assert from_json(type(value), text) == value
    assert to_json(from_json(type(value), text)) == text


def test_the_written_form() -> None:
    data = to_plain(application())
    assert data["amount"]["value"] == {"amount": "2517.00", "currency": "USD"}
    assert data["date_of_birth"]["value"] == "1985-03-12"
    assert data["national_id_last4"]["value"] == "7391"
    assert data["received_at"] == "2026-11-02T09:30:00+00:00"
    assert to_plain(terms())["rate"] == "12.50"
    assert to_plain(risk(RiskLevel.HOLD))["level"] == 3


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=8), JSON, max_size=4))
def test_journal_data_survives_exactly(data: dict[str, Any]) -> None:
    entry = JournalEntry("noted", START, "CA1", data)
    again = from_json(JournalEntry, to_json(entry))
    assert again == entry
    assert json.dumps(again.data, sort_keys=True) == json.dumps(entry.data, sort_keys=True)


@given(st.integers(-(10**17), 10**17), st.sampled_from(["USD", "JPY"]))
def test_money_survives_exactly(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    try:
        text = to_json(money)
    except InvalidMoney:
        assert len(str(abs(minor))) > 15
    else:
        assert from_json(Money, text) == money


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_decimals_keep_every_digit(rate: Decimal) -> None:
    again = from_json(Terms, to_json(replace(terms(), rate=rate)))
    assert str(again.rate) == str(rate)


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)), st.integers(-840, 840))
def test_times_keep_their_instant_and_offset(at: datetime, minutes: int) -> None:
    moment = at.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    again = from_json(JournalEntry, to_json(JournalEntry("noted", moment, "CA1")))
    assert again.at == moment
    assert again.at.utcoffset() == moment.utcoffset()


def changed(path: str, value: Any) -> dict[str, Any]:
    """The application's data with one place replaced (or removed, by ``...``)."""
    data: Any = to_plain(application())
    inner = data
    *steps, last = path.split(".")
    for step in steps:
        inner = inner[int(step) if step.isdigit() else step]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return data


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("full_name", ..., "Application.full_name"),
        ("nickname", "Zeb", "Application"),
        ("amount.value.amount", 2500.0, "Application.amount.value"),
        ("amount.value.amount", "2500.001", "amount"),
        ("amount.value.amount", "1e3", "amount"),
        ("amount.value.currency", "ZZZ", "currency"),
        ("amount.value", "2500.00", "Application.amount.value"),
        ("term_months.value", "12", "Application.term_months.value"),
        ("term_months.value", True, "Application.term_months.value"),
        ("term_months.value", 12.0, "Application.term_months.value"),
        ("owner_verified", 1, "Application.owner_verified"),
        ("date_of_birth.value", "1985-02-30", "Application.date_of_birth.value"),
        ("date_of_birth.value", None, "Application.date_of_birth.value"),
        ("received_at", "2026-11-02T09:30:00", "Application.received_at"),
        ("phone.value", "4155550123", "phone"),
        ("employment.value", "astronaut", "Application.employment.value"),
        ("purpose.evidence", {}, "Application.purpose.evidence"),
        ("purpose.evidence.0.confidence", "high", "Application.purpose.evidence[0].confidence"),
        ("purpose.evidence.0.words", [["a", 1]], "Application.purpose.evidence[0].words[0]"),
        ("consents.0.granted", "yes", "Application.consents[0].granted"),
    ],
)
def test_what_does_not_fit_is_named(path: str, value: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        from_plain(Application, changed(path, value))
    assert caught.value.field == field
    assert "Zebulon" not in str(caught.value)


def test_a_field_with_a_default_may_be_left_out() -> None:
    assert from_plain(Application, changed("consents", ...)).consents == ()


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"x"', "NaN", '{"level": NaN}', "[" * 100_000])
def test_what_is_no_document_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        from_json(Decision, text)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), (1, 2), {1: "a"}, object(), b"raw", Outcome, {"a": {1}}])
def test_what_json_cannot_hold_is_refused(value: Any) -> None:
    with pytest.raises(InvalidInput):
        to_json(JournalEntry("noted", START, "CA1", {"value": value}))


def test_numbers_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(InvalidInput):
        to_json(RiskReport(RiskLevel.NONE, True, (Signal("x", True, "y", float("nan")),)))
    with pytest.raises(InvalidInput):
        to_json(replace(terms(), rate=Decimal("NaN")))
    with pytest.raises(InvalidInput):
        to_json(JournalEntry("noted", datetime(2026, 1, 1), "CA1"))


def test_equal_values_give_equal_bytes() -> None:
    one = JournalEntry("noted", datetime(2026, 1, 1, tzinfo=UTC), "CA1", {"b": 1, "a": 2})
    other = JournalEntry("noted", datetime(2026, 1, 1, tzinfo=UTC), "CA1", {"a": 2, "b": 1})
    assert to_json(one) == to_json(other)
    assert from_plain(date, "2026-01-01") == date(2026, 1, 1)
