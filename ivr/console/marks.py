"""Marks on a live call: a flag with a note, and a fraud hold. Each is a right, a reason and an audit row."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from core.errors import NotFound
from core.ports import Clock, Storage
from core.usecases import holds, looks
from core.usecases.roles import Action
from core.usecases.staff import Visitor
from ivr.console.desk import Desk
from ivr.console.door import Door
from ivr.console.forms import read_form
from ivr.console.purposes import CaseLock
from ivr.console.views import Views

__all__ = ["Marks"]


class Marks:
    """``case_of`` names the case that a live call works for. A hold can be placed on either page, call or case."""

    def __init__(
        self,
        door: Door,
        storage: Storage,
        clock: Clock,
        desk: Desk,
        case_of: Callable[[str], str | None],
        views: Views,
        lock: CaseLock,
    ) -> None:
        self._storage, self._clock, self._desk, self._case_of = storage, clock, desk, case_of
        self._views, self._lock = views, lock
        door.page("/console/calls/{call_id}/flag", Action.FLAG, self.flag, "POST")
        door.page("/console/calls/{call_id}/hold", Action.HOLD, self.hold_call, "POST")
        door.page("/console/cases/{case_id}/hold", Action.HOLD, self.hold_case, "POST")
        door.page("/console/cases/{case_id}/release", Action.RELEASE, self.release, "POST")

    def _done(self, key: str) -> Response:
        return Response(self._views.fragment("_done.html", message=self._views.labels(key)), media_type="text/html")

    async def flag(self, request: Request, who: Visitor) -> Response:
        """Mark this moment of the call, with a note that is sealed."""
        call_id = request.path_params["call_id"]
        story = self._desk.story(call_id)
        if story is None:
            raise NotFound("This call is not on the line any more; look for it among the records.")
        note = (await read_form(request)).get("note", "")
        await asyncio.to_thread(looks.flagged, self._storage, who.staff_id, call_id, story.last_ms, note)
        self._desk.tell(call_id, "flag", who.staff_id)
        return self._done("ladder.done_flag")

    async def hold_call(self, request: Request, who: Visitor) -> Response:
        """Hold the case of a call that goes on: it will not be approved before somebody looked."""
        call_id = request.path_params["call_id"]
        case_id = self._case_of(call_id)
        if case_id is None:
            raise NotFound("This call has no case yet, or is over; hold its application instead.")
        await self._place(request, who, case_id, call_id)
        self._desk.tell(call_id, "hold", who.staff_id)
        return self._done("ladder.done_hold")

    async def hold_case(self, request: Request, who: Visitor) -> Response:
        """Hold an application, whatever became of it."""
        case_id = request.path_params["case_id"]
        self._lock.require(who, case_id)
        await self._place(request, who, case_id, "")
        return Response(status_code=204, headers={"HX-Refresh": "true"})

    async def _place(self, request: Request, who: Visitor, case_id: str, call_id: str) -> None:
        why = (await read_form(request)).get("why", "")
        await asyncio.to_thread(holds.place, self._storage, self._clock, case_id, who.staff_id, why, call_id)

    async def release(self, request: Request, who: Visitor) -> Response:
        """Lift a hold; never by who placed it."""
        case_id = request.path_params["case_id"]
        self._lock.require(who, case_id)
        why = (await read_form(request)).get("why", "")
        await asyncio.to_thread(holds.release, self._storage, self._clock, case_id, who.staff_id, why)
        return Response(status_code=204, headers={"HX-Refresh": "true"})
