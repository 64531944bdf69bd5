from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
import typer
from typer.testing import CliRunner

from antifraud.voiceprint import SpeakerNetwork
from core.errors import ModelMissing
from ivr.commands import voice as command
from tests.antifraud import tiny_network
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


def test_voiceprint_without_a_network_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOANLINE_DATA_DIR", str(tmp_path))
    soundfile.write(tmp_path / "a.wav", voice(4), 8000)
    result = run("voiceprint", str(tmp_path / "a.wav"), str(tmp_path / "a.wav"), "--json")
    assert isinstance(result.exception, ModelMissing)
    assert "loanline models fetch speaker" in str(result.exception)


def test_voiceprint_of_too_little_speech_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = SpeakerNetwork(tiny_network.write(tmp_path / "network"), None)
    monkeypatch.setattr("antifraud.voiceprint.SpeakerNetwork", lambda folder, space: network)
    for name, seconds in (("a.wav", 8), ("b.wav", 3)):
        soundfile.write(tmp_path / name, voice(seconds), 8000)
    a, b = str(tmp_path / "a.wav"), str(tmp_path / "b.wav")
    unheard = json.loads(run("voiceprint", a, b, "--network", str(tmp_path / "network"), "--json").stdout)
    assert (unheard["same"], unheard["score"], unheard["threshold"]) == (None, None, None)
    assert 0 < unheard["seconds"][1] < 1.5 < unheard["seconds"][0]
    itself = json.loads(run("voiceprint", a, a, "--network", str(tmp_path / "network"), "--json").stdout)
    assert itself["same"] is True
    assert itself["score"] > itself["threshold"]


def test_only_the_first_channel_of_a_recorded_call_is_the_caller(tmp_path: Path) -> None:
    left, right = voice(4, f0=120), voice(4, f0=220)
    soundfile.write(tmp_path / "call.wav", np.stack([left, right], axis=1), 8000)
    soundfile.write(tmp_path / "caller.wav", left, 8000)
    both, alone = (
        json.loads(run("score-voice", str(tmp_path / name), "--json").stdout) for name in ("call.wav", "caller.wav")
    )
    assert both == alone


def test_a_second_speaker_in_one_recording_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The recording falls into stretches, so the end can be compared with the start; no answer time is made up."""
    network = SpeakerNetwork(tiny_network.write(tmp_path / "network"), None)
    monkeypatch.setattr("antifraud.voiceprint.SpeakerNetwork", lambda folder, space: network)
    monkeypatch.setattr("speech.models.find_speaker_model", lambda _places: tmp_path / "network")
    quiet = np.zeros(8000, dtype=np.int16)
    soundfile.write(tmp_path / "a.wav", np.concatenate([voice(12), quiet, voice(12, f0=210)]), 8000)
    document = json.loads(run("score-voice", str(tmp_path / "a.wav"), "--json").stdout)
    signals = {signal["name"]: signal for signal in document["signals"]}
    assert signals["voice.change"]["assessed"]
    assert not signals["answer.latency"]["assessed"]
    assert not signals["answer.regularity"]["assessed"]
