"""The committed calibration: whole, readable, and damaged when touched."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

from core.errors import ModelCorrupt
from speech.answers.model import Kind
from speech.repair.calibration import Calibration, digest
from speech.repair.candidates import FEATURES

TEXT = files("speech.repair").joinpath("calibration.json").read_text("utf-8")


def test_the_committed_calibration_is_whole_and_says_where_it_comes_from():
    calibration = Calibration.of_the_house()
    assert set(calibration.weights) == set(Kind)
    assert 0.9 < calibration.most_sure < 1.0
    card = json.loads(TEXT)["card"]
    assert {"fitted_on", "tested_on", "expected_calibration_error", "acoustic_model_sha256"} <= set(card)


def test_it_never_promises_more_than_it_has_seen():
    calibration = Calibration.of_the_house()
    best = [0.0] * len(FEATURES)
    for name in ("best_words", "place", "support", "second_same", "second_sure", "clear_line", "planned"):
        best[FEATURES.index(name)] = 1.0
    for kind in Kind:
        assert 0.5 < calibration.right(kind, [best])[0] <= calibration.most_sure
        assert sum(calibration.right(kind, [best, best, best])) <= calibration.most_sure


def _changed(**changes):
    return json.loads(TEXT) | changes


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        json.dumps(_changed(most_sure=1.0)),
        json.dumps((doc := _changed(kinds={})) | {"sha256": digest(doc)}),
        json.dumps((doc := _changed(kinds={"digits": {"bias": 0}})) | {"sha256": digest(doc)}),
    ],
)
def test_a_damaged_calibration_is_refused(text):
    with pytest.raises(ModelCorrupt):
        Calibration.read(text)
