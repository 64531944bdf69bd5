"""What antifraud makes of real people: recordings beside the project, see its README there for sources."""

from __future__ import annotations

from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from antifraud.analysis import CallAnalysis
from antifraud.repeats import DUPLICATE_BELOW, best_match, fingerprint
from antifraud.voice_scores import VoiceScores
from antifraud.voiceprint import SpeakerNetwork, VoiceSpace, cosine
from core.risk import ConsentClass, RiskLevel
from scripts.antifraud.sounds import mulaw, noisy, recordings, through

AUDIO = Path(__file__).parents[3] / "shared" / "audio"
NETWORK = Path(__file__).parents[2] / "data" / "models" / "vosk-model-spk-0.4"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not (AUDIO / "an4.tar").is_file(), reason="no human recordings beside the project"),
]


@cache
def people(count: int = 4) -> dict[str, np.ndarray]:
    """What the first speakers of AN4 say (at most 30 s), over mu-law."""
    found: dict[str, list[np.ndarray]] = {}
    for recording in islice(recordings(AUDIO, "an4"), 14 * count):
        found.setdefault(recording.speaker, []).append(mulaw(recording.samples))
    return {name: np.concatenate(pieces)[: 30 * 8000] for name, pieces in list(found.items())[:count]}


def test_honest_people_are_clear_on_good_and_bad_lines() -> None:
    rng = np.random.default_rng(4)
    for samples in people().values():
        for heard in (samples, noisy(through(samples, "GSM610"), 10, rng)):
            analysis = CallAnalysis({ConsentClass.RECORDING, ConsentClass.VOICE_ANALYSIS})
            analysis.caller_audio(heard, 0)
            report = analysis.report(0)
            assert (report.level, report.complete, report.reasons) == (RiskLevel.NONE, True, ())


def test_a_copy_is_found_through_gsm_and_noise_and_nobody_else_is() -> None:
    rng = np.random.default_rng(5)
    clips = [samples[: 15 * 8000] for samples in people().values()]
    prints = [fingerprint(clip) for clip in clips]
    for index, clip in enumerate(clips):
        copy = fingerprint(noisy(through(clip[4321:], "GSM610"), 10, rng))
        for number, original in enumerate(prints):
            match = best_match(copy, original)
            assert match is not None
            assert (match.error < DUPLICATE_BELOW) == (number == index)


@pytest.mark.skipif(not NETWORK.is_dir(), reason="no speaker network; run: loanline models fetch speaker")
def test_speakers_are_told_apart_where_the_network_is() -> None:
    network, scores = SpeakerNetwork(NETWORK, VoiceSpace.of_the_house()), VoiceScores.of_the_house()
    halves = {name: np.array_split(samples, 2) for name, samples in people().items()}
    prints = [network.voiceprint(half) for pair in halves.values() for half in pair]
    for one in range(len(prints)):
        for two in range(one):
            a, b = prints[one], prints[two]
            assert a is not None
            assert b is not None
            seconds, snr = min(a.seconds, b.seconds), min(a.snr, b.snr)
            same = cosine(a, b) >= scores.list_threshold(seconds, snr, 1)
            assert same == (one // 2 == two // 2), f"{seconds:.0f} s, {snr:.0f} dB"
