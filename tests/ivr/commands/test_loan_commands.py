"""``loanline loans`` and ``loanline disputes`` as an operator runs them, the pay-out against the sandbox."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from core.errors import Conflict, EnvironmentProblem, Forbidden, InvalidInput
from ivr.cli import app
from ivr.commands import disputes, loans
from tests.core.storage.people import HandClock, opened
from tests.core.usecases.lenders import agreed
from tests.ivr.sandbox.serving import sandbox


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A loan whose time to change one's mind was over an hour ago."""
    monkeypatch.setenv("LOANLINE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("LOANLINE_KEYRING_FILE", str(tmp_path / "keyring.json"))
    clock = HandClock(datetime.now(UTC) - timedelta(hours=49))
    storage = opened(tmp_path, clock)
    agreed(storage, clock)
    storage.close()
    return tmp_path


def run(*words: str, code: int = 0, said: str | None = None) -> str:
    result = CliRunner().invoke(app, list(words), input=said)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result.stdout


def told(*words: str, code: int = 0, said: str | None = None) -> Any:
    return json.loads(run(*words, "--json", code=code, said=said))


async def paid_out(monkeypatch: pytest.MonkeyPatch, account: str) -> Any:
    async with sandbox() as (url, _):
        monkeypatch.setenv("LOANLINE_CHECKS_URL", url)
        return await asyncio.to_thread(told, "loans", "pay-out", "case_1", said=account + "\n")


async def test_a_loan_from_the_pay_out_to_a_payment(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EnvironmentProblem):
        await asyncio.to_thread(run, "loans", "pay-out", "case_1", said="US77123456\n")
    with pytest.raises(Conflict):
        await paid_out(monkeypatch, "US77000")
    row = await paid_out(monkeypatch, "US77123456")
    assert (row["state"], row["owed"]) == ("running", "2517.00")
    row = told("loans", "pay", "case_1", "--amount", "100.00", "--ref", "p1")
    assert (row["paid"], row["credit"]) == ("100.00", "100.00")
    assert told("loans", "bounce", "case_1", "--ref", "p1")["paid"] == "0.00"
    assert told("loans", "due") == {"booked": 0}
    assert [one["case_id"] for one in told("loans", "list", "--state", "running")] == ["case_1"]
    shown = told("loans", "show", "case_1")
    assert [one["kind"] for one in shown["book"]] == ["disbursed", "paid", "bounced"]
    assert "Zebulon" not in run("loans", "show", "case_1") + run("loans", "list")
    with pytest.raises(InvalidInput):
        run("loans", "list", "--state", "lost")


def test_leaving_in_time(folder: Path) -> None:
    assert told("loans", "withdraw", "case_1")["state"] == "withdrawn"
    assert "withdrawn" in run("loans", "list")


def test_a_dispute_is_opened_and_listed_and_not_decided_by_who_opened_it(folder: Path) -> None:
    made = told("disputes", "open", "case_1", "--story", "I never called you.")
    assert told("loans", "list")[0]["state"] == "frozen"
    assert told("disputes", "list")[0]["dispute_id"] == made["dispute_id"]
    assert told("disputes", "blocked", made["dispute_id"], "--proof", "EX-1")["blocked_at"]
    words = ("--verdict", "upheld", "--cause", "stolen_identity", "--why", "Compared the voices.")
    with pytest.raises(Forbidden):
        run("disputes", "decide", made["dispute_id"], *words)
    with pytest.raises(InvalidInput):
        run("disputes", "decide", made["dispute_id"], "--verdict", "perhaps", *words[2:])
    assert "never" not in run("disputes", "list", "--all")


def test_every_command_module_is_one_of_the_program() -> None:
    assert callable(loans.register)
    assert callable(disputes.register)
