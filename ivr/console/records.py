"""Stored calls: the list without personal data; one call, opened with a reason, with its sound."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import Conflict
from core.events import TranscriptLine
from core.ports import StoredCall
from core.storage.figures import list_records
from core.storage.store import SqlStorage
from core.usecases.records import show_call
from core.usecases.roles import Action, may
from core.usecases.staff import Visitor
from ivr.console.door import Door
from ivr.console.forms import read_form
from ivr.console.grants import Grants
from ivr.console.masking import Eyes, Masker
from ivr.console.sounds import outline, wav
from ivr.console.story import Line
from ivr.console.views import Views

__all__ = ["Records", "lines_of"]

_BARS = 400
_STATUS = {"heard": "final", "flushed": "cut"}


class Records:
    def __init__(self, door: Door, storage: SqlStorage, views: Views, masker: Masker, grants: Grants) -> None:
        self._storage, self._views, self._masker, self._grants = storage, views, masker, grants
        door.page("/console/records", Action.RECORDS, self.list)
        door.page("/console/records/{call_id}", Action.RECORDS, self.show)
        door.page("/console/records/{call_id}", Action.RECORDS, self.open, "POST")
        door.page("/console/records/{call_id}/sound", Action.CLIPS, self.sound)

    async def list(self, _request: Request, who: Visitor) -> Response:
        rows = await asyncio.to_thread(list_records, self._storage.engine)
        return self._views.page("records.html", who, "records", rows=rows)

    async def open(self, request: Request, who: Visitor) -> Response:
        call_id = request.path_params["call_id"]
        reason = (await read_form(request)).get("reason", "")
        await asyncio.to_thread(show_call, self._storage, call_id, who.staff_id, reason)
        self._grants.give(who, call_id, "record")
        return RedirectResponse(f"/console/records/{call_id}", 303)

    async def show(self, request: Request, who: Visitor) -> Response:
        call_id = request.path_params["call_id"]
        if not self._grants.has(who, call_id, "record"):
            await asyncio.to_thread(self._require, call_id)
            return self._views.page("ask_reason.html", who, "records", name=call_id)
        record = await asyncio.to_thread(self._read, call_id)
        eyes = Eyes(may(who.role, Action.WORDS))
        sound = may(who.role, Action.CLIPS) and bool(record.caller_audio)
        return self._views.page(
            "record.html",
            who,
            "records",
            record=record,
            lines=lines_of(record.lines),
            eyes=eyes,
            masker=self._masker,
            sound=sound,
            seconds=max(len(record.caller_audio), len(record.line_audio)) / 8000,
            caller_bars=outline(record.caller_audio, _BARS) if sound else [],
            line_bars=outline(record.line_audio, _BARS) if sound else [],
        )

    def _require(self, call_id: str) -> None:
        with self._storage.begin() as work:
            work.records.read(call_id)

    def _read(self, call_id: str) -> StoredCall:
        with self._storage.begin() as work:
            return work.records.read(call_id)

    async def sound(self, request: Request, who: Visitor) -> Response:
        """Both sides, the caller left and the line right. What was secret was never recorded."""
        call_id = request.path_params["call_id"]
        if not self._grants.has(who, call_id, "record"):
            raise Conflict("Say why you open this call first.")
        record = await asyncio.to_thread(self._read, call_id)
        made = await asyncio.to_thread(wav, record.caller_audio, record.line_audio)
        return Response(made, media_type="audio/wav")


def lines_of(stored: Iterable[TranscriptLine]) -> list[Line]:
    """A stored transcript as the console draws one; each answer belongs to the question before it."""
    lines: list[Line] = []
    question = "menu"
    for number, line in enumerate(stored, 1):
        if line.prompt_id is not None:
            question = line.prompt_id.partition(".")[0]
        lines.append(
            Line(
                number,
                line.who,
                line.prompt_id or question,
                line.start_ms,
                line.end_ms,
                _STATUS.get(line.status, line.status),
                version=0,
                text=line.text,
                confidence=line.confidence,
                words=[(word, sure) for word, _, _, sure in line.words],
            )
        )
    return lines
