"""The bench of hearing: how the rival's figures join the line's own, and what a run that was cut short leaves."""

from __future__ import annotations

import json
from concurrent.futures import Future

import numpy as np
import pytest

from scripts.speech.bench import Report, rival_row
from scripts.speech.material import Said
from scripts.speech.rival import RivalHeard, bigram
from speech.answers.model import Kind

SAID = [
    Said(Kind.DIGITS, "one two three four", "a", "human digits", np.zeros(0, np.int16), 4),
    Said(Kind.AMOUNT, "two thousand", "a", "human digits", np.zeros(0, np.int16)),
]


def test_the_rival_is_judged_by_what_its_words_mean() -> None:
    found = rival_row(SAID, RivalHeard(["one two three five", "two thousand dollars"], 3.0, 6.0, 0))
    assert found["rival_answers"] == 2
    assert (found["rival_slots"], found["rival_digit_strings"]) == (0.5, 0.0)
    assert found["rival_word_error"] == pytest.approx(2 / 6)
    assert found["rival_cpu_per_audio_s"] == pytest.approx(0.5)


def test_rows_are_on_disk_before_the_rival_is_through_and_hold_it_after(tmp_path) -> None:
    report, slow = Report(tmp_path), Future()
    own = report.ours({"set": "human digits", "line": "clean", "answers": 2, "slots": 1.0})
    report.rivals(own, SAID, slow)
    assert report.keep() == 0
    (kept,) = json.loads((tmp_path / "bench.json").read_text())["This line"]
    assert "rival_slots" not in kept
    slow.set_result(RivalHeard(["one two three four", "two thousand"], 1.0, 2.0, 1))
    assert report.rows_to_come == 1
    assert report.keep(patient=True) == 1
    (kept,) = json.loads((tmp_path / "bench.json").read_text())["This line"]
    assert kept["rival_slots"] == 1.0
    assert "its right" in (tmp_path / "bench.md").read_text()
    assert report.rows_to_come == 0
    assert report.keep(patient=True) == 0, "each answer is counted once"


def test_the_rivals_grammar_lets_words_of_phrases_follow_each_other() -> None:
    model = bigram(["one two", "two one", "two", "unheard of"], lambda word: word != "unheard")
    assert "ngram 1=4" in model
    assert "\tone two" in model
    assert "unheard" not in model
