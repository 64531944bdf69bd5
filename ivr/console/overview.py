"""Today in figures, and the audit log: who saw and did what, and whether the log is whole."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from core.errors import InvalidInput
from core.ports import Clock
from core.storage.figures import acts_since, audit_page, since_then, wrong_sign_ins
from core.storage.store import SqlStorage
from core.usecases import looks
from core.usecases.roles import Action
from core.usecases.staff import Visitor
from ivr.console.desk import Desk
from ivr.console.door import Door
from ivr.console.views import Views

__all__ = ["Overview"]

_PAGE = 100


class Overview:
    def __init__(self, door: Door, storage: SqlStorage, clock: Clock, desk: Desk, views: Views, max_calls: int) -> None:
        self._storage, self._clock, self._desk, self._views = storage, clock, desk, views
        self._max_calls = max_calls
        door.page("/console/today", Action.TODAY, self.today)
        door.page("/console/audit", Action.AUDIT, self.audit)
        door.page("/console/audit/verify", Action.VERIFY, self.verify, "POST")

    async def today(self, _request: Request, who: Visitor) -> Response:
        """The last 24 hours: counts only, for every role."""
        since = self._clock.now() - timedelta(hours=24)
        figures = await asyncio.to_thread(since_then, self._storage.engine, since)
        on_line = sum(not story.over for story in self._desk.stories())
        now_hour = self._clock.now().hour
        hours = [(now_hour + 1 + step) % 24 for step in range(24)]
        return self._views.page(
            "today.html", who, "today", figures=figures, on_line=on_line, most=self._max_calls, hours=hours
        )

    async def audit(self, request: Request, who: Visitor) -> Response:
        before = request.query_params.get("before", "")
        if before and not (before.isascii() and before.isdigit() and len(before) < 16):
            raise InvalidInput("before", "give the number of a row")
        subject = request.query_params.get("subject", "")[:80]
        rows = await asyncio.to_thread(
            audit_page, self._storage.engine, before=int(before) if before else None, subject=subject, limit=_PAGE
        )
        since = self._clock.now() - timedelta(hours=24)
        alarms = await asyncio.to_thread(wrong_sign_ins, self._storage.engine, since)
        glass = await asyncio.to_thread(acts_since, self._storage.engine, "glass.broken", since)
        older = rows[-1].seq if len(rows) == _PAGE else None
        return self._views.page(
            "audit.html", who, "audit", rows=rows, older=older, subject=subject, alarms=alarms, glass=glass
        )

    async def verify(self, _request: Request, who: Visitor) -> Response:
        """Check every row against the signed heads."""
        found = await asyncio.to_thread(self._storage.verify_audit)
        await asyncio.to_thread(looks.log_verified, self._storage, who.staff_id, found.rows, whole=found.whole)
        return Response(self._views.fragment("_verified.html", found=found), media_type="text/html")
