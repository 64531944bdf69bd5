"""``loanline staff``: accounts by command, the secret shown once, the password never on the command line."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.errors import Conflict, InvalidInput, NotFound
from ivr.cli import app
from ivr.commands import staff

PASSWORD = "a long enough password"


@pytest.fixture(autouse=True)
def _data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOANLINE_DATA_DIR", str(tmp_path / "data"))


def run(*words: str, given: str | None = None) -> str:
    done = CliRunner().invoke(app, ["staff", *words], input=given)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout


def test_add_list_renew_close(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\nsecond line\n")
    made = json.loads(run("add", "m.reyes", "--role", "supervisor", "--password-file", str(file), "--json"))
    assert len(base64.b32decode(made["totp_secret"])) == 20
    assert made["totp_secret"] in made["uri"]
    renewed = run("renew", "m.reyes", "--password-file", str(file))
    assert "not shown again" in renewed
    assert made["totp_secret"] not in renewed
    assert PASSWORD not in renewed
    run("close", "m.reyes")
    rows = json.loads(run("list", "--json"))
    assert [(row["staff"], row["role"], row["closed"]) for row in rows] == [("m.reyes", "supervisor", True)]
    assert "closed" in run("list")
    with pytest.raises(Conflict):
        run("close", "m.reyes")


def test_the_password_is_asked_for_twice_and_not_echoed() -> None:
    shown = run("add", "m.reyes", "--role", "viewer", given=f"{PASSWORD}\n{PASSWORD}\n")
    assert PASSWORD not in shown


def test_the_group_has_no_other_command() -> None:
    assert {command.name for command in staff.staff.registered_commands} == {
        "add",
        "renew",
        "close",
        "list",
        "sign-out",
    }


def test_what_does_not_fit(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        run("add", "m.reyes", "--role", "viewer", "--password-file", str(tmp_path / "none"))
    with pytest.raises(NotFound):
        run("close", "nobody")
