"""Which answers a threshold takes, and which of these are wrong."""

from __future__ import annotations

import numpy as np

from scripts.speech.listening import Heard, Line
from scripts.speech.material import Said
from scripts.speech.scoring import Judged, judge
from scripts.speech.thresholds import row
from speech.answers.model import Kind
from speech.recognizer import Transcript, Word


def judged(said: str, heard: str, noise: float | None = None) -> Judged:
    words = tuple(Word(word, 0, 300, 0.95) for word in heard.split())
    answer = Said(Kind.YES_NO, said, "somebody", "test", np.zeros(8, np.int16))
    return judge(Heard(answer, Line(noise), b"", cut_off=False, transcript=Transcript(heard, words, 0.95)))


ANSWERS = [
    judged("yes", "yes"), judged("no", "no", 20.0), judged("yes", "no", 10.0), judged("", "yes"), judged("no", "", 15.0)
]  # fmt: skip


def test_a_low_threshold_takes_all_that_was_heard_and_counts_the_wrong() -> None:
    assert row(ANSWERS, Kind.YES_NO, 0.0) == (1.0, 4, 2)


def test_a_threshold_of_one_takes_nothing_and_other_kinds_do_not_count() -> None:
    assert row(ANSWERS, Kind.YES_NO, 1.0) == (0.0, 0, 0)
    assert row(ANSWERS, Kind.DATE, 0.0) == (0.0, 0, 0)
