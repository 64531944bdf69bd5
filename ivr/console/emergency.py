"""Breaking the glass: a record for somebody who has no right to records, loudly and for a quarter of an hour."""

from __future__ import annotations

import asyncio

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.ports import StoredCall
from core.storage.store import SqlStorage
from core.usecases.break_glass import break_glass
from core.usecases.roles import Action
from core.usecases.staff import Visitor
from ivr.console.door import Door
from ivr.console.forms import read_form
from ivr.console.grants import Grants
from ivr.console.masking import Eyes, Masker
from ivr.console.records import lines_of
from ivr.console.views import Views

__all__ = ["Emergency"]

_log = structlog.get_logger()


class Emergency:
    def __init__(self, door: Door, storage: SqlStorage, views: Views, masker: Masker, grants: Grants) -> None:
        self._storage, self._views, self._masker, self._grants = storage, views, masker, grants
        door.page("/console/emergency/{call_id}", Action.BREAK_GLASS, self.show)
        door.page("/console/emergency/{call_id}", Action.BREAK_GLASS, self.open, "POST")

    async def open(self, request: Request, who: Visitor) -> Response:
        call_id = request.path_params["call_id"]
        reason = (await read_form(request)).get("reason", "")
        await asyncio.to_thread(break_glass, self._storage, who.staff_id, call_id, reason)
        _log.error("glass_broken", staff=who.staff_id, call_id=call_id)
        self._grants.give(who, call_id, "glass")
        return RedirectResponse(f"/console/emergency/{call_id}", 303)

    async def show(self, request: Request, who: Visitor) -> Response:
        call_id = request.path_params["call_id"]
        record = await asyncio.to_thread(self._read, call_id)
        if not self._grants.has(who, call_id, "glass"):
            return self._views.page("emergency.html", who, "live", name=call_id)
        return self._views.page(
            "record.html",
            who,
            "live",
            record=record,
            lines=lines_of(record.lines),
            eyes=Eyes(words=True),
            masker=self._masker,
            sound=False,
            seconds=max(len(record.caller_audio), len(record.line_audio)) / 8000,
            caller_bars=[],
            line_bars=[],
        )

    def _read(self, call_id: str) -> StoredCall:
        with self._storage.begin() as work:
            return work.records.read(call_id)
