from __future__ import annotations

from dataclasses import fields
from datetime import date

import pytest

from core.decision.facts import MOST_DOUBT, facts_of, require_sound
from core.decision.model import Facts
from core.errors import InvalidInput
from core.evidence import Answer, ReadBack
from core.money import Money
from core.risk import RiskLevel, RiskReport
from tests.core.decision.builders import CLEAR, TODAY, application, facts, said, usd


def test_an_application_becomes_the_plain_facts() -> None:
    assert facts_of(application(), CLEAR, TODAY) == facts()


def test_no_fact_names_anybody() -> None:
    assert not {"full_name", "phone", "national_id_last4", "call_id", "case_id"} & {
        field.name for field in fields(Facts)
    }


def test_of_the_risk_report_only_its_level_passes() -> None:
    seen = facts_of(application(), RiskReport.failed("engine_down"), TODAY)
    assert (seen.risk_level, seen.risk_complete, seen.risk_reasons) == (RiskLevel.HOLD, False, ("engine_down",))


def test_the_birthday_counts_on_the_day_of_the_decision() -> None:
    young = application(date_of_birth=said(date(2008, 12, 2)))
    assert [facts_of(young, CLEAR, day).age for day in (date(2026, 12, 1), date(2026, 12, 2))] == [17, 18]


@pytest.mark.parametrize(
    ("answer", "unsure"),
    [
        (said(usd("4200.00"), ReadBack.EXPLICIT, 0.4), False),
        (said(usd("4200.00"), ReadBack.KEYED, None), False),
        (said(usd("4200.00"), ReadBack.IMPLICIT, MOST_DOUBT), False),
        (said(usd("4200.00"), ReadBack.IMPLICIT, None), False),
        (said(usd("4200.00"), ReadBack.IMPLICIT, MOST_DOUBT + 0.01), True),
        (said(usd("4200.00"), ReadBack.NONE, 0.0), True),
        (Answer(usd("4200.00")), True),
    ],
)
def test_what_was_not_confirmed_or_badly_heard_is_unsure(answer: Answer[Money], unsure: bool) -> None:
    found = facts_of(application(monthly_income=answer), CLEAR, TODAY).unsure_fields
    assert found == (("monthly_income",) if unsure else ())


def test_a_birth_date_to_come_is_refused() -> None:
    with pytest.raises(InvalidInput, match="date_of_birth"):
        facts_of(application(date_of_birth=said(date(2027, 1, 1))), CLEAR, TODAY)


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("date_of_birth", {"age": 121}),
        ("date_of_birth", {"age": -1}),
        ("amount", {"amount": usd("0.00")}),
        ("amount", {"amount": usd("-1.00")}),
        ("term_months", {"term_months": 0}),
        ("term_months", {"term_months": True}),
        ("monthly_income", {"monthly_income": usd("-1.00")}),
        ("monthly_debt", {"monthly_debt": usd("-0.01")}),
        ("monthly_income", {"monthly_income": Money(10**12 + 1, "USD")}),
        ("monthly_debt", {"monthly_debt": Money(100, "CNY")}),
    ],
)
def test_absurd_facts_are_named(field: str, change: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as problem:
        require_sound(facts(**change))
    assert problem.value.field == field
