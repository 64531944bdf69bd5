"""The three commands as they are typed: JSON out, one sentence and a status on bad input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from core.errors import InvalidInput, LoanlineError, PackError
from ivr.commands import decide

EXAMPLES = Path(__file__).parents[3] / "examples" / "applications"
APP = typer.Typer()
decide.register(APP)
LOAN = ["schedule", "--principal", "5000.00", "--rate", "12.5", "--months", "12", "--start", "2026-12-01"]


def ran(*words: str, stdin: str | None = None) -> str:
    result = CliRunner().invoke(APP, list(words), input=stdin)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def told(*words: str, stdin: str | None = None) -> Any:
    return json.loads(ran(*words, "--json", stdin=stdin))


def test_a_schedule_in_json() -> None:
    document = told(*LOAN, "--method", "equal_instalment")
    assert document["rows"][0] == {
        "number": 1,
        "due": "2027-01-01",
        "payment": "445.41",
        "principal": "393.33",
        "interest": "52.08",
        "balance": "4606.67",
    }
    assert document["rows"][-1]["balance"] == "0.00"
    assert document["totals"]["principal"] == "5000.00"


def test_a_schedule_for_the_eye() -> None:
    assert "2027-12-01" in ran(*LOAN)


def test_every_option_of_a_schedule() -> None:
    document = told(
        *LOAN, "--method", "equal_principal", "--day-count", "Act/365F", "--first-due", "2027-01-15",
        "--rounding", "half_even", "--interest-rounding", "up", "--currency", "eur",
    )  # fmt: skip
    assert (document["rows"][0]["due"], document["rows"][0]["interest"]) == ("2027-01-15", "77.06")


@pytest.mark.parametrize(
    ("field", "option", "value"),
    [
        ("principal", "--principal", "-5"),
        ("principal", "--principal", "5000.001"),
        ("principal", "--principal", "NaN"),
        ("rate", "--rate", "-1"),
        ("rate", "--rate", "1e9"),
        ("months", "--months", "12.5"),
        ("months", "--months", "0"),
        ("method", "--method", "balloon"),
        ("start", "--start", "2026-02-30"),
        ("first_due", "--first-due", "2026-12-01"),
        ("day_count", "--day-count", "30/365"),
        ("rounding", "--rounding", "nearest"),
        ("currency", "--currency", "ZZZ"),
    ],
)
def test_a_bad_option_is_named(field: str, option: str, value: str) -> None:
    with pytest.raises(InvalidInput) as problem:
        ran(*LOAN, option, value)
    assert problem.value.field == field


def test_rates_from_standard_input() -> None:
    flows = {
        "regime": "us_app_j",
        "unit_periods_per_year": "12",
        "advances": [{"amount": "6000.00", "t": 0, "f": "0"}],
        "payments": [{"count": 36, "amount": "200.00", "t": 1, "f": "19/30"}],
    }
    assert told("apr", stdin=json.dumps(flows)) == {"apr": "11.82"}
    assert told("apr", "--places", "4", stdin=json.dumps(flows)) == {"apr": "11.8165"}
    assert "apr 11.82 %" in ran("apr", stdin=json.dumps(flows))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"regime": NaN}', '{"regime": 1' + "0" * 40 + "}", "[" * 100_000])
def test_flows_that_are_no_flows(text: str) -> None:
    with pytest.raises(InvalidInput):
        ran("apr", stdin=text)


OUTCOMES = {
    "approve": "approve",
    "approve_cn": "approve",
    "approve_scored": "approve",
    "counter_offer": "approve",
    "counter_offer_scored": "approve",
    "decline_age": "decline",
    "decline_debt_service": "decline",
    "decline_late_payments": "decline",
    "decline_purpose": "decline",
    "incomplete_owner": "incomplete",
    "incomplete_unsure": "incomplete",
    "review_business": "review",
    "review_checks_unfinished": "review",
    "review_late_bureau": "review",
    "review_risk": "review",
}

SCORED = {"approve_scored", "counter_offer_scored", "decline_late_payments"}


def test_every_example_is_listed() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.json")} == set(OUTCOMES)


@pytest.mark.parametrize("name", OUTCOMES)
def test_the_examples_decide_as_they_are_named(name: str) -> None:
    document = told("decide", str(EXAMPLES / f"{name}.json"))
    assert document["outcome"] == OUTCOMES[name]
    assert 1 <= len(document["reasons"]) <= 4
    assert bool(document["offers"]) == (document["outcome"] == "approve")
    assert (document["score"] is None) == (name not in SCORED)
    assert len(document["inputs_hash"]) == 64
    assert OUTCOMES[name] in ran("decide", str(EXAMPLES / f"{name}.json"))


def test_an_offer_in_json() -> None:
    offer = told("decide", str(EXAMPLES / "approve.json"))["offers"][0]
    assert (offer["principal"], offer["apr"], offer["payment"], offer["total"]) == (
        "2500.00",
        "11.90",
        "222.01",
        "2664.07",
    )
    assert len(offer["rows"]) == offer["term_months"] == 12


def test_the_day_of_the_decision_can_be_given() -> None:
    with pytest.raises(PackError, match="in force"):
        ran("decide", str(EXAMPLES / "approve.json"), "--on", "2025-06-01")


def test_a_file_that_cannot_be_read_is_an_error_without_its_content(tmp_path: Path) -> None:
    for content in (b"\xff\xfe", b"{", b"null"):
        file = tmp_path / "application.json"
        file.write_bytes(content)
        with pytest.raises(LoanlineError):
            ran("decide", str(file))
    with pytest.raises(InvalidInput, match="application"):
        ran("decide", str(tmp_path / "none.json"))
