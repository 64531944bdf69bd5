"""How the caller answers: latency against the caller's own baseline, regularity, corrections. Context only.

People who stammer, translate in their head, read from a card or use an assistive voice answer differently; so these
are described to a person and carry no points.
"""

from __future__ import annotations

from statistics import mean, median, pstdev

from antifraud.signals.model import Known, NotAssessed, Reading, Rule
from core.risk import ConsentClass, EvidenceLevel

__all__ = ["RULES"]

BASELINE = 3
REGULAR = 5


def _latencies(known: Known) -> list[int]:
    """Silence between the end of the question and the answer; barge-ins and keyed answers have none."""
    spoken = (turn for turn in known.turns if not turn.by_keys)
    return [t.speech_start_ms - t.prompt_end_ms for t in spoken if t.speech_start_ms >= t.prompt_end_ms]


def _latency(known: Known) -> Reading:
    seen = _latencies(known)
    if len(seen) <= BASELINE:
        raise NotAssessed(f"needs {BASELINE} spoken answers as this caller's own baseline")
    usual, last = max(100.0, median(seen[:-1])), float(seen[-1])
    return Reading(last / usual, "x", f"answered after {last / 1000:.1f} s; usual for this caller {usual / 1000:.1f} s")


def _regularity(known: Known) -> Reading:
    seen = _latencies(known)
    if len(seen) < REGULAR:
        raise NotAssessed(f"needs {REGULAR} spoken answers")
    spread = pstdev(seen) / max(100.0, mean(seen))
    return Reading(spread, "ratio", f"answer times vary by {spread:.0%} of their mean")


def _corrections(known: Known) -> Reading:
    if not any(turn.identity_field for turn in known.turns):
        raise NotAssessed("no identity question answered yet")
    count = sum(turn.corrected for turn in known.turns if turn.identity_field)
    times = {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")
    return Reading(float(count), "count", f"the caller changed identity data {times}")


RULES = (
    Rule("answer.latency", ConsentClass.RECORDING, EvidenceLevel.CONTEXT, _latency),
    Rule("answer.regularity", ConsentClass.RECORDING, EvidenceLevel.CONTEXT, _regularity),
    Rule("identity.corrections", ConsentClass.RECORDING, EvidenceLevel.CONTEXT, _corrections),
)
