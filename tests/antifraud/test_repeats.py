from __future__ import annotations

import numpy as np
import pytest

from antifraud.analysis import CallAnalysis
from antifraud.archive import SoundArchive
from antifraud.facts import TurnFacts
from antifraud.own_answers import OwnAnswers
from antifraud.repeats import DUPLICATE_BELOW, CallPrint, Fingerprint, best_match, fingerprint
from core.risk import ConsentClass, RiskLevel


def babble(seconds: float, seed: int) -> np.ndarray:
    """Sound with the changing spectrum of speech: noise through resonances that move several times a second."""
    rng = np.random.default_rng(seed)
    pieces = []
    while sum(map(len, pieces)) < seconds * 8000:
        time = np.arange(int(rng.integers(600, 1800))) / 8000
        piece = sum(
            rng.uniform(0.2, 1) * np.sin(2 * np.pi * f * time + 6 * rng.random()) for f in rng.uniform(250, 3300, 9)
        )
        pieces.append(piece * np.hanning(time.size) ** 0.3)
    wave = np.concatenate(pieces)[: int(seconds * 8000)]
    wave = wave * (np.sin(2 * np.pi * 0.4 * np.arange(wave.size) / 8000) > -0.7)
    return np.asarray(np.clip(2500 * wave + 20 * rng.standard_normal(wave.size), -32768, 32767), dtype=np.int16)


def copy(samples: np.ndarray, seed: int = 9) -> np.ndarray:
    """The same recording later, quieter, over a noisy line."""
    noise = np.random.default_rng(seed).standard_normal(samples.size) * samples.std() / 4
    return np.asarray(0.6 * samples[777:] + 0.6 * noise[777:], dtype=np.int16)


def test_a_copy_is_found_and_placed() -> None:
    whole = babble(20, 1)
    match = best_match(fingerprint(copy(whole[40_000:])), fingerprint(whole))
    assert match is not None
    assert match.error < DUPLICATE_BELOW - 0.05
    assert match.other_at_ms - match.at_ms == pytest.approx(5000 + 777 / 8, abs=17)


def test_other_sound_is_no_copy() -> None:
    here = fingerprint(babble(15, 2))
    matches = [best_match(here, fingerprint(babble(15, seed))) for seed in range(3, 9)]
    assert all(match is not None and match.error > DUPLICATE_BELOW for match in matches)


def test_silence_and_scraps_say_nothing() -> None:
    long = fingerprint(babble(10, 1))
    for samples in (np.zeros(80_000, dtype=np.int16), babble(2, 1), babble(0.1, 1)):
        assert best_match(fingerprint(samples), long) is None
        assert best_match(long, fingerprint(samples)) is None


def test_pieces_give_the_same_fingerprint_as_the_whole() -> None:
    samples = babble(5, 1)
    track = CallPrint()
    for start in range(0, samples.size, 800):
        track.add(samples[max(0, start - 160) : start + 800], max(0, start - 160) // 8)
    np.testing.assert_array_equal(track.fingerprint().signs, fingerprint(samples).signs)


def test_packed_and_unpacked_is_the_same() -> None:
    original = fingerprint(babble(4, 1))
    packed = original.pack()
    assert len(packed) == 5 * len(original.signs)
    np.testing.assert_array_equal(Fingerprint.unpack(packed).signs, original.signs)


def test_our_own_prompt_in_the_track_is_left_out() -> None:
    prompt, caller = babble(8, 20), babble(8, 21)
    track = fingerprint(np.concatenate([caller, (0.5 * prompt).astype(np.int16)]))
    left = track.without([fingerprint(prompt)])
    assert np.count_nonzero(left.signs[: 7 * 62, 0]) == np.count_nonzero(track.signs[: 7 * 62, 0])
    assert np.count_nonzero(left.signs[9 * 62 :, 0]) < 0.2 * np.count_nonzero(track.signs[9 * 62 :, 0])


def test_each_answer_is_compared_once_its_sound_is_there() -> None:
    track, answers = CallPrint(), OwnAnswers()
    first = babble(3, 1)
    track.add(first, 0)
    answers.turn(TurnFacts("a", 0, 0, 2700))
    answers.turn(TurnFacts("b", 3000, 3000, 5700))
    answers.settle(track)
    assert answers.closest is None
    track.add(first, 3000)
    track.add(np.zeros(4000, dtype=np.int16), 6000)
    answers.settle(track)
    assert answers.closest is not None
    assert answers.closest.error < 0.1
    found = answers.closest
    answers.settle(track)
    assert answers.closest is found


def analysed(samples: np.ndarray, start_ms: int = 0) -> CallAnalysis:
    analysis = CallAnalysis({ConsentClass.RECORDING})
    analysis.caller_audio(samples, start_ms)
    return analysis


def test_a_recording_played_to_us_again_holds_the_application() -> None:
    earlier = analysed(babble(15, 1)).fingerprint()
    again = analysed(copy(babble(15, 1)), 3000)
    assert again.report(0).level is RiskLevel.NONE
    again.known_audio(SoundArchive([analysed(babble(15, 2)).fingerprint(), earlier]))
    report = again.report(0)
    assert report.reasons == ("AUDIO_DUPLICATE",)
    assert report.level >= RiskLevel.STEP_UP
    again.prompt(babble(15, 1))
    again.known_audio(SoundArchive([earlier]))
    assert again.report(0).level is RiskLevel.NONE, "the line's own voice, leaking back, was taken for a copy"


def test_a_machine_voice_that_is_known_is_exempt() -> None:
    earlier = analysed(babble(15, 1)).fingerprint()
    again = analysed(copy(babble(15, 1)), 3000)
    again.known_audio(SoundArchive([earlier]))
    again.exempt(True)
    report = again.report(0)
    signals = {signal.name: signal for signal in report.signals}
    assert (report.level, report.complete) == (RiskLevel.NONE, True)
    assert "assistive voice" in signals["audio.duplicate"].text


def test_an_answer_that_is_a_copy_of_another_is_only_observed() -> None:
    answer = babble(3, 1)
    for second, expected in ((copy(answer), RiskLevel.OBSERVE), (babble(3, 2), RiskLevel.NONE)):
        analysis = analysed(np.concatenate([answer, np.zeros(8000, dtype=np.int16), second]), 2000)
        analysis.turn(TurnFacts("a", 2000, 2000, 5000))
        analysis.turn(TurnFacts("b", 6000, 6000, 8800))
        assert analysis.report(9000).level is expected
