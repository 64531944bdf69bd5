from __future__ import annotations

from pathlib import Path

import pytest

from antifraud.analysis import CallAnalysis
from antifraud.facts import ChallengeFacts, TurnFacts
from antifraud.signals import challenge
from antifraud.voiceprint import SpeakerNetwork
from antifraud.voices import CallVoices
from core.risk import ConsentClass, RiskLevel
from tests.antifraud import tiny_network
from tests.antifraud.sounds import voice


def level(*heard: str, by_keys: bool = False) -> RiskLevel:
    analysis = CallAnalysis({ConsentClass.RECORDING})
    for text in heard:
        analysis.challenge(ChallengeFacts("48213", text, 0, 4000, by_keys=by_keys))
    return analysis.report(0).level


def test_one_wrong_try_is_no_failure_and_two_ask_for_another_check() -> None:
    assert level("48213") is RiskLevel.NONE
    assert level("48214") is RiskLevel.NONE
    assert level("48214", "48213") is RiskLevel.NONE
    assert level("48214", "") is RiskLevel.STEP_UP
    assert level("48213", by_keys=True) is RiskLevel.NONE


def test_the_digits_are_compared_with_the_rest_of_the_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = SpeakerNetwork(tiny_network.write(tmp_path / "network"), None)
    analysis = CallAnalysis(frozenset(ConsentClass), network=network)
    analysis.caller_audio(voice(20), 0)
    analysis.turn(TurnFacts("name", 0, 0, 9000))
    analysis.turn(TurnFacts("challenge", 10_000, 10_000, 19_000))
    analysis.challenge(ChallengeFacts("48213", "48213", 10_000, 19_000))
    signals = {signal.name: signal for signal in analysis.report(0).signals}
    assert signals["challenge.voice"].value == pytest.approx(1, abs=0.05)
    monkeypatch.setattr(challenge, "cosine", lambda said, rest: -0.4)
    report = analysis.report(0)
    assert "CHALLENGE_FAILED" in report.reasons
    assert report.level <= RiskLevel.STEP_UP


def test_the_answer_is_not_compared_with_itself(tmp_path: Path) -> None:
    voices = CallVoices(SpeakerNetwork(tiny_network.write(tmp_path / "network"), None))
    voices.audio(voice(10), 0)
    voices.turn(TurnFacts("challenge", 0, 0, 9000))
    voices.settle()
    said, rest = voices.answer_and_rest(0, 9000)
    assert said is not None
    assert rest is None
