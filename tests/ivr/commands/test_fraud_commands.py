from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from core.application import Status
from core.errors import InvalidInput, NotFound
from core.fraud import LinkKind
from core.risk import RiskLevel, RiskReport, Signal
from core.storage.store import SqlStorage
from core.usecases import fraud
from ivr.commands import fraud as command
from ivr.system import SystemClock
from tests.core.storage.people import START, application, decision, opened, risk, store_call


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqlStorage]:
    store = opened(tmp_path)

    @contextmanager
    def lent() -> Iterator[SqlStorage]:
        yield store

    monkeypatch.setattr(command, "opened_storage", lent)
    for number, level in ((1, RiskLevel.HOLD), (2, RiskLevel.NONE)):
        case, call = f"case_{number}", f"CA{number}"
        store_call(store, case, call)
        with store.begin() as work:
            work.applications.add(application(case, call), decision(), risk(level), Status.APPROVED)
            work.receipts.keep(case, "decided", {}, START)
            work.links.note(case, {LinkKind.PERSON: case}, START)
            work.commit()
    yield store
    store.close()


def run(*args: str) -> Result:
    app = typer.Typer()
    app.callback()(lambda: None)
    command.register(app)
    return CliRunner().invoke(app, ["fraud", *args])


@pytest.mark.usefixtures("storage")
def test_from_a_label_to_precision_and_recall() -> None:
    assert run("label", "case_1", "--as", "fraud", "--source", "dispute", "--typology", "ring").exit_code == 0
    assert run("label", "case_2", "--as", "genuine", "--source", "audit").exit_code == 0
    assert [row["label"] for row in json.loads(run("labels", "--json").stdout)] == ["fraud", "genuine"]
    document = json.loads(run("evaluate", "--json", "--calls-a-day", "1000", "--reviews-a-day", "5").stdout)
    (row,) = document["rules"]
    assert (document["cases"], row["code"]) == (2, "any: step up or more")
    assert (row["precision"]["hits"], row["recall"]["of"], row["expected_precision"]) == (1, 1, 1.0)
    shown = run("evaluate")
    assert "base rate 1 in 600" in shown.stdout
    assert "1/1" in shown.stdout


@pytest.mark.usefixtures("storage")
def test_what_is_made_up_is_refused() -> None:
    run("label", "case_1", "--as", "fraud", "--source", "simulated")
    assert isinstance(run("evaluate").exception, InvalidInput)


@pytest.mark.usefixtures("storage")
def test_unflagged_cases_are_drawn() -> None:
    assert json.loads(run("audit", "--share", "1.0", "--json").stdout) == ["case_2"]


@pytest.mark.usefixtures("storage")
def test_drift_says_when_there_is_too_little() -> None:
    result = run("drift")
    assert (result.exit_code, "too few cases" in result.stdout) == (0, True)
    assert all(row["psi"] is None for row in json.loads(run("drift", "--json").stdout))


@pytest.mark.usefixtures("storage")
def test_drift_is_told_by_carrier_and_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """One carrier's lines got worse this month; the other's, and everything said of them, stayed."""
    now = SystemClock().now()

    def case(number: int, carrier: str, language: str, *, recent: bool) -> fraud.Reported:
        worse = 0.5 if recent and carrier == "Plains Wireless" else 0.0
        signal = Signal("line.quality", assessed=True, text="", value=number / 60 - worse)
        report = RiskReport(RiskLevel.NONE, complete=True, signals=(signal,))
        at = now - timedelta(days=1 if recent else 40)
        return fraud.Reported(f"case_{number}", at, "us", language, carrier, report, None)

    sides = [("Northline Mobile", "en-US"), ("Plains Wireless", "zh-CN")]
    cases = [case(n, *side, recent=recent) for n in range(60) for side in sides for recent in (False, True)]
    monkeypatch.setattr(fraud, "reported", lambda _storage: cases)
    result = run("drift", "--json")
    found = {row["group"]: row["psi"] for row in json.loads(result.stdout)}
    assert result.exit_code == 1
    assert found["carrier Northline Mobile"] == found["language en-US"] == 0
    assert found["carrier Plains Wireless"] == found["language zh-CN"] > 0.25
    assert {group.split()[0] for group in found} == {"attested", "carrier", "jurisdiction", "language"}
    assert "moved   carrier Plains Wireless" in run("drift").stdout


def test_voice_terms(storage: SqlStorage) -> None:
    assert run("agree", "case_1", "--scope", "biometric", "--document", "form-17").exit_code == 0
    with storage.begin() as work:
        assert len(work.voice_terms.of("case_1")) == 1
    assert run("withdraw", "case_1", "--scope", "biometric").exit_code == 0
    assert isinstance(run("withdraw", "case_1", "--scope", "biometric").exception, NotFound)
    assert isinstance(run("agree", "case_1", "--scope", "biometric", "--document", "").exception, InvalidInput)


@pytest.mark.usefixtures("storage")
def test_nothing_waits_for_a_second_look(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LOANLINE_DATA_DIR", str(tmp_path))
    assert "0 calls" in run("deep").stdout
