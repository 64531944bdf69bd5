"""The speech commands: real voice, real recogniser, exact documents."""

import json
import shutil

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from core.errors import InvalidInput, ModelMissing
from ivr.commands import speech as command
from speech import models
from speech.audio import read_audio, write_wav


@pytest.fixture(autouse=True)
def _own_data(tmp_path, monkeypatch):
    monkeypatch.setenv("LOANLINE_DATA_DIR", str(tmp_path / "data"))


def run(*args):
    app = typer.Typer()
    app.callback()(lambda: None)
    command.register(app)
    return CliRunner().invoke(app, [str(arg) for arg in args])


def test_what_the_line_says_the_line_understands(tmp_path):
    spoken = tmp_path / "amount.wav"
    assert run("prompts", "say", "two thousand<pause 100>five hundred dollars", spoken).exit_code == 0
    pcm = read_audio(spoken)
    later = tmp_path / "later.wav"
    write_wav(later, np.concatenate([np.zeros(16_000, np.int16), pcm, np.zeros(8000, np.int16)]))

    result = run("transcribe", later, "--slot", "amount", "--json")
    document = json.loads(result.stdout)
    assert result.exit_code == 0
    assert document["text"] == "two thousand five hundred dollars"
    assert document["value"] == "2500.00"
    assert document["readings"] == ["2500.00"]
    assert 0.5 < document["confidence"] <= 1
    assert [word["word"] for word in document["words"]] == document["text"].split()
    assert 1.9 < document["words"][0]["start"] < document["words"][-1]["end"] < 2.1 + len(pcm) / 8000
    assert all(set(word) == {"word", "start", "end", "conf"} for word in document["words"])

    plain = run("transcribe", later, "--slot", "amount")
    assert "2500.00" in plain.stdout


def test_a_recording_without_speech_has_no_value(tmp_path):
    write_wav(tmp_path / "quiet.wav", np.zeros(8000, np.int16))
    document = json.loads(run("transcribe", tmp_path / "quiet.wav", "--slot", "yes_no", "--json").stdout)
    assert document["text"] == ""
    assert document["words"] == document["readings"] == []
    assert document["value"] is None
    assert document["confidence"] == 0


def test_bad_input_is_refused_before_anything_is_decoded(tmp_path):
    assert isinstance(run("transcribe", tmp_path / "none.wav", "--slot", "amount").exception, InvalidInput)
    assert isinstance(run("transcribe", tmp_path / "none.wav", "--slot", "weight").exception, InvalidInput)
    write_wav(tmp_path / "a.wav", np.zeros(8000, np.int16))
    missing = run("transcribe", tmp_path / "a.wav", "--slot", "amount", "--lang", "zh-CN").exception
    assert isinstance(missing, ModelMissing)
    assert "loanline models fetch small-cn" in str(missing)


def test_models_are_listed_and_verified():
    listed = {row["name"]: row for row in json.loads(run("models", "list", "--json").stdout)}
    assert listed["en-phone"]["installed"]
    assert not listed["speaker"]["installed"]
    assert "to fetch   speaker" in run("models", "list").stdout
    result = run("models", "verify", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == [{"name": "en-phone", "ok": True, "files": 9, "problem": None}]


def test_a_changed_model_is_a_finding(tmp_path, monkeypatch):
    shutil.copytree(models.COMMITTED / "en-phone", tmp_path / "en-phone")
    (tmp_path / "en-phone" / "conf" / "model.conf").write_text("--beam=1\n")
    monkeypatch.setattr(models, "COMMITTED", tmp_path)
    result = run("models", "verify", "--json")
    assert result.exit_code == 1
    (row,) = json.loads(result.stdout)
    assert not row["ok"]
    assert "conf/model.conf" in row["problem"]


def test_fetching_what_is_there_tells_where_it_is():
    result = run("models", "fetch", "en-phone", "--json")
    assert json.loads(result.stdout)["path"].endswith("en-phone")
    assert isinstance(run("models", "fetch", "klingon").exception, InvalidInput)
