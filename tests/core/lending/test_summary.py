"""The terms in writing: every figure, from the one object."""

from datetime import date
from decimal import Decimal

from core.decision.model import Instalment, Terms
from core.lending.summary import in_writing, reasons_in_writing
from core.money import Money


def _money(text: str) -> Money:
    return Money.parse(text, "USD")


def _terms(last: str = "222.01", fees: str = "0.00") -> Terms:
    payments = [_money("222.01")] * 11 + [_money(last)]
    none = _money("0.00")
    rows = tuple(
        Instalment(number, date(2027, number, 21), payment, payment, none, none)
        for number, payment in enumerate(payments, start=1)
    )
    return Terms(
        principal=_money("2500.00"), rate=Decimal("11.90"), apr=Decimal("11.90"), apr_regime="us_app_j", term_months=12,
        method="equal_instalment", start=date(2026, 12, 21), fees=_money(fees), instalments=rows,
    )  # fmt: skip


def test_the_rate_comes_first_and_nothing_is_missing() -> None:
    text = in_writing(_terms())
    assert text.index("APR 11.90%") < text.index("2500.00")
    for figure in ("12 monthly payments of 222.01", "2027-01-21", "2664.12"):
        assert figure in text
    assert "the last one" not in text
    assert "fees" not in text


def test_an_odd_last_payment_and_fees_are_told() -> None:
    text = in_writing(_terms(last="221.96", fees="25.00"))
    assert "the last one 221.96" in text
    assert "fees 25.00" in text


def test_the_link_to_the_whole_is_in_the_text_when_there_is_one() -> None:
    link = "https://line.example.org/t/abc"
    assert f"to keep: {link} If you" in in_writing(_terms(), link)
    assert "to keep" not in in_writing(_terms())
    assert link in reasons_in_writing(link)
