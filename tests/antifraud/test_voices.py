from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from antifraud.analysis import CallAnalysis
from antifraud.facts import TurnFacts
from antifraud.voice_scores import LIST_SECONDS
from antifraud.voiceprint import SpeakerNetwork, Voiceprint
from antifraud.voices import CallVoices, KnownVoice, stock_voices
from core.risk import ConsentClass, RiskReport, Signal
from tests.antifraud import tiny_network
from tests.antifraud.sounds import voice

ALL = frozenset(ConsentClass)


@pytest.fixture
def network(tmp_path: Path) -> SpeakerNetwork:
    return SpeakerNetwork(tiny_network.write(tmp_path / "network"), None)


def turn(start_ms: int, end_ms: int, by_keys: bool = False) -> TurnFacts:
    return TurnFacts("q", start_ms, start_ms, end_ms, by_keys=by_keys)


def signals(report: RiskReport) -> dict[str, Signal]:
    return {signal.name: signal for signal in report.signals}


def call(network: SpeakerNetwork | None, consents: frozenset[ConsentClass] = ALL) -> CallAnalysis:
    analysis = CallAnalysis(consents, network=network)
    analysis.turn(turn(0, 20_000))
    analysis.caller_audio(voice(21), 0)
    return analysis


def test_an_answer_is_taken_in_once_its_audio_is_there(network: SpeakerNetwork) -> None:
    voices = CallVoices(network)
    voices.turn(turn(0, 6000))
    voices.audio(voice(3), 0)
    voices.settle()
    assert voices.whole() is None
    voices.audio(voice(4), 3000)
    voices.settle()
    first = voices.whole()
    assert first is not None
    voices.settle()
    again = voices.whole()
    assert again is not None
    assert again.seconds == first.seconds, "an answer was counted twice"


def test_keyed_answers_hold_no_voice(network: SpeakerNetwork) -> None:
    voices = CallVoices(network)
    voices.audio(voice(6), 0)
    voices.turn(turn(0, 6000, by_keys=True))
    voices.settle()
    assert voices.whole() is None


def test_only_the_last_minute_of_samples_is_held(network: SpeakerNetwork) -> None:
    voices = CallVoices(network)
    piece = voice(10)
    for start in range(0, 200_000, 10_000):
        voices.audio(piece, start)
        voices.settle()
    assert voices._samples.size == 60 * 8000
    voices.turn(turn(195_000, 199_000))
    voices.settle()
    assert voices.whole() is not None


def test_halves_do_not_overlap(network: SpeakerNetwork) -> None:
    voices = CallVoices(network)
    voices.audio(voice(24), 0)
    voices.turn(turn(0, 12_000))
    voices.settle()
    assert voices.early_and_late(5) is None
    voices.turn(turn(12_000, 24_000))
    voices.settle()
    halves = voices.early_and_late(5)
    assert halves is not None
    assert min(half.seconds for half in halves) >= 5


def test_no_voiceprint_without_the_biometric_consent(network: SpeakerNetwork) -> None:
    analysis = call(network, frozenset({ConsentClass.RECORDING, ConsentClass.VOICE_ANALYSIS}))
    assert analysis.voiceprint() is None
    assert "consent to biometric" in signals(analysis.report(0))["voice.other_identity"].text
    analysis = call(network)
    assert analysis.voiceprint() is not None
    analysis.allow({ConsentClass.RECORDING})
    assert analysis.voiceprint() is None, "the consent is gone, the print is not"


def test_without_the_network_nothing_is_claimed() -> None:
    report = call(None).report(0)
    assert report.complete
    assert "no speaker network" in signals(report)["voice.change"].text


def test_a_voice_known_under_another_identity_holds(network: SpeakerNetwork) -> None:
    analysis = call(network)
    own = analysis.voiceprint()
    assert own is not None
    assert own.seconds >= 8
    opposite = Voiceprint(-own.vector, own.seconds, own.snr)
    analysis.known_voices([KnownVoice("other_identity", opposite), KnownVoice("enrolled", own)])
    report = analysis.report(0)
    assert report.reasons == ()
    assert signals(report)["voice.enrolled"].text == "in keeping with the earlier calls"
    analysis.known_voices([KnownVoice("other_identity", own), KnownVoice("enrolled", opposite)])
    report = analysis.report(0)
    assert set(report.reasons) == {"VOICE_SEEN_OTHER_IDENTITY", "VOICE_MISMATCH_ENROLLED"}
    assert report.band == "hold"
    assert report.complete


def test_a_short_earlier_voice_is_not_compared(network: SpeakerNetwork) -> None:
    analysis = call(network)
    own = analysis.voiceprint()
    assert own is not None
    analysis.known_voices([KnownVoice("other_identity", Voiceprint(own.vector, 4.0, own.snr))])
    assert not signals(analysis.report(0))["voice.other_identity"].assessed


def test_noise_on_either_line_is_no_ground_to_compare(network: SpeakerNetwork) -> None:
    analysis = call(network)
    own = analysis.voiceprint()
    assert own is not None
    analysis.known_voices([KnownVoice("other_identity", Voiceprint(own.vector, own.seconds, 17.0))])
    assert not signals(analysis.report(0))["voice.other_identity"].assessed
    strange = Voiceprint(-own.vector, own.seconds, own.snr - 10)
    analysis.known_voices([KnownVoice("enrolled", strange)])
    assert "another kind of line" in signals(analysis.report(0))["voice.enrolled"].text


def test_a_network_that_breaks_holds(network: SpeakerNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    analysis = call(network)
    monkeypatch.setattr(SpeakerNetwork, "stats", lambda self, samples: np.zeros(0) @ np.zeros(1))
    assert not analysis.report(0).complete


def test_the_list_of_machines_holds_voices_of_machines_only() -> None:
    listed = stock_voices()
    assert len(listed) >= 15
    assert {known.kind for known in listed} == {"listed"}
    for known in listed:
        assert np.linalg.norm(known.voiceprint.vector) == pytest.approx(1.0, abs=1e-3)
        assert known.voiceprint.seconds >= LIST_SECONDS
