from __future__ import annotations

import json
from pathlib import Path

import soundfile
import typer
from typer.testing import CliRunner

from ivr.commands import voice as command
from tests.antifraud.sounds import voice


def run(*args: str):
    app = typer.Typer()
    app.callback()(lambda: None)
    command.register(app)
    return CliRunner().invoke(app, list(args))


def test_score_voice_prints_one_json_document(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, voice(4), 8000)
    result = run("score-voice", str(path), "--json")
    document = json.loads(result.stdout)
    assert result.exit_code == 0
    assert (document["band"], document["level"], document["complete"]) == ("clear", 0, True)
    signals = {signal["name"]: signal for signal in document["signals"]}
    assert signals["pitch.median"]["assessed"]
    assert signals["voice.synthetic"]["text"].startswith("not assessed: ")
