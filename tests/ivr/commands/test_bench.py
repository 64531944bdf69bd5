"""The bench command runs the project's own script and passes its verdict on."""

from __future__ import annotations

import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from core.errors import EnvironmentProblem
from ivr.commands import bench


@pytest.fixture
def started(monkeypatch):
    commands = []

    def run(command, **_):
        commands.append(command)
        return subprocess.CompletedProcess(command, 3)

    monkeypatch.setattr(subprocess, "run", run)
    return commands


def invoke(*args):
    app = typer.Typer()
    bench.register(app)
    return CliRunner().invoke(app, [str(arg) for arg in args])


def test_options_reach_the_script_and_its_exit_status_comes_back(started, tmp_path):
    assert invoke("bench", "speech", "--json", "--answers", 5, "--audio", tmp_path).exit_code == 3
    assert invoke("bench", "speech", "--quick").exit_code == 3
    script = [sys.executable, "-m", "scripts.speech.bench"]
    assert started == [[*script, "--answers", "5", "--audio", str(tmp_path), "--json"], [*script, "--quick"]]


def test_without_the_project_it_says_what_to_do(monkeypatch, started, tmp_path):
    monkeypatch.setattr(bench, "_ROOT", tmp_path)
    assert isinstance(invoke("bench", "speech").exception, EnvironmentProblem)
    assert started == []
