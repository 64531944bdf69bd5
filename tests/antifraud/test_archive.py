from __future__ import annotations

import numpy as np
import pytest

from antifraud.archive import DuplicateSearch, SoundArchive
from antifraud.facts import TurnFacts
from antifraud.repeats import DUPLICATE_BELOW, CallPrint, best_match, fingerprint
from tests.antifraud.test_repeats import babble, copy

LENGTH = 375


def test_the_quick_search_finds_the_place_that_the_thorough_one_finds() -> None:
    whole = babble(40, 1)
    earlier = [fingerprint(babble(30, seed)) for seed in range(2, 12)]
    archive = SoundArchive([*earlier[:6], fingerprint(whole), *earlier[6:]])
    stretch = fingerprint(copy(whole[80_000 : 80_000 + 64_000]))
    thorough = best_match(stretch, fingerprint(whole))
    found = archive.find(stretch.signs[:LENGTH])
    assert found is not None
    assert thorough is not None
    match, owner = found
    assert owner == 6
    assert match.error == pytest.approx(thorough.error, abs=0.03)
    assert match.other_at_ms == pytest.approx(10_000 + 777 / 8, abs=34)


def test_strangers_stay_above_the_limit() -> None:
    archive = SoundArchive([fingerprint(babble(30, seed)) for seed in range(2, 22)])
    found = archive.find(fingerprint(babble(8, 1)).signs[:LENGTH])
    assert found is not None
    assert found[0].error > DUPLICATE_BELOW


def test_no_stretch_runs_from_one_recording_into_the_next() -> None:
    samples = babble(8, 1)
    archive = SoundArchive([fingerprint(samples[:26_000]), fingerprint(samples[26_000:])])
    found = archive.find(fingerprint(samples).signs[:LENGTH])
    assert found is None or found[0].seconds < 5


def test_each_stretch_is_asked_about_once(monkeypatch: pytest.MonkeyPatch) -> None:
    archive = SoundArchive([fingerprint(babble(20, 1))])
    asked: list[int] = []
    real = archive.find
    monkeypatch.setattr(
        SoundArchive, "find", lambda self, block, least=187: asked.append(len(block)) or real(block, least)
    )
    search, track = DuplicateSearch(archive), CallPrint()
    samples = copy(babble(20, 1))
    for second in range(18):
        track.add(samples[second * 8000 : (second + 1) * 8000], second * 1000)
        search.settle(track)
    assert 3 <= len(asked) <= 6
    assert search.best is not None
    assert search.best.error < DUPLICATE_BELOW


def test_an_empty_archive_and_silence_say_nothing() -> None:
    track = CallPrint()
    track.add(np.zeros(80_000, dtype=np.int16))
    for archive in (SoundArchive(), SoundArchive([fingerprint(babble(10, 1))])):
        search = DuplicateSearch(archive)
        search.settle(track)
        assert search.best is None


def fair_line(samples: np.ndarray, seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).standard_normal(samples.size) * samples.std() / 12
    return np.asarray(0.7 * samples + noise, dtype=np.int16)


def test_short_answers_count_together_when_they_come_from_one_call() -> None:
    """Two answers of two seconds each: copies out of one earlier call, out of two, and no copies."""
    first, second, other = babble(2.4, 31), babble(2.4, 32), babble(2.4, 33)
    silence = np.zeros(12_000, dtype=np.int16)
    whole = fingerprint(np.concatenate([first, silence, second]))
    halves = [fingerprint(np.concatenate([clip, silence])) for clip in (first, second)]
    rest = [fingerprint(babble(20, seed)) for seed in range(2, 6)]
    for earlier, said, expected in (
        ([*rest, whole], (first, second), 2),
        ([*rest, *halves], (first, second), 0),
        ([*rest, whole], (first, other), 0),
    ):
        search, track = DuplicateSearch(SoundArchive(earlier)), CallPrint()
        for number, clip in enumerate(said):
            track.add(np.concatenate([fair_line(clip, number), silence]), number * 4000)
            search.turn(TurnFacts("q", number * 4000, number * 4000, number * 4000 + 2200))
            search.settle(track)
        assert len(search.answers) == expected
