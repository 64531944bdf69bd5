"""The acoustic model's file, without torch: fresh weights beside the committed graph make a model that Vosk runs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import vosk

from core.errors import InvalidInput
from speech.models import COMMITTED, verify
from speech.training import steps
from speech.training.__main__ import main
from speech.training.directory import finish, write_configuration
from speech.training.export import write_acoustic_model
from speech.training.shape import Shape, averaged, fresh_weights, load_weights, save_weights, shape_of

SMALL = Shape(width=32, bottleneck=8)


def test_weights_come_back_from_their_file(tmp_path: Path) -> None:
    weights = fresh_weights(SMALL, np.random.default_rng(1))
    save_weights(tmp_path / "w.npz", weights)
    again = load_weights(tmp_path / "w.npz")
    assert weights.keys() == again.keys()
    assert all(np.array_equal(weights[name], again[name]) for name in weights)
    assert shape_of(again) == SMALL


def test_an_average_lies_between(tmp_path: Path) -> None:
    first, second = (fresh_weights(SMALL, np.random.default_rng(seed)) for seed in (1, 2))
    mixed = averaged(first, second, 0.25)
    assert np.allclose(mixed["prel.weight"], 0.75 * first["prel.weight"] + 0.25 * second["prel.weight"])
    save_weights(tmp_path / "first.npz", first)
    save_weights(tmp_path / "latest.npz", second)
    written = load_weights(steps.average(tmp_path, tmp_path / "first.npz", 0.25))
    assert all(np.allclose(written[name], mixed[name]) for name in mixed)


def test_what_is_no_weights_is_refused(tmp_path: Path) -> None:
    (tmp_path / "w.npz").write_bytes(b"no")
    with pytest.raises(InvalidInput):
        load_weights(tmp_path / "w.npz")
    with pytest.raises(InvalidInput):
        shape_of({})


def test_the_silence_penalty_changes_two_biases_only(tmp_path: Path) -> None:
    weights = fresh_weights(SMALL, np.random.default_rng(1))
    plain, quieter = tmp_path / "a.mdl", tmp_path / "b.mdl"
    write_acoustic_model(plain, weights, 0.0)
    write_acoustic_model(quieter, weights, 0.5)
    before, after = plain.read_bytes(), quieter.read_bytes()
    assert len(before) == len(after)
    where = [at for at, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
    assert where
    assert where[-1] - where[0] < 8
    assert not np.any(weights["out.bias"])


def test_a_finished_directory_is_verified_and_decodes(tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(COMMITTED / "en-phone" / "graph", model / "graph")
    write_configuration(model, 12.0, 5.0)
    assert finish(model, fresh_weights(SMALL, np.random.default_rng(1)), 0.5, "A card.\n") == verify(model)
    vosk.SetLogLevel(-2)
    recognizer = vosk.KaldiRecognizer(vosk.Model(str(model)), 8000, '["yes", "no", "[unk]"]')
    recognizer.AcceptWaveform(np.random.default_rng(2).normal(0, 900, 8000).astype(np.int16).tobytes())
    assert set(json.loads(recognizer.FinalResult())["text"].split()) <= {"yes", "no", "[unk]"}


def test_an_export_needs_its_graph_and_no_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save_weights(tmp_path / "w.npz", fresh_weights(SMALL, np.random.default_rng(1)))
    asked = ["export", "--work", str(tmp_path), "--weights", str(tmp_path / "w.npz")]
    assert main(asked) == 2
    assert "graph" in capsys.readouterr().err
    shutil.copytree(COMMITTED / "en-phone" / "graph", tmp_path / "model" / "graph")
    (tmp_path / "graph.json").write_text('{"words": 20000}')
    assert main(asked) == 0
    assert "20000 words" in (tmp_path / "model" / "README").read_text()
    assert verify(tmp_path / "model") == 9


def test_our_configuration_is_the_committed_one(tmp_path: Path) -> None:
    write_configuration(tmp_path, 12.0, 5.0)
    for file in ("mfcc.conf", "model.conf"):
        assert (tmp_path / "conf" / file).read_text() == (COMMITTED / "en-phone" / "conf" / file).read_text()
