from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from antifraud.analysis import CallAnalysis
from antifraud.facts import TurnFacts
from antifraud.signals.cadence import RULES
from core.risk import ConsentClass, EvidenceLevel, RiskLevel, Signal


def steady(seconds: float, seed: int) -> NDArray[np.int16]:
    """One long noise without a gap."""
    noise = np.random.default_rng(seed).standard_normal(int(seconds * 8000))
    return np.asarray(np.clip(4000 * noise, -32768, 32767), dtype=np.int16)


def told(pause_s: float, text: str = "", answers: int = 3, half_s: float = 2.0, *, by_keys: bool = False) -> Signal:
    """Answers of two halves with a pause between them, in a call with silence before each."""
    analysis, at = CallAnalysis({ConsentClass.RECORDING}), 0
    for number in range(answers):
        halves = [steady(half_s, 2 * number + part) for part in (0, 1)]
        answer = np.concatenate([halves[0], np.zeros(int(pause_s * 8000), dtype=np.int16), halves[1]])
        analysis.caller_audio(np.concatenate([np.zeros(8000, dtype=np.int16), answer]), at)
        begin = at + 1000
        at = begin + answer.size // 8
        analysis.turn(TurnFacts("purpose", begin - 500, begin, at, text=text, by_keys=by_keys))
    analysis.end_of_audio()
    report = analysis.report(at)
    assert report.level is RiskLevel.NONE, "cadence is context"
    return next(signal for signal in report.signals if signal.name == "answer.cadence")


def test_pauses_inside_long_answers_are_counted() -> None:
    fluent, halting = told(0.0), told(0.6)
    assert fluent.value == 0
    assert halting.value == pytest.approx(10 / 4.6, abs=0.1)  # one in each answer of 4.6 s


def test_words_of_hesitation_are_counted_and_never_repeated() -> None:
    signal = told(0.0, "Um well it is for the roof")
    assert "6 words of hesitation" in signal.text
    assert "roof" not in signal.text
    assert "3 words of hesitation" in told(0.0, "嗯 修 房子").text


@pytest.mark.parametrize("more", [{"answers": 1}, {"half_s": 0.8}, {"by_keys": True}])
def test_short_few_or_keyed_answers_say_nothing(more: dict[str, float]) -> None:
    signal = told(0.3, **more)
    assert (signal.assessed, signal.value) == (False, None)


def test_it_says_that_it_may_be_nothing() -> None:
    signal = told(0.0)
    assert (signal.evidence, signal.reason_code, signal.llr) == (EvidenceLevel.CONTEXT, None, None)
    assert "or fluency" in signal.text
    assert [rule.gating for rule in RULES] == [False]
