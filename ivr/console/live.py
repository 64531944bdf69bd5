"""The page of all live calls: one row a call, those that need somebody first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from core.usecases.roles import Action
from core.usecases.staff import Visitor
from ivr.console.desk import Attention, Desk, attention
from ivr.console.door import Door
from ivr.console.masking import Eyes, Masker
from ivr.console.story import Story
from ivr.console.stream import PART, stream
from ivr.console.views import Views

__all__ = ["Live", "LiveScreen", "Row", "row_of"]

_EYES = Eyes(words=False)
#: From this level on a crossing is announced.
_ALERT = 2


@dataclass(frozen=True, slots=True)
class Row:
    """One call as its row shows it; masked for everybody."""

    call_id: str
    caller: str
    seconds: int
    began: float
    step: str
    step_number: int
    steps: int
    words: str
    speaker: str
    level: int
    band: str | None
    confidence: float | None
    quality: float | None
    watchers: tuple[str, ...]
    person: str | None
    score: int
    why: tuple[str, ...]
    outcome: str | None


def row_of(story: Story, desk: Desk, masker: Masker, steps: Sequence[str]) -> Row:
    now = desk.now()
    need = attention(story, now)
    last = story.last_line()
    return Row(
        call_id=story.call_id,
        caller=story.caller,
        seconds=int((story.ended_at or now) - story.began),
        began=round(story.began, 1),
        step=story.focus,
        step_number=steps.index(story.focus) + 1 if story.focus in steps else 0,
        steps=len(steps),
        words=masker.text(last, _EYES) if last is not None else "",
        speaker=last.who if last is not None else "",
        level=story.level,
        band=story.band,
        confidence=story.confidence,
        quality=story.quality,
        watchers=tuple(desk.watchers(story.call_id)),
        person=story.person,
        score=need.score,
        why=need.why,
        outcome=story.outcome,
    )


class LiveScreen:
    """What one tab's list has been sent; see ``ivr.console.stream.Screen``."""

    tick_seconds = 5.0

    def __init__(self, desk: Desk, views: Views, masker: Masker, steps: Sequence[str]) -> None:
        self._desk, self._views, self._masker, self._steps = desk, views, masker, steps
        self._drawn: dict[str, _Drawn] = {}
        self._first = True

    def news(self, since: int) -> str:
        """The first time the whole list, afterwards the cells that changed, and alerts."""
        stories = self._desk.stories()
        drawn: dict[str, _Drawn] = {}
        parts: list[str] = []
        for story in stories:
            before = self._drawn.get(story.call_id)
            need = attention(story, self._desk.now())
            if before is not None and story.head_version <= since and before.need == need:
                drawn[story.call_id] = before
                continue
            row = row_of(story, self._desk, self._masker, self._steps)
            now = drawn[story.call_id] = _Drawn(need, row.level, row.outcome, tuple(self._cells(row)))
            if not self._first:
                parts += _changed(before, now)
                if row.outcome is None and row.level >= _ALERT and row.level > (before.level if before else 0):
                    parts.append(self._views.fragment("_alert.html", row=row))
        if self._first:
            rows = ["".join(each.cells) for each in drawn.values()]
            parts = [f'<template data-fill="#rows">\n{"".join(rows)}</template>']
        gone = sorted(self._drawn.keys() - drawn.keys())
        parts += [self._views.fragment("_gone.html", name=f"row-{call_id}") for call_id in gone]
        self._drawn, self._first = drawn, False
        return PART.join(parts)

    def _cells(self, row: Row) -> list[str]:
        """The row's own tag, its cells, and its end."""
        return self._views.fragment("_row.html", row=row).split("<!--cell-->")


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A row as a tab has it. The first cell holds the clock, which runs by itself."""

    need: Attention
    level: int
    outcome: str | None
    cells: tuple[str, ...]


def _changed(before: _Drawn | None, now: _Drawn) -> list[str]:
    """What of a row a tab has to be sent."""
    if before is None:
        return ["".join(now.cells)]
    parts = []
    if before.cells[0] != now.cells[0]:
        parts.append(now.cells[0].strip().replace("<tr ", "<i ", 1).replace(">", " data-row></i>", 1))
    first = 1 if before.outcome != now.outcome else 2
    parts += [cell for old, cell in zip(before.cells[first:], now.cells[first:], strict=True) if old != cell]
    return parts


class Live:
    def __init__(self, door: Door, desk: Desk, views: Views, masker: Masker, steps: Sequence[str]) -> None:
        self._door, self._desk, self._views, self._masker, self._steps = door, desk, views, masker, steps
        door.page("/console/live", Action.LIVE, self.show)
        door.page("/console/live/events", Action.LIVE, self.events)

    def _screen(self) -> LiveScreen:
        return LiveScreen(self._desk, self._views, self._masker, self._steps)

    async def show(self, _request: Request, who: Visitor) -> Response:
        rows = [row_of(story, self._desk, self._masker, self._steps) for story in self._desk.stories()]
        cursor = f"{self._desk.epoch}.{self._desk.version}"
        return self._views.page("live.html", who, "live", rows=rows, cursor=cursor, steps=self._steps)

    async def events(self, request: Request, _who: Visitor) -> Response:
        return stream(request, self._desk, self._screen(), lambda: self._door.visitor(request, active=False))
