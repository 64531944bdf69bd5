"""The service as operators meet it: health, metrics, and one sentence for each way it cannot start."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from core.errors import Conflict, EnvironmentProblem, Forbidden, InvalidInput, LoanlineError, ModelMissing, StorageError
from ivr.app import create_app
from ivr.bootstrap import build
from ivr.cli import exit_code
from ivr.settings import load_settings

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InvalidInput("amount", "too big"), 2),
        (Conflict("no"), 2),
        (EnvironmentProblem("no"), 3),
        (ModelMissing("no"), 3),
        (StorageError("no"), 3),
        (Forbidden("no"), 1),
        (LoanlineError("no"), 1),
    ],
)
def test_exit_codes(error: LoanlineError, code: int) -> None:
    assert exit_code(error) == code


async def test_health_readiness_metrics_and_the_doors(tmp_path: Path) -> None:
    house = build(load_settings(data_dir=tmp_path, demo=True, recognizer_workers=1), 8080)
    app = create_app(house)
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://line") as http:
        assert (await http.get("/healthz")).text == "ok\n"
        ready = await http.get("/readyz")
        assert (ready.status_code, ready.json()["ready"]) == (200, True)
        assert b"loanline_calls_active" in (await http.get("/metrics")).content
        assert (await http.post("/voice/incoming", data={"CallSid": "CA1"})).status_code == 403
        assert (await http.get("/sandbox/sms", params={"to": "+14155550123"})).json() == []
        unseen = await http.get("/api/v1/applications/a%0Ab/offers")
        assert (unseen.status_code, unseen.headers["content-type"]) == (404, "application/problem+json")
        assert (await http.get("/nowhere")).headers["content-type"] == "application/json"
        house.switchboard.stop_taking_calls()
        assert (await http.get("/readyz")).status_code == 503
    demo_token = tmp_path / "demo-auth-token"
    assert demo_token.stat().st_mode & 0o077 == 0


def _serve(data: Path, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("LOANLINE_", "TWILIO_"))}
    return subprocess.run(
        [sys.executable, "-m", "ivr.cli", "serve"],
        env=clean | {"LOANLINE_DATA_DIR": str(data), "LOANLINE_PORT": "0", **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _one_sentence(run: subprocess.CompletedProcess[str], *words: str) -> None:
    assert run.returncode == 3, run.stderr
    assert run.stdout == ""
    said = [line for line in run.stderr.splitlines() if line.startswith("loanline: ")]
    assert len(said) == 1, run.stderr
    assert "Traceback" not in run.stderr
    for word in words:
        assert word in said[0]


def test_no_secret(tmp_path: Path) -> None:
    _one_sentence(_serve(tmp_path), "TWILIO_AUTH_TOKEN")


def test_port_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        _one_sentence(_serve(tmp_path, LOANLINE_DEMO="1", LOANLINE_PORT=port), port, "LOANLINE_PORT")


def test_data_directory_that_cannot_be_written(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("in the way")
    _one_sentence(_serve(file / "data", LOANLINE_DEMO="1"), "LOANLINE_DATA_DIR")


def test_no_model(tmp_path: Path) -> None:
    _one_sentence(_serve(tmp_path, LOANLINE_DEMO="1", LOANLINE_LANGUAGE="zh-CN"), "loanline models fetch")


def test_wrong_key(tmp_path: Path) -> None:
    build(load_settings(data_dir=tmp_path, demo=True), 8080).storage.close()
    (tmp_path / "keyring.json").unlink()
    _one_sentence(_serve(tmp_path, LOANLINE_DEMO="1"), "key")
