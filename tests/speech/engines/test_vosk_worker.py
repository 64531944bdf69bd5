"""The parts of the worker that need no model."""

import pytest

from speech.engines.vosk_worker import known_phrases, model_rate
from speech.models import COMMITTED

KNOWN = dict.fromkeys(("two", "hundred", "home"), True) | dict.fromkeys(("frob", "zyx"), False)


@pytest.mark.parametrize(
    ("phrases", "kept", "missing"),
    [
        (["two hundred", "two"], ["two hundred", "two"], []),
        (["two frob hundred"], ["two", "hundred"], ["frob"]),
        (["frob two hundred zyx"], ["two hundred"], ["frob", "zyx"]),
        (["frob", "zyx frob"], [], ["frob", "zyx"]),
        (["two", "home", "two", "two"], ["two", "home", "two", "two"], []),
        (["two", "frob two", "two frob hundred", "hundred zyx"], ["two", "hundred"], ["frob", "zyx"]),
    ],
)
def test_an_unknown_word_splits_its_phrase_and_weights_stay(phrases, kept, missing):
    assert known_phrases(phrases, KNOWN) == (kept, missing)


@pytest.mark.parametrize(
    ("conf", "rate"),
    [
        ("--sample-frequency=8000\n", 8000),
        ("--sample-frequency=16000\n--allow-upsample=true\n", 8000),
        ("--use-energy=false\n--sample-frequency=16000\n--allow-downsample=true\n", 16_000),
        ("--allow-downsample=true\n", 16_000),
    ],
)
@pytest.mark.parametrize("place", ["conf/mfcc.conf", "mfcc.conf"])
def test_a_model_is_fed_at_a_rate_it_takes(tmp_path, place, conf, rate):
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).write_text(conf)
    assert model_rate(tmp_path) == rate


def test_without_a_front_end_description_sixteen_kilohertz_is_assumed(tmp_path):
    assert model_rate(tmp_path) == 16_000
    assert model_rate(COMMITTED / "en-phone") == 8000
