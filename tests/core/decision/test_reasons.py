from __future__ import annotations

from decimal import Decimal

from core.application import Application
from core.decision.reasons import FIELD_GROUPS, principal_reasons, reason
from tests.core.decision.builders import usd


def test_figures_are_written_out() -> None:
    assert "40 %" in reason("debt_service_too_high", per_cent=Decimal("0.40")).text
    assert "40 percent" in reason("debt_service_too_high", per_cent=Decimal("0.40")).spoken
    assert "200.00" in reason("amount_below_minimum", amount=usd("200.00")).text


def test_at_most_four_each_meaning_once_and_in_order() -> None:
    codes = ["underage", "purpose_not_offered", "underage", "cost_above_cap", "fits_income", "check_by_person"]
    found = principal_reasons(reason(code, age=18) for code in codes)
    assert [one.code for one in found] == ["underage", "purpose_not_offered", "cost_above_cap", "fits_income"]


def test_every_answer_has_a_meaning() -> None:
    answers = {name for name, kind in Application.__annotations__.items() if str(kind).startswith("Answer")}
    assert set(FIELD_GROUPS) == answers


def test_no_reason_is_internal_policy_or_a_score() -> None:
    """12 CFR 1002.9(b)(2): such a statement is insufficient."""
    for code in {*FIELD_GROUPS.values(), "underage", "debt_service_too_high", "income_left_too_low"}:
        text = reason(code, age=18, per_cent=Decimal("0.4"), amount="1", fields="x").text.lower()
        assert "policy" not in text
        assert "score" not in text
