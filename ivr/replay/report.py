"""The replay report: one JSON document, a table for the terminal, and a self-contained HTML page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from importlib import resources
from typing import Any

import jinja2
from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from antifraud.typologies import fitting
from ivr.replay.compare import Spread, Verdict, spread

__all__ = ["as_html", "as_json", "as_table"]


def as_json(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Everything measured, ready for ``json.dumps``. ``ok`` is True when no call differs from its fixture."""
    calls = [_call(verdict) for verdict in verdicts]
    turns = [turn for verdict in verdicts if verdict.played.result for turn in verdict.played.result.turns]
    slots = [slot for call in calls for slot in call["slots"]]
    stream = sum(verdict.played.stream_ms for verdict in verdicts) / 1000
    return {
        "ok": all(verdict.ok for verdict in verdicts),
        "totals": {
            "calls": len(calls),
            "as_expected": sum(verdict.ok for verdict in verdicts),
            "slots_expected": sum(slot["expected"] is not None for slot in slots),
            "slots_right": sum(slot["expected"] is not None and slot["ok"] for slot in slots),
            "stream_seconds": round(stream, 1),
        },
        "latency_ms": _spreads(spread(turns)),
        "calls": calls,
    }


def _spreads(parts: Any) -> dict[str, dict[str, float]]:
    return {part: {"count": s.count, "median": round(s.median, 1), "p95": round(s.p95, 1)} for part, s in parts.items()}


def _slots(verdict: Verdict) -> list[dict[str, Any]]:
    expect = verdict.played.fixture.expect
    heard = dict(verdict.played.result.slots) if verdict.played.result else {}
    wrong = {difference.what for difference in verdict.differences}
    names = [*expect.slots, *(name for name in heard if name not in expect.slots)]
    return [
        {"name": name, "expected": expect.slots.get(name), "heard": heard.get(name), "ok": name not in wrong}
        for name in names
    ]


def _call(verdict: Verdict) -> dict[str, Any]:
    played, result = verdict.played, verdict.played.result
    risk = None if result is None else result.risk
    return {
        "name": played.fixture.name,
        "title": played.fixture.about.title,
        "ok": verdict.ok,
        "differences": [asdict(difference) for difference in verdict.differences],
        "error": played.error,
        "ended": played.ended,
        "outcome": None if result is None else result.outcome,
        "slots": _slots(verdict),
        "word_error": None if verdict.word_error is None else round(verdict.word_error, 4),
        "decision": None if result is None or result.decision is None else dict(result.decision),
        "risk": None
        if risk is None
        else {
            "band": risk.band.value,
            "complete": risk.complete,
            "reasons": list(risk.reasons),
            "typologies": [each.name for each in fitting(risk)],
            "live": [asdict(look) for look in result.looks] if result else [],
            "signals": [
                {"name": s.name, "assessed": s.assessed, "value": s.value, "unit": s.unit, "text": s.text}
                for s in risk.signals
            ],
        },
        "prompts": [] if result is None else list(result.prompts),
        "reasks": 0 if result is None else result.reasks,
        "turns": [] if result is None else [asdict(turn) | {"answer_ms": turn.answer_ms} for turn in result.turns],
        "transcript": [] if result is None else _transcript(verdict),
        "heard_by_caller": [asdict(item) for item in played.heard],
        "said_by_caller": [asdict(item) for item in played.said],
        "unused_turns": [number + 1 for number in played.unused],
        "latency_ms": _spreads(verdict.latency),
        "stream_ms": played.stream_ms,
        "wall_seconds": round(played.wall_seconds, 3),
    }


def _transcript(verdict: Verdict) -> list[dict[str, Any]]:
    result = verdict.played.result
    lines = () if result is None else result.lines
    return [
        {
            "who": line.who,
            "start_ms": line.start_ms,
            "end_ms": line.end_ms,
            "text": line.text,
            "status": line.status,
            "prompt_id": line.prompt_id,
            "confidence": line.confidence,
        }
        for line in lines
    ]


def as_table(verdicts: Sequence[Verdict]) -> Group:
    """For the terminal: a row a call, and below it what differs."""
    table = Table(
        title="Replayed calls", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0)
    )
    for head in ("Call", "Outcome", "Risk"):
        table.add_column(head, no_wrap=True)
    for head in ("Slots", "Words wrong", "Asked", "p95 ms", "Took s"):
        table.add_column(head, justify="right", min_width=5)
    wrong = Text()
    for verdict in verdicts:
        table.add_row(*_row(verdict))
        for difference in verdict.differences:
            wrong.append(f"✗ {verdict.played.fixture.name}: ", "red")
            wrong.append(f"{difference.what} is {difference.got}, expected {difference.expected}\n")
    return Group(table, wrong)


def _row(verdict: Verdict) -> list[RenderableType]:
    played, result = verdict.played, verdict.played.result
    slots = [slot for slot in _slots(verdict) if slot["expected"] is not None]
    answer: Spread | None = verdict.latency.get("answer")
    return [
        Text("✓ " if verdict.ok else "✗ ", "green" if verdict.ok else "red") + Text(played.fixture.name),
        "—" if result is None else (result.outcome or "none").replace("_", " "),
        "—" if result is None or result.risk is None else result.risk.band.value,
        f"{sum(slot['ok'] for slot in slots)}/{len(slots)}",
        "—" if verdict.word_error is None else f"{verdict.word_error:.0%}",
        "—" if result is None else str(len(result.prompts)),
        "—" if answer is None else f"{answer.p95:.0f}",
        f"{played.wall_seconds:.1f}",
    ]


def as_html(verdicts: Sequence[Verdict]) -> str:
    """One page with everything inline; no script, no outside address."""
    source = resources.files("ivr.replay").joinpath("report.html").read_text("utf-8")
    page = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    page.filters["seconds"] = lambda ms: f"{ms / 1000:.1f} s"
    page.filters["clock"] = lambda ms: f"{int(ms) // 60000}:{int(ms) // 1000 % 60:02d}"
    page.filters["plain"] = lambda name: str(name).replace("_", " ")
    return page.from_string(source).render(report=as_json(verdicts))
