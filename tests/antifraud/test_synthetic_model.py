from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import antifraud.synthetic_model
from antifraud.analysis import CallAnalysis
from antifraud.signals.synthetic import RULES
from antifraud.synthetic import features, speech_only
from antifraud.synthetic_model import MOST_CLIPS, MOST_LLR, SpeechClips, SyntheticModel
from core.errors import ModelCorrupt
from core.risk import ConsentClass, EvidenceLevel, RiskLevel
from tests.antifraud.sounds import voice

DATA = Path(antifraud.synthetic_model.__file__).parent / "data"


@pytest.fixture
def model() -> SyntheticModel:
    return SyntheticModel.of_the_house()


def clip(seed: int = 1) -> np.ndarray:
    return speech_only(voice(9, seed=seed).astype(np.float32) / 32768)


def test_the_card_holds_what_was_measured_on_unseen_families() -> None:
    card = json.loads((DATA / "synthetic.json").read_text("utf-8"))
    errors = card["unseen_family_equal_error"]
    assert len(errors) >= 6
    assert not {"hts", "hibari"} & set(card["families"])
    assert all(card["shortcut_equal_error"][name] >= 0.35 for name in ("level", "noise floor", "duration", "silence"))


def test_the_numbers_are_those_of_the_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    for name in ("synthetic.json", "synthetic.npz"):
        (tmp_path / "data" / name).write_bytes((DATA / name).read_bytes())
    monkeypatch.setattr(antifraud.synthetic_model, "files", lambda _room: tmp_path)
    SyntheticModel.of_the_house.__wrapped__(SyntheticModel)  # type: ignore[attr-defined]  # past the cache
    changed = bytearray((tmp_path / "data" / "synthetic.npz").read_bytes())
    changed[len(changed) // 2] ^= 1
    (tmp_path / "data" / "synthetic.npz").write_bytes(bytes(changed))
    with pytest.raises(ModelCorrupt):
        SyntheticModel.of_the_house.__wrapped__(SyntheticModel)  # type: ignore[attr-defined]  # past the cache


def test_a_score_is_that_of_a_support_vector_machine(model: SyntheticModel) -> None:
    row = features(clip())
    scaled = (row - model.mean) / model.scale
    byhand = sum(
        weight * np.exp(-model.gamma * np.sum((vector - scaled) ** 2))
        for vector, weight in zip(model.vectors, model.weights, strict=True)
    )
    assert model.score(row) == pytest.approx(byhand + model.bias, abs=1e-9)


def test_its_say_is_capped(model: SyntheticModel) -> None:
    assert (model.llr(99.0), model.llr(-99.0)) == (MOST_LLR, -MOST_LLR)
    assert model.slope > 0


def test_each_clip_is_scored_once_and_only_so_many(model: SyntheticModel) -> None:
    clips = SpeechClips(model)
    for _ in range(8 * MOST_CLIPS):
        clips.add(clip()[:8000])
    assert len(clips.scores) == MOST_CLIPS
    assert clips.scores[0] == pytest.approx(clips.scores[1])


def machine_call(score: float, monkeypatch: pytest.MonkeyPatch, consents: frozenset[ConsentClass]) -> CallAnalysis:
    monkeypatch.setattr(SyntheticModel, "score", lambda _self, _row: score)
    analysis = CallAnalysis(consents)
    sound = voice(40)
    for second in range(40):
        analysis.caller_audio(sound[second * 8000 : (second + 1) * 8000], second * 1000)
    return analysis


ALL = frozenset(ConsentClass)


def test_the_strongest_finding_only_has_somebody_look(monkeypatch: pytest.MonkeyPatch) -> None:
    report = machine_call(50.0, monkeypatch, ALL).report(40_000)
    assert (report.level, report.reasons, report.complete) == (RiskLevel.OBSERVE, ("SYNTHETIC_INDICATORS",), True)
    signal = next(s for s in report.signals if s.name == "voice.synthetic")
    assert (signal.llr, signal.evidence) == (MOST_LLR, EvidenceLevel.WEAK)


def test_an_ordinary_score_an_assistive_voice_and_a_missing_consent_count_as_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert machine_call(-50.0, monkeypatch, ALL).report(40_000).level is RiskLevel.NONE
    exempt = machine_call(50.0, monkeypatch, ALL)
    exempt.exempt(True)
    assert exempt.report(40_000).level is RiskLevel.NONE
    silent = machine_call(50.0, monkeypatch, ALL - {ConsentClass.VOICE_ANALYSIS})
    assert silent.report(40_000).level is RiskLevel.NONE


def test_what_was_heard_goes_with_the_consent(monkeypatch: pytest.MonkeyPatch) -> None:
    analysis = machine_call(50.0, monkeypatch, ALL)
    analysis.report(40_000)
    analysis.allow({ConsentClass.RECORDING})
    analysis.allow(ALL)
    signal = next(s for s in analysis.report(40_001).signals if s.name == "voice.synthetic")
    assert not signal.assessed


def test_it_can_never_make_a_report_incomplete() -> None:
    assert [rule.gating for rule in RULES] == [False]
