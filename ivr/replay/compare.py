"""Is a replayed call what its fixture expects? Differences, word error, latency by part."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jiwer

from antifraud.typologies import fitting
from core.events import TranscriptLine
from core.risk import Band, RiskReport
from ivr.replay.caller import Said
from ivr.replay.manifest import Expect
from ivr.replay.result import CallResult, Played, TurnTiming

__all__ = ["Difference", "Spread", "Verdict", "check_slots", "judge", "spread", "word_error"]

PARTS = ("heard", "decode", "think", "answer")
_LATE_MS = 600  # a transcript may begin or end this much outside the spoken words


@dataclass(frozen=True, slots=True)
class Difference:
    """``what`` was expected to be ``expected`` and was ``got``; both as text for people."""

    what: str
    expected: str
    got: str


@dataclass(frozen=True, slots=True)
class Spread:
    """Milliseconds over ``count`` answers; p95 by nearest rank."""

    count: int
    median: float
    p95: float


@dataclass(frozen=True, slots=True, repr=False)
class Verdict:
    """``word_error`` is ``None`` where the fixture says no words. ``latency`` has a spread for each part that was
    measured: heard, decode, think, and answer, their sum."""

    played: Played
    differences: tuple[Difference, ...]
    word_error: float | None
    latency: Mapping[str, Spread]

    @property
    def ok(self) -> bool:
        return not self.differences


def _plain(text: str) -> str:
    """Lower case, letters, digits and apostrophes only."""
    return " ".join(re.sub(r"[^\w']+", " ", text.lower()).split())


def word_error(said: Sequence[Said], lines: Sequence[TranscriptLine]) -> float | None:
    """Wrong, missing and invented words of all turns over the words said (may exceed 1).

    Each line of the caller belongs to the turn it overlaps most; a turn that was taken down as hidden is left out;
    words heard where nobody spoke count as invented.
    """
    heard: dict[int, list[str]] = {n: [] for n, item in enumerate(said) if item.words is not None}
    secret: set[int] = set()
    invented = 0
    for line in sorted((line for line in lines if line.who == "caller"), key=lambda line: line.start_ms):
        overlap, place = max(
            (
                (min(line.end_ms, item.end_ms + _LATE_MS) - max(line.start_ms, item.start_ms - _LATE_MS), n)
                for n, item in enumerate(said)
            ),
            default=(0, -1),
        )
        if line.status == "hidden" and overlap > 0:
            secret.add(place)
        elif line.status == "final" and overlap > 0 and place in heard:
            heard[place].append(line.text)
        elif line.status == "final":
            invented += len(_plain(line.text).split())
    pairs = [(_plain(said[n].words or ""), _plain(" ".join(heard[n]))) for n in heard if n not in secret]
    pairs = [pair for pair in pairs if pair[0]]
    if not pairs:
        return None
    words = jiwer.process_words([reference for reference, _ in pairs], [heard for _, heard in pairs])
    wrong = words.substitutions + words.deletions + words.insertions + invented
    return float(wrong / sum(len(reference.split()) for reference, _ in pairs))


def spread(turns: Iterable[TurnTiming]) -> dict[str, Spread]:
    """Median and 95th percentile of each part of the answer time."""
    all_turns = list(turns)
    if not all_turns:
        return {}
    out = {}
    for part in PARTS:
        values = sorted(float(getattr(turn, f"{part}_ms")) for turn in all_turns)
        out[part] = Spread(len(values), statistics.median(values), values[math.ceil(0.95 * len(values)) - 1])
    return out


def check_slots(expect: Expect, slots: Mapping[str, Any]) -> list[Difference]:
    """Expected slots that are missing or other, and slots that should not have been taken."""
    out = []
    for name, value in expect.slots.items():
        got = slots.get(name)
        if got != value or isinstance(got, bool) != isinstance(value, bool):
            out.append(Difference(name, str(value), "nothing" if got is None else str(got)))
    out += [Difference(name, "nothing", "a value") for name in expect.unheard if slots.get(name) is not None]
    return out


def judge(played: Played) -> Verdict:
    """Compare everything the fixture expects; a call that broke, or a turn that names its prompt exactly and was never
    asked for, is a difference too."""
    expect = played.fixture.expect
    result = played.result or CallResult(None)
    # Nothing is written down before the caller agreed to it: then there are no words to compare. What the carrier heard
    # has no place in a recording, so a call that was partly a form is not compared by words either.
    channel = played.fixture.channel
    by_stream = channel.stream and not channel.breaks
    error = word_error(played.said, result.lines) if result.lines and by_stream else None
    latency = spread(result.turns)
    out = [Difference("the call", "to be dealt with", played.error)] if played.error else []
    if expect.ends is not None and expect.ends != played.ended:
        out.append(Difference("ends", expect.ends, played.ended))
    cut = tuple(prompt.prompt_id for prompt in played.heard if prompt.flushed)
    if expect.cut_short is not None and expect.cut_short != cut:
        out.append(Difference("prompts cut short", ", ".join(expect.cut_short) or "none", ", ".join(cut) or "none"))
    if played.result is not None:
        out += _of_the_line(expect, result)
        if expect.word_error_at_most is not None and error is not None and error > expect.word_error_at_most:
            out.append(Difference("word error", f"at most {expect.word_error_at_most:.2f}", f"{error:.2f}"))
        slow = latency.get("answer")
        if expect.answer_ms_at_most is not None and slow is not None and slow.p95 > expect.answer_ms_at_most:
            out.append(
                Difference("answer time (p95)", f"at most {expect.answer_ms_at_most:.0f} ms", f"{slow.p95:.0f} ms")
            )
    for number in played.unused:
        when = played.fixture.turn[number].when
        if not set(when) & set("*?["):
            out.append(Difference(f"turn {number + 1}", f"asked by {when}", "never asked"))
    return Verdict(played, tuple(out), error, latency)


def _of_the_line(expect: Expect, result: CallResult) -> list[Difference]:
    out = []
    decision = dict(result.decision or {})
    if expect.outcome is not None and expect.outcome != result.outcome:
        out.append(Difference("outcome", expect.outcome, str(result.outcome)))
    if expect.decision is not None and expect.decision != decision.get("outcome"):
        out.append(Difference("decision", expect.decision, str(decision.get("outcome", "none"))))
    codes = {reason.get("code") for reason in decision.get("reasons", ())}
    out += [Difference("reasons", code, "not among them") for code in expect.reasons if code not in codes]
    out += check_slots(expect, result.slots)
    out += _of_risk(expect, result.risk)
    counts = (
        ("prompts", expect.prompts_at_most, len(result.prompts)),
        ("questions put again", expect.reasks_at_most, result.reasks),
    )
    out += [
        Difference(what, f"at most {most}", str(got)) for what, most, got in counts if most is not None and got > most
    ]
    return out


def _of_risk(expect: Expect, risk: RiskReport | None) -> list[Difference]:
    out = []
    if risk is not None and expect.risk_band_at_most is not None and risk.level > _level(expect.risk_band_at_most):
        out.append(Difference("risk band", f"at most {expect.risk_band_at_most}", risk.band.value))
    if expect.risk_band_at_least is not None and (risk is None or risk.level < _level(expect.risk_band_at_least)):
        got = "none" if risk is None else risk.band.value
        out.append(Difference("risk band", f"at least {expect.risk_band_at_least}", got))
    found = [] if risk is None else [s.name for s in risk.signals if s.assessed and (s.value or 0) > 0]
    named = (
        ("risk reasons", expect.risk_reasons, () if risk is None else risk.reasons),
        ("risk signals", expect.risk_signals, found),
        ("typologies", expect.typologies, () if risk is None else [each.name for each in fitting(risk)]),
    )
    return out + [
        Difference(what, one, "not among them") for what, wanted, got in named for one in wanted if one not in got
    ]


def _level(band: str) -> int:
    return [each.value for each in Band].index(band)
