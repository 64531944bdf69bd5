"""The loans desk: terms, schedule, ledger, and what happened to the case. No name and no number of a person."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from core.lending.loan import LoanState
from core.ports import Clock
from core.storage.history import history_of
from core.storage.store import SqlStorage
from core.usecases import disputes, loans
from core.usecases.roles import Action
from core.usecases.staff import Visitor
from ivr.console.door import Door
from ivr.console.purposes import CaseLock
from ivr.console.views import Views

__all__ = ["Loans"]


class Loans:
    def __init__(self, door: Door, storage: SqlStorage, clock: Clock, views: Views, lock: CaseLock) -> None:
        self._storage, self._clock, self._views, self._lock = storage, clock, views, lock
        door.page("/console/loans", Action.LOANS, self.list)
        door.page("/console/loans/{case_id}", Action.LOANS, self.show)
        door.page("/console/loans/{case_id}", Action.LOANS, self.open, "POST")

    async def list(self, request: Request, who: Visitor) -> Response:
        wanted = request.query_params.get("state", "")
        states = [state for state in LoanState if state.value == wanted]
        rows = await asyncio.to_thread(loans.desk, self._storage, self._clock, *states)
        return self._views.page(
            "loans.html",
            who,
            "loans",
            rows=sorted(rows, key=lambda row: -row.standing.days_late),
            state=wanted if states else "",
            states=[state.value for state in LoanState],
        )

    async def open(self, request: Request, who: Visitor) -> Response:
        """State a purpose, then see."""
        case_id = request.path_params["case_id"]
        await asyncio.to_thread(loans.view, self._storage, self._clock, case_id)
        return await self._lock.open(request, who, case_id)

    async def show(self, request: Request, who: Visitor) -> Response:
        case_id = request.path_params["case_id"]
        seen = await asyncio.to_thread(loans.view, self._storage, self._clock, case_id)
        if not self._lock.has(who, case_id):
            return self._lock.ask(who, "loans", "loan.title", case_id)
        history = await asyncio.to_thread(history_of, self._storage.engine, case_id)
        told = await asyncio.to_thread(disputes.of_case, self._storage, case_id)
        return self._views.page("loan.html", who, "loans", seen=seen, history=history, disputes=told)
