"""The list of people who were promised a call: ring them, try again later, or say what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from core.errors import Conflict, InvalidInput
from core.ports import CallBack, Clock, Storage
from core.usecases import call_back
from core.usecases.calling_hours import BusinessHours
from core.usecases.roles import Action
from core.usecases.staff import Visitor
from ivr.console.door import Door
from ivr.console.forms import read_form
from ivr.console.views import Views

__all__ = ["CallBacksDesk", "Ring"]

#: Rings the telephone of the house, and connects whoever picks up with the caller.
Ring = Callable[[CallBack], Awaitable[None]]
_ENDS = ("reached", "withdrawn", "wrong_number", "not_reached")


class CallBacksDesk:
    """Numbers are masked. Without ``ring`` the list can be kept, and calls are made by the command or by hand."""

    def __init__(
        self, door: Door, storage: Storage, clock: Clock, hours: BusinessHours, ring: Ring | None, views: Views
    ) -> None:
        self._storage, self._clock, self._hours, self._ring, self._views = storage, clock, hours, ring, views
        door.page("/console/call-backs", Action.CALL_BACKS, self.list)
        door.page("/console/call-backs/{call_id}/ring", Action.CALL_BACKS, self.ring, "POST")
        door.page("/console/call-backs/{call_id}/later", Action.CALL_BACKS, self.later, "POST")
        door.page("/console/call-backs/{call_id}/settle", Action.CALL_BACKS, self.settle, "POST")

    async def list(self, _request: Request, who: Visitor) -> Response:
        rows = await asyncio.to_thread(call_back.waiting, self._storage)
        now = self._clock.now()
        return self._views.page(
            "call_backs.html", who, "call_backs", rows=rows, now=now, can_ring=self._ring is not None, ends=_ENDS
        )

    async def ring(self, request: Request, who: Visitor) -> Response:
        """The telephone of the house rings; a key connects with the caller, within the hours only."""
        if self._ring is None:
            raise Conflict("No telephone of the house is set; call by hand and say here what became of it.")
        call_id = request.path_params["call_id"]
        wish = await asyncio.to_thread(call_back.begin, self._storage, self._clock, self._hours, call_id, who.staff_id)
        await self._ring(wish)
        message = self._views.labels("call_backs.rings")
        return Response(self._views.fragment("_done.html", message=message), media_type="text/html")

    async def later(self, request: Request, who: Visitor) -> Response:
        """Nobody answered."""
        call_id = request.path_params["call_id"]
        if not await asyncio.to_thread(
            call_back.postpone, self._storage, self._clock, self._hours, call_id, who.staff_id
        ):
            raise Conflict("This call back is settled already; load the list again.")
        return Response(status_code=204, headers={"HX-Refresh": "true"})

    async def settle(self, request: Request, who: Visitor) -> Response:
        how = (await read_form(request)).get("how", "")
        if how not in _ENDS:
            raise InvalidInput("how", "choose how it ended")
        call_id = request.path_params["call_id"]
        if not await asyncio.to_thread(call_back.settle, self._storage, self._clock, call_id, how, who.staff_id):
            raise Conflict("This call back is settled already; load the list again.")
        return Response(status_code=204, headers={"HX-Refresh": "true"})
