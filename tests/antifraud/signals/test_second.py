from __future__ import annotations

import numpy as np
import pytest

from antifraud.facts import TurnFacts
from antifraud.signals.model import Known, NotAssessed
from antifraud.signals.second import RULES
from core.risk import EvidenceLevel
from tests.antifraud.test_repeats import babble

READ = RULES[0].read


def call(other: float, answers: int = 5, wait_ms: int = 1500) -> Known:
    """Answers of two seconds after a wait; ``other`` is how loud somebody else speaks meanwhile."""
    known, at = Known(), 0
    noise = np.random.default_rng(3)
    for number in range(answers):
        prompt = np.zeros(1600)
        wait = other * babble(wait_ms / 1000, 50 + number).astype(float)
        whole = np.concatenate([prompt, wait, babble(2, number).astype(float)])
        whole += noise.standard_normal(whole.size) * 8
        known.sound.add(np.clip(whole, -32768, 32767).astype(np.int16), at)
        begin = at + 200 + wait_ms
        known.turns.append(TurnFacts("q", at + 200, begin, begin + 2000))
        at += whole.size // 8
    known.sound.flush()
    return known


def test_somebody_beside_the_caller_is_heard_before_the_answers() -> None:
    reading = READ(call(0.12))
    assert reading.value >= 0.8
    assert "somebody or something else" in reading.text
    assert reading.reason_code is None


def test_a_quiet_room_and_a_steady_hum_are_nobody() -> None:
    assert READ(call(0.0)).value == 0
    hum = call(0.0)
    assert "nobody else" in READ(hum).text


def test_without_pauses_there_is_nothing_to_say() -> None:
    with pytest.raises(NotAssessed):
        READ(call(0.12, answers=2))
    with pytest.raises(NotAssessed):
        READ(call(0.12, wait_ms=300))
    with pytest.raises(NotAssessed):
        READ(Known())


def test_it_is_context_only() -> None:
    assert RULES[0].evidence is EvidenceLevel.CONTEXT
