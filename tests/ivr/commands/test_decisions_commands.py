"""``loanline decisions``, ``review``, ``api-keys`` and ``model`` as an operator runs them."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from core.decision.policy import packaged_policy
from core.errors import InvalidInput, NotFound
from core.jurisdiction.library import packaged
from core.risk import RiskLevel
from core.scoring.library import packaged_challenger, packaged_scorecard
from core.usecases.api_access import authenticate
from core.usecases.decisions import Rulebook
from core.usecases.intake import submit
from ivr.cli import app
from ivr.commands import api_keys, decisions, model, review, studies
from tests.core.decision.reports import checks
from tests.core.storage.people import START, HandClock, answer, application, opened, risk, usd

COMMANDS = (api_keys, decisions, model, review, studies)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LOANLINE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("LOANLINE_KEYRING_FILE", str(tmp_path / "keyring.json"))
    storage = opened(tmp_path)
    rules = Rulebook(packaged("US"), packaged_policy(), packaged_scorecard(), packaged_challenger())
    for number in range(8):
        clock = HandClock(START + timedelta(minutes=number))
        about = application(
            f"case_{number}", f"CA{number}", jurisdiction="US", monthly_debt=answer(usd(f"{200 * number}.00"))
        )
        seen = checks(late_30=number // 2, revolving_balance=usd(f"{number * 1200}.00")) if number else None
        decider = rules.decider(clock, seen) if seen else rules.decider(clock)
        level = RiskLevel.HOLD if number == 1 else RiskLevel.NONE
        submit(storage, clock, about, risk(level), decider)
    storage.close()
    return tmp_path


def run(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, list(words))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result.stdout


def told(*words: str, code: int = 0) -> Any:
    return json.loads(run(*words, "--json", code=code))


def test_decisions_are_listed_and_shown_without_a_name(folder: Path) -> None:
    rows = told("decisions", "list")
    assert [row["case_id"] for row in rows] == [f"case_{number}" for number in reversed(range(8))]
    assert rows[-1]["score"] is None
    assert rows[0]["score"] > 400
    shown = told("decisions", "show", "case_3")
    assert shown["shadow"]["champion_score"] == shown["decision"]["score"]
    assert "Zebulon" not in run("decisions", "show", "case_3") + run("decisions", "list")
    with pytest.raises(NotFound):
        run("decisions", "show", "case_99")


def test_all_decisions_are_made_again_alike(folder: Path) -> None:
    rows = told("decisions", "replay", "--all")
    assert len(rows) == 8
    assert {(row["verdict"], row["identical"]) for row in rows} == {("same", True)}
    assert told("decisions", "replay", "case_2", "--today")[0]["identical"]
    assert "8 of 8 identical" in run("decisions", "replay", "--all")
    with pytest.raises(InvalidInput):
        run("decisions", "replay")


def test_another_policy_shows_who_would_fare_otherwise(folder: Path) -> None:
    other = folder / "other.toml"
    text = packaged_policy().source.replace('version = "2026.1"', 'version = "dear"')
    other.write_text(text.replace('rate = "11.90"', 'rate = "12.90"').replace("from = 520", "from = 100"))
    found = told("decisions", "whatif", "--policy", str(other), "--chart", str(folder / "page.html"))
    assert found["cases"] == 8
    assert 0 < found["changed"] <= 8
    assert sum(row["cases"] for row in found["flows"]) == 8
    assert "dear" in (folder / "page.html").read_text()
    (folder / "same.toml").write_text(packaged_policy().source)
    assert told("decisions", "whatif", "--policy", str(folder / "same.toml"))["changed"] == 0
    with pytest.raises(InvalidInput):
        run("decisions", "whatif", "--policy", str(folder / "nowhere.toml"))


def test_the_challenger_is_compared(folder: Path) -> None:
    (folder / "ended.csv").write_text("case_id,bad\ncase_2,0\ncase_3,0\ncase_6,1\ncase_7,1\n")
    found = told("decisions", "shadow", "--outcomes", str(folder / "ended.csv"), "--chart", str(folder / "page.html"))
    assert found["scored"] == 7
    assert found["champion_auc"] == found["challenger_auc"] == "1.0000"
    assert (folder / "page.html").read_text().count("<svg") == 1
    (folder / "ended.csv").write_text("case_id,bad\ncase_2,maybe\n")
    with pytest.raises(InvalidInput):
        run("decisions", "shadow", "--outcomes", str(folder / "ended.csv"))


def test_decisions_are_held_against_how_the_loans_ended(folder: Path) -> None:
    ended = folder / "ended.csv"
    ended.write_text("case_id,bad\ncase_0,0\ncase_2,0\ncase_3,0\ncase_4,1\n")
    page = folder / "page.html"
    found = told("decisions", "backtest", "--outcomes", str(ended), "--chart", str(page))
    assert (found["people"], found["ended"]) == (8, 4)
    assert sum(row["people"] for row in found["bands"]) == 8
    assert sum(row["bad"] for row in found["bands"]) == 1
    assert found["auc"] == "1.0000"
    assert found["lent_then"] == found["lent_now"]
    assert page.read_text().count("<svg") == 2
    harder = folder / "harder.toml"
    harder.write_text(packaged_policy().source.replace("from = 520", "from = 559"))
    other = told("decisions", "backtest", "--outcomes", str(ended), "--policy", str(harder))
    assert float(other["lent_now"]) <= float(found["lent_now"])
    assert told("decisions", "backtest")["ended"] == 0
    with pytest.raises(InvalidInput):
        run("decisions", "backtest", "--loss-share", "1.5")


def test_drift_is_measured_and_acted_on(folder: Path) -> None:
    found = told("decisions", "drift", "--chart", str(folder / "page.html"), code=1)["drift"]
    assert found[0]["what"] == "score"
    assert {row["advice"] for row in found} <= {"stable", "watch", "act"}
    assert (folder / "page.html").read_text().count("<svg") == len(found)


def test_a_stress_test_lends_less(folder: Path) -> None:
    found = told("decisions", "stress", "--chart", str(folder / "page.html"))["shocks"]
    by_name = {row["shock"]: row for row in found}
    assert by_name["incomes down 30 %"]["approve"] <= by_name["as it is"]["approve"]
    assert float(by_name["chances doubled"]["expected_loss"]) > float(by_name["as it is"]["expected_loss"])
    with pytest.raises(InvalidInput):
        run("decisions", "stress", "--loss-share", "2")


def test_the_review_queue_is_worked_off(folder: Path) -> None:
    assert [row["case_id"] for row in told("review", "list")] == ["case_1"]
    assert "check_by_person" in run("review", "list")
    with pytest.raises(InvalidInput):
        run("review", "say", "case_1", "--verdict", "maybe", "--why", "no idea at all")
    said = told("review", "say", "case_1", "--verdict", "approve", "--why", "Called back; all in order.")
    assert (said["status"], said["settled"]) == ("approved", True)
    assert told("review", "list") == []


def test_keys_are_made_listed_and_taken_back(folder: Path) -> None:
    made = told("api-keys", "add", "shop", "--scope", "applications.read")
    storage = opened(folder)
    assert authenticate(storage, made["token"]).name == "shop"
    storage.close()
    listed = run("api-keys", "list")
    assert made["key_id"] in listed
    assert made["token"].partition(".")[2] not in listed
    run("api-keys", "revoke", made["key_id"])
    assert told("api-keys", "list")[0]["revoked"]
    with pytest.raises(InvalidInput):
        run("api-keys", "add", "shop", "--scope", "everything")


def test_the_model_in_force_is_shown() -> None:
    shown = told("model", "show")
    assert shown["champion"] == packaged_scorecard().version
    assert "age" not in shown["features"]


def test_every_command_module_is_one_of_the_program() -> None:
    assert all(callable(module.register) for module in COMMANDS)
