"""One's own account: a new password, and the sessions that stand. Both ask again who it is."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import InvalidInput, LoanlineError, NotFound, Unauthenticated
from core.ports import Clock, Ids, Storage
from core.security.leaked import LeakedPasswords
from core.usecases.own_account import change_password, end_sessions, own_sessions
from core.usecases.roles import Action
from core.usecases.staff import Visitor
from ivr.console.door import Door
from ivr.console.forms import read_form
from ivr.console.throttle import LOGIN_USER, Throttle
from ivr.console.views import Views

__all__ = ["Account"]


class Account:
    """``throttle`` is the one of signing in: who may not try there may not try here."""

    def __init__(
        self,
        storage: Storage,
        clock: Clock,
        ids: Ids,
        door: Door,
        views: Views,
        throttle: Throttle,
        leaked: LeakedPasswords,
    ) -> None:
        self._storage, self._clock, self._ids = storage, clock, ids
        self._door, self._views, self._throttle, self._leaked = door, views, throttle, leaked
        door.page("/console/account", Action.ACCOUNT, self.show)
        door.page("/console/account/password", Action.ACCOUNT, self.change, "POST")
        door.page("/console/account/sessions", Action.ACCOUNT, self.end, "POST")

    async def show(self, request: Request, who: Visitor) -> Response:
        return await self._page(who, done=request.query_params.get("done") == "1")

    async def _page(self, who: Visitor, problem: str = "", status: int = 200, *, done: bool = False) -> Response:
        sessions = await asyncio.to_thread(own_sessions, self._storage, self._clock, who)
        return self._views.page("account.html", who, "", status, sessions=sessions, problem=problem, done=done)

    async def change(self, request: Request, who: Visitor) -> Response:
        form = await read_form(request)
        if form.get("new", "") != form.get("again", ""):
            return await self._page(who, self._views.labels("own.unlike"), 422)
        if not self._may_try(who):
            return await self._page(who, self._views.labels("own.too_often"), 429)
        try:
            token = await asyncio.to_thread(
                change_password,
                self._storage,
                self._clock,
                self._ids,
                who,
                form.get("password", ""),
                form.get("code", ""),
                form.get("new", ""),
                self._leaked,
            )
        except (Unauthenticated, InvalidInput) as error:
            return await self._page(who, self._why(error), 422)
        self._throttle.forget(LOGIN_USER, who.staff_id)
        response = RedirectResponse("/console/account?done=1", 303)
        self._door.let_in(response, token)
        return response

    async def end(self, request: Request, who: Visitor) -> Response:
        form = await read_form(request)
        if not self._may_try(who):
            return await self._page(who, self._views.labels("own.too_often"), 429)
        try:
            await asyncio.to_thread(
                end_sessions, self._storage, self._clock, who, form.get("code", ""), form.get("mark", "")
            )
        except (Unauthenticated, NotFound) as error:
            return await self._page(who, self._why(error), 422)
        self._throttle.forget(LOGIN_USER, who.staff_id)
        return RedirectResponse("/console/account", 303)

    def _may_try(self, who: Visitor) -> bool:
        allowed = self._throttle.allows(LOGIN_USER, who.staff_id)
        self._throttle.note(LOGIN_USER, who.staff_id)
        return allowed

    def _why(self, error: LoanlineError) -> str:
        return self._views.labels("own.wrong") if isinstance(error, Unauthenticated) else str(error)
