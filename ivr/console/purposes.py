"""A case, its loan and its disputes open with a purpose: one for all three, and an audit row before anything shows."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import Conflict
from core.ports import Storage
from core.usecases import looks
from core.usecases.looks import Purpose
from core.usecases.staff import Visitor
from ivr.console.call_page import parse_purpose
from ivr.console.forms import read_form
from ivr.console.grants import Grants
from ivr.console.views import Views

__all__ = ["CaseLock"]


class CaseLock:
    """``has`` asks whether a purpose stands, ``ask`` draws the question, ``open`` takes the answer."""

    def __init__(self, storage: Storage, views: Views, grants: Grants) -> None:
        self._storage, self._views, self._grants = storage, views, grants

    def has(self, who: Visitor, case_id: str) -> bool:
        return self._grants.has(who, case_id, "case")

    def require(self, who: Visitor, case_id: str) -> None:
        """Raises ``Conflict`` without a purpose."""
        if not self.has(who, case_id):
            raise Conflict("State why you look at this case first.")

    def ask(self, who: Visitor, place: str, title: str, name: str) -> Response:
        """``title`` is a label; the form posts to the page's own address."""
        purposes = [purpose.value for purpose in Purpose]
        return self._views.page("ask_purpose.html", who, place, name=name, title=title, purposes=purposes)

    async def open(self, request: Request, who: Visitor, case_id: str) -> Response:
        """Write the look down and go on to the page itself."""
        purpose = parse_purpose((await read_form(request)).get("purpose", ""))
        await asyncio.to_thread(looks.case_viewed, self._storage, who.staff_id, case_id, purpose)
        self._grants.give(who, case_id, "case")
        return RedirectResponse(request.url.path, 303)
