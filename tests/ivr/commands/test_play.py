"""The play commands: what they print, and their exit codes."""

import asyncio
import json
import os
import socket
import sys
from pathlib import Path

import pytest
import typer
from fastapi import WebSocket
from typer.testing import CliRunner

from core.errors import EnvironmentProblem, InvalidFixture, InvalidInput
from ivr.commands.play import register
from tests.ivr.replay.test_wire import TOKEN, Server, serving

CALL = '[caller]\nnumber = "+14155550123"\n[[turn]]\nwhen = "amount.ask"\nkeys = "7"\n[expect]\nends = "completed"\n'
app = typer.Typer()
register(app)
ROOT = Path(__file__).parents[3]


@pytest.fixture
def fixture(tmp_path: Path) -> Path:
    path = tmp_path / "one.call.toml"
    path.write_text(CALL, "utf-8")
    return path


async def test_call_is_a_carrier_in_another_process(fixture: Path) -> None:
    async def talk(server: Server, ws: WebSocket, _: str) -> None:
        await server.until(ws, "start")
        await server.say(ws, "amount.ask:1")
        await server.until(ws, "dtmf")
        await ws.close()

    server = Server(talk)
    async with serving(server.app) as port:
        command = (sys.executable, "-m", "ivr.cli", "call", str(fixture), "--to", f"http://127.0.0.1:{port}")
        more = ("--public-url", "https://line.example.org", "--json", "--speed", "10")
        env = os.environ | {"TWILIO_AUTH_TOKEN": TOKEN}
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*command, *more, env=env, cwd=ROOT, stdout=pipe, stderr=pipe)
        async with asyncio.timeout(60):
            out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    document = json.loads(out)
    assert (document["ok"], document["ended"]) == (True, "completed")
    assert document["twiml"] == ["Connect", "Hangup"]
    assert document["heard_by_caller"][0]["prompt_id"] == "amount.ask"
    assert b"answers amount.ask" in err


def invoke(*arguments: str) -> BaseException:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exception is not None
    return result.exception


def test_what_is_missing_is_said(fixture: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LOANLINE_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("TWILIO_AUTH_TOKEN", raising=False)
    error = invoke("call", str(fixture), "--to", "http://127.0.0.1:9")
    assert isinstance(error, EnvironmentProblem)
    assert "TWILIO_AUTH_TOKEN" in str(error)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "t")
    error = invoke("call", str(fixture), "--to", "http://127.0.0.1:9")
    assert isinstance(error, EnvironmentProblem)
    assert "loanline serve" in str(error)
    assert isinstance(invoke("call", str(fixture), "--to", "127.0.0.1"), InvalidInput)
    assert isinstance(invoke("call", str(tmp_path / "none.call.toml"), "--to", "http://127.0.0.1:9"), InvalidFixture)
    assert isinstance(invoke("replay", str(tmp_path / "none.call.toml")), InvalidFixture)
    assert isinstance(invoke("replay", str(fixture), "--report", str(tmp_path / "no" / "r.html")), InvalidInput)


def test_the_demo_token_of_the_data_directory_is_enough(
    fixture: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LOANLINE_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("TWILIO_AUTH_TOKEN", raising=False)
    (tmp_path / "demo-auth-token").write_text("t", "utf-8")
    assert "No server answers" in str(invoke("call", str(fixture), "--to", "http://127.0.0.1:9"))


def test_a_taken_port_and_an_unwritable_folder(fixture: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        error = invoke("sandbox", "--port", str(taken.getsockname()[1]))
    assert isinstance(error, EnvironmentProblem)
    assert "another --port" in str(error)
    (tmp_path / "file").write_text("x")
    error = invoke("demo", str(fixture), "--data", str(tmp_path / "file" / "x"))
    assert isinstance(error, EnvironmentProblem)
    assert "--data" in str(error)
