"""What changed from run to run: decisions that flipped, figures that drift, the worst calls. Pure.

A run need not play every call, so a run is compared call by call with the earlier runs of the same call: a short run
moves no figure by what it left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from ivr.quality.runs import CallScore, Run

__all__ = ["Drift", "Flip", "Ranked", "drifts", "field_drifts", "flips", "full_runs", "worst_first"]

#: Runs looked back on for what is usual.
_USUAL = 5


@dataclass(frozen=True, slots=True)
class Flip:
    """A call that was decided otherwise than the last time it was played."""

    name: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class Drift:
    """``change`` of a figure against what is usual for the same calls, over ``compared`` calls. ``state`` is
    ``steady``, ``better`` or ``worse``; ``new`` when nothing can be compared."""

    name: str
    now: float | None
    change: float | None
    compared: int
    state: str


@dataclass(frozen=True, slots=True)
class Ranked:
    """A call of a run with how bad it is; ``flip`` when it was decided otherwise than before."""

    call: CallScore
    badness: float
    flip: Flip | None


def full_runs(runs: Sequence[Run]) -> list[Run]:
    """Those that may stand in one curve: at least half as many calls as the largest."""
    largest = max((len(run.calls) for run in runs), default=0)
    return [run for run in runs if 2 * len(run.calls) >= largest]


def flips(run: Run, earlier: Sequence[Run]) -> tuple[list[Flip], int]:
    """Calls that were decided otherwise than in the last run that played them, and how many could be compared."""
    found, compared = [], 0
    for call in run.calls:
        before = _played(call.name, earlier)
        if before:
            compared += 1
            if before[-1].decision != call.decision:
                found.append(Flip(call.name, before[-1].decision, call.decision))
    return found, compared


def drifts(run: Run, earlier: Sequence[Run]) -> list[Drift]:
    """Word error and share of wrong fields (a change of two points counts), repeats a call (a quarter of a question),
    and the time to answer in milliseconds (a tenth of a second): of each, less is better."""
    return [
        _drift("word_error", run, earlier, lambda call: call.word_error, 0.02),
        _drift("fields_wrong", run, earlier, _fields_wrong, 0.02),
        _drift("reasks", run, earlier, lambda call: float(call.reasks), 0.25),
        _drift("answer_ms", run, earlier, lambda call: call.answer_ms, 100.0),
    ]


def field_drifts(run: Run, earlier: Sequence[Run]) -> list[Drift]:
    """Of each field, the share that was wrong."""

    def wrong(name: str) -> Callable[[CallScore], float | None]:
        return lambda call: None if name not in call.fields else float(not call.fields[name])

    return [_drift(name, run, earlier, wrong(name), 0.02) for name in run.accuracy_by_field]


def worst_first(run: Run, earlier: Sequence[Run]) -> list[Ranked]:
    """Calls by what went wrong in them: what differs from the fixture, a flip, wrong fields, wrong words, repeats."""
    flipped = {flip.name: flip for flip in flips(run, earlier)[0]}
    ranked = [Ranked(call, _badness(call, flipped.get(call.name)), flipped.get(call.name)) for call in run.calls]
    return sorted(ranked, key=lambda each: (-each.badness, each.call.name))


def _badness(call: CallScore, flip: Flip | None) -> float:
    wrong = sum(not right for right in call.fields.values())
    return 10.0 * len(call.differences) + 5.0 * (flip is not None) + 3.0 * wrong + (call.word_error or 0) + call.reasks


def _fields_wrong(call: CallScore) -> float | None:
    return sum(not right for right in call.fields.values()) / len(call.fields) if call.fields else None


def _played(name: str, runs: Sequence[Run]) -> list[CallScore]:
    return [call for run in runs if (call := run.call(name)) is not None]


def _drift(
    name: str, run: Run, earlier: Sequence[Run], figure: Callable[[CallScore], float | None], counts: float
) -> Drift:
    values, changes = [], []
    for call in run.calls:
        now = figure(call)
        if now is None:
            continue
        values.append(now)
        usual = [value for before in _played(call.name, earlier)[-_USUAL:] if (value := figure(before)) is not None]
        if usual:
            changes.append(now - median(usual))
    change = fmean(changes) if changes else None
    state = "new" if change is None else "worse" if change >= counts else "better" if change <= -counts else "steady"
    return Drift(name, fmean(values) if values else None, change, len(changes), state)
