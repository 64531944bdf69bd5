"""``loanline records|audit|keys|backup`` as an operator runs them."""

from __future__ import annotations

import json
import sqlite3
import wave
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from core.errors import Conflict, InvalidInput, LoanlineError
from core.storage.opening import DATA_FILE
from core.usecases.intake import submit
from ivr.cli import app
from ivr.commands import backup, keep
from tests.core.storage.people import NAME, HandClock, application, decision, opened, risk, store_call


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LOANLINE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("LOANLINE_KEYRING_FILE", str(tmp_path / "keyring.json"))
    storage = opened(tmp_path)
    store_call(storage)
    submit(storage, HandClock(), application(), risk(), lambda *_: decision())
    storage.close()
    return tmp_path


def run(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, list(words))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code
    return result.stdout


def run_json(*words: str, code: int = 0) -> Any:
    return json.loads(run(*words, "--json", code=code))


def test_records_are_listed_and_shown(folder: Path) -> None:
    assert run_json("records", "list")[0]["call_id"] == "CA1"
    assert "CA1" in run("records", "list")
    shown = run_json("records", "show", "CA1", "--reason", "complaint 12")
    assert (shown["complete"], shown["audio_seconds"], len(shown["lines"])) == (True, 3.0, 3)
    assert shown["journal"][0]["data"]["value"] == NAME
    assert NAME in run("records", "show", "CA1", "--reason", "complaint 12")


def test_a_look_without_a_reason_or_a_call_is_refused(folder: Path) -> None:
    run("records", "show", "CA1", code=2)
    with pytest.raises(InvalidInput):
        run("records", "show", "CA1", "--reason", " ")


def test_sound_is_written_for_its_owner_only_and_over_nothing(folder: Path) -> None:
    wav = folder / "call.wav"
    run("records", "show", "CA1", "--reason", "complaint", "--audio", str(wav))
    with wave.open(str(wav)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getnframes()) == (2, 8000, 24_000)
    assert wav.stat().st_mode & 0o077 == 0
    with pytest.raises(InvalidInput):
        run("records", "show", "CA1", "--reason", "complaint", "--audio", str(wav))


def test_the_audit_log_is_verified_and_a_row_proved(folder: Path) -> None:
    found = run_json("audit", "verify")
    assert (found["ok"], found["rows"], found["problems"]) == (True, 1, [])
    proof = run_json("audit", "prove", "1")
    assert proof["row"]["action"] == "application.decided"
    assert proof["receipt"] in run("audit", "prove", proof["receipt"])
    run("records", "show", "CA1", "--reason", "complaint")
    growth = run_json("audit", "grown", "1")
    assert (growth["size"], growth["head"]["size"], len(growth["path"])) == (1, 2, 1)
    assert growth["root"] in run("audit", "grown", "1")
    with sqlite3.connect(folder / "data" / DATA_FILE) as database:
        database.execute("UPDATE audit SET subject = 'case_9'")
    assert not run_json("audit", "verify", code=1)["ok"]
    assert "altered" in run("audit", "verify", code=1)
    with pytest.raises(InvalidInput):
        run("audit", "verify", "--heads", str(folder / "nowhere"))


def test_keys_are_rotated(folder: Path) -> None:
    assert run_json("keys", "rotate") == {"version": 2, "rewrapped": 1, "forgotten": []}
    assert "version 3" in run("keys", "rotate", "--forget-old")
    assert run_json("audit", "verify")["ok"]


def test_shredding_shows_first_and_needs_a_yes(folder: Path) -> None:
    assert "Nothing was destroyed" in run("keys", "shred", "--call", "CA1")
    run("records", "show", "CA1", "--reason", "complaint")
    run("keys", "hold", "case_1", "--why", "litigation")
    assert "litigation" in run("keys", "shred", "--subject", "case_1")
    with pytest.raises(Conflict):
        run("keys", "shred", "--subject", "case_1", "--yes")
    run("keys", "hold", "case_1", "--lift")
    assert run_json("keys", "shred", "--subject", "case_1", "--yes")["destroyed"]
    with pytest.raises(LoanlineError):
        run("records", "show", "CA1", "--reason", "complaint")
    for words in ([], ["--call", "CA1", "--subject", "case_1"]):
        with pytest.raises(InvalidInput):
            run("keys", "shred", *words)


def test_a_backup_is_made_and_brought_back(folder: Path) -> None:
    copy = folder / "copy"
    assert set(run_json("backup", "create", str(copy))["files"]) == {"loanline.db", "audit-heads.log"}
    run("keys", "shred", "--call", "CA1", "--yes")
    done = run_json("backup", "restore", str(copy), "--verify")
    assert (done["ok"], done["opened"], done["shredded"], done["unreadable"]) == (True, 1, 2, [])
    assert "keys.db" in run("backup", "create", str(folder / "keys"), "--keys")
    assert "audit log is whole" in run("backup", "restore", str(copy))


def test_every_command_is_there() -> None:
    names = {group.name for group in app.registered_groups}
    assert {"records", "audit", "keys", "backup"} <= names
    assert callable(keep.register)
    assert callable(backup.register)
