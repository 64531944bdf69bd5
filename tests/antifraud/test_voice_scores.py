from __future__ import annotations

import itertools

import pytest

from antifraud.voice_scores import VoiceScores

SECONDS = [1.0, 2.0, 2.5, 4.0, 5.0, 7.0, 10.0, 60.0]


def test_more_alike_is_never_less_likely_the_same() -> None:
    scores = VoiceScores.of_the_house()
    for seconds in SECONDS:
        values = [scores.llr(step / 50, seconds, 30) for step in range(-50, 51)]
        assert values == sorted(values)
        assert (values[0], values[-1]) == (-5.0, 5.0)


def test_fewer_alarms_and_longer_lists_need_more_likeness() -> None:
    scores = VoiceScores.of_the_house()
    for seconds in SECONDS:
        one, ten, thousand = (scores.list_threshold(seconds, 30, size) for size in (1, 10, 1000))
        assert scores.threshold(seconds, 30) < one < ten < thousand


@pytest.mark.parametrize("seconds", SECONDS)
def test_a_mismatch_is_never_also_a_match(seconds: float) -> None:
    scores = VoiceScores.of_the_house()
    assert scores.mismatch_threshold(seconds) < scores.threshold(seconds, 30)


def test_longer_speech_tells_more() -> None:
    scores = VoiceScores.of_the_house()
    gaps = [scores._at(scores.same_mean, s) - scores.threshold(s, 30) for s in SECONDS]
    assert all(longer >= shorter for shorter, longer in itertools.pairwise(gaps))


def test_noise_asks_for_more_likeness_and_tells_less() -> None:
    scores = VoiceScores.of_the_house()
    thresholds = [scores.threshold(5, snr) for snr in (30, 25, 20, 15, 12)]
    assert thresholds == sorted(thresholds)
    assert thresholds[0] < thresholds[-1]
    assert scores.llr(0.5, 5, 12) < scores.llr(0.5, 5, 30)
