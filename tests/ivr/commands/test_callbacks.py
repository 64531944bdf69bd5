"""``loanline callbacks``: who waits, a call that a person makes, and what became of it."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from core.applicant import PhoneNumber
from core.errors import Conflict, EnvironmentProblem, InvalidInput, NotFound
from core.usecases.call_back import ask
from core.usecases.calling_hours import BusinessHours
from ivr.cli import app
from ivr.commands import callbacks
from ivr.commands.keep import opened_storage
from ivr.settings import load_settings
from ivr.system import SystemClock, SystemIds
from ivr.vault import open_vault
from tests.ivr.twilio.rest_server import ACCOUNT, SECRET, serving

ALWAYS = "mon-sun 00:00-23:59 America/Los_Angeles"
CALLER = PhoneNumber("+14155550123")


@pytest.fixture(autouse=True)
def _house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOANLINE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("LOANLINE_BUSINESS_HOURS", ALWAYS)
    monkeypatch.setattr("core.usecases.calling_hours.is_quiet", lambda *_: False)
    open_vault(load_settings(), SystemClock()).close()


def promised(*calls: str) -> None:
    hours = BusinessHours.parse(ALWAYS)
    with opened_storage() as storage:
        for call in calls:
            ask(storage, SystemClock(), SystemIds(), hours, call_id=call, phone=CALLER, reason="full", case_id="case_1")


def run(*words: str) -> str:
    done = CliRunner().invoke(app, ["callbacks", *words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout


def test_list_postpone_settle() -> None:
    promised("CA1", "CA2")
    rows = json.loads(run("list", "--json"))
    assert [(row["call_id"], row["reason"], row["tries"]) for row in rows] == [("CA1", "full", 0), ("CA2", "full", 0)]
    assert "5550123" not in run("list") + run("list", "--json")
    assert "call again from" in run("postpone", "CA1")
    assert [row["call_id"] for row in json.loads(run("list", "--due", "--json"))] == ["CA2"]
    assert "reached" in run("settle", "CA2")
    assert "before" in run("settle", "CA2", "--how", "withdrawn")
    run("postpone", "CA1")
    assert "not_reached" in run("postpone", "CA1")
    assert json.loads(run("list", "--json")) == []


def test_a_person_is_rung_first_and_hears_why_without_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    promised("CA1")
    with serving() as twilio:
        for name, value in {
            "LOANLINE_PUBLIC_URL": "https://line.example.org",
            "LOANLINE_TWILIO_API_URL": twilio.url,
            "LOANLINE_STAFF_NUMBER": "+14155550199",
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": SECRET,
            "TWILIO_FROM_NUMBER": "+14155550100",
        }.items():
            monkeypatch.setenv(name, value)
        run("call", "CA1")
        run("call", "CA1", "--staff", "+14155550198")
    assert [form["To"] for _, _, form in twilio.seen] == ["+14155550199", "+14155550198"]
    twiml = twilio.seen[0][2]["Twiml"]
    assert CALLER.value not in twiml
    gather = ET.fromstring(twiml).find("Gather")
    assert gather is not None
    assert "/voice/call-back-dial?call=CA1" in gather.attrib["action"]
    run("settle", "CA1")
    with pytest.raises(Conflict):
        run("call", "CA1")


def test_what_does_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    promised("CA1")
    with pytest.raises(InvalidInput):
        run("settle", "CA1", "--how", "somehow")
    with pytest.raises(NotFound):
        run("settle", "CA9")
    with pytest.raises(InvalidInput):
        run("call", "CA1")
    monkeypatch.setenv("LOANLINE_STAFF_NUMBER", "+14155550199")
    with pytest.raises(EnvironmentProblem):
        run("call", "CA1")


def test_the_group_has_no_other_command() -> None:
    assert {command.name for command in callbacks.callbacks.registered_commands} == {
        "list",
        "call",
        "postpone",
        "settle",
    }
