"""``loanline doctor``, ``loanline serve``'s door and ``loanline prompts render``, as an operator runs them."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from core.errors import EnvironmentProblem
from ivr.commands import line, speech, speech_prompts

RUNNER = CliRunner()


def _app() -> typer.Typer:
    app = typer.Typer()
    line.register(app)
    speech.register(app)
    speech_prompts.register(app)
    return app


@pytest.mark.slow
def test_doctor_finds_this_machine_in_order(tmp_path: Path) -> None:
    env = {"LOANLINE_DATA_DIR": str(tmp_path), "LOANLINE_DEMO": "1", "LOANLINE_RECOGNIZER_WORKERS": "1"}
    result = RUNNER.invoke(_app(), ["doctor"], env=env)
    assert result.exit_code == 0, result.output
    assert "in order" in result.stdout


def test_a_taken_port_is_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(EnvironmentProblem, match="LOANLINE_PORT"):
            line._bind("127.0.0.1", taken.getsockname()[1])


@pytest.mark.slow
def test_prompts_are_listed_and_spoken(tmp_path: Path) -> None:
    result = RUNNER.invoke(_app(), ["prompts", "render", "--out", str(tmp_path / "sound")])
    assert result.exit_code == 0, result.output
    listed = [row.split("\t")[0] for row in result.stdout.splitlines() if "\t" in row]
    assert "offer.ask" in listed
    sounds = {path.stem: path.stat().st_size for path in (tmp_path / "sound").glob("*.wav")}
    assert set(sounds) == set(listed)
    assert min(sounds.values()) > 4000
