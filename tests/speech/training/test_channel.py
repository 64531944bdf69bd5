import numpy as np
import pytest

from speech.training.channel import on_a_line, paced, through_mulaw, with_silence


@pytest.fixture
def sound() -> np.ndarray:
    return np.sin(2 * np.pi * 300 * np.arange(8000) / 8000).astype(np.float32) * 0.3


def test_mulaw_stays_within_its_steps(sound: np.ndarray) -> None:
    heard = through_mulaw(sound)
    assert np.abs(heard - sound).max() < 0.01
    assert len(np.unique(through_mulaw(np.linspace(-1, 1, 50_000, dtype=np.float32)))) == 256


def test_a_pace_changes_length_and_pitch_together(sound: np.ndarray) -> None:
    lengths = set()
    for seed in range(30):
        said = paced(sound, np.random.default_rng(seed))
        lengths.add(len(said))
        peak = np.argmax(np.abs(np.fft.rfft(said))) / len(said) * 8000
        assert peak == pytest.approx(300 * len(sound) / len(said), rel=0.02)
        assert np.abs(said).max() == pytest.approx(0.3, rel=0.1)
    assert len(lengths) > 4


def test_silence_is_often_missing_in_front(sound: np.ndarray) -> None:
    fronts = [np.flatnonzero(with_silence(sound, np.random.default_rng(seed)))[0] for seed in range(60)]
    assert sum(front < 400 for front in fronts) > 15
    assert max(fronts) > 1600


def test_a_seed_repeats_a_line_and_another_makes_another(sound: np.ndarray) -> None:
    first, again, other = (on_a_line(sound, np.random.default_rng(seed), sound) for seed in (5, 5, 6))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_what_arrives_has_the_range_of_sixteen_bits(sound: np.ndarray) -> None:
    for seed in range(40):
        heard = on_a_line(sound, np.random.default_rng(seed), sound)
        assert heard.dtype == np.float32
        assert np.isfinite(heard).all()
        assert 5 < np.abs(heard).max() < 32800


def test_pure_silence_stays_finite() -> None:
    assert np.isfinite(on_a_line(np.zeros(800, np.float32), np.random.default_rng(1), np.zeros(0, np.float32))).all()
