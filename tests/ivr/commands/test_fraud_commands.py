from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from core.application import Status
from core.errors import InvalidInput, NotFound
from core.fraud import LinkKind
from core.risk import RiskLevel
from core.storage.store import SqlStorage
from ivr.commands import fraud as command
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
