"""Synthetic callers for training; the voice is flite where it is installed, else nobody speaks."""

from __future__ import annotations

import random
import shutil
from itertools import groupby

import pytest

from scripts.speech.callers import SHARES, callers
from speech.training.sentences import Sayer, sayings


@pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")
def test_every_installed_voice_says_sentences_of_the_line() -> None:
    found = list(callers(2, 7, ""))
    assert {voice: len(list(said)) for voice, said in groupby(found, lambda one: one.speaker)} == {
        "slt": 2,
        "rms": 2,
        "awb": 2,
    }
    assert all(len(one.samples) > 1500 and one.words and not one.dev for one in found)


def test_the_kinds_are_kinds_of_sentences() -> None:
    assert set(SHARES) <= set(sayings()["frames"])
    assert Sayer(random.Random(1)).sentence(SHARES)
