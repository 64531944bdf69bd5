"""``loanline calls``: recorded callers over real HTTP and WebSocket, each into a server of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.errors import InvalidFixture
from ivr.cli import app

CALLS = Path(__file__).parents[3] / "audio_fixtures" / "calls"


@pytest.mark.slow
def test_a_form_and_a_person_over_the_wire_and_a_difference_is_found(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.call.toml"
    wrong.write_text((CALLS / "silent_caller.call.toml").read_text("utf-8").replace('outcome = "', 'outcome = "not_'))
    names = [CALLS / f"{name}.call.toml" for name in ("no_stream", "not_my_loan")]
    done = CliRunner().invoke(app, ["calls", *map(str, names), str(wrong), "--json", "--speed", "12"])
    assert done.exit_code == 1, done.output
    calls = {call["name"]: call for call in json.loads(done.stdout)["calls"]}
    assert {name: call["ok"] for name, call in calls.items()} == {
        "no_stream": True,
        "not_my_loan": True,
        "wrong": False,
    }
    assert [difference["what"] for difference in calls["wrong"]["differences"]] == ["outcome"]


def test_no_fixture_is_no_call(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["calls", str(tmp_path)])
    assert isinstance(done.exception, InvalidFixture)


def test_a_server_that_does_not_come_up_is_one_call_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOANLINE_RECOGNIZER_WORKERS", "many")
    done = CliRunner().invoke(app, ["calls", str(CALLS / "balance.call.toml"), "--json"])
    assert done.exit_code == 1
    call = json.loads(done.stdout)["calls"][0]
    assert (call["ok"], call["ended"]) == (False, "failed")
    assert "LOANLINE_RECOGNIZER_WORKERS" in call["error"]
