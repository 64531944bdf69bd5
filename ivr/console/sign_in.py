"""Signing in and out. In demo mode, on this machine, one click gives a session of any role."""

from __future__ import annotations

import asyncio
import ipaddress
import secrets
from contextlib import suppress
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import Conflict, Forbidden, NotFound, Unauthenticated
from core.ports import Clock, Ids, Storage
from core.usecases import staff
from core.usecases.roles import Action, Role
from core.usecases.staff import Visitor
from ivr.console.door import Door
from ivr.console.forms import read_form
from ivr.console.labels import LANGUAGES
from ivr.console.throttle import LOGIN_ADDRESS, LOGIN_USER, Throttle
from ivr.console.views import LANGUAGE_COOKIE, Views

__all__ = ["SignIn"]

_TOO_OFTEN = "Too many tries; wait a quarter of an hour."


class SignIn:
    def __init__(
        self, storage: Storage, clock: Clock, ids: Ids, door: Door, views: Views, throttle: Throttle, *, demo: bool
    ) -> None:
        self._storage, self._clock, self._ids = storage, clock, ids
        self._door, self._views = door, views
        self._throttle = throttle
        door.public("/console/language", self.language, "POST")
        door.public("/console/sign-in", self.show)
        door.public("/console/sign-in", self.enter, "POST")
        door.page("/console/sign-out", Action.SIGN_OUT, self.leave, "POST")
        door.page("/console/alive", Action.SIGN_OUT, self.alive, "POST")
        if demo:
            door.public("/console/demo", self.demo, "POST")

    async def show(self, request: Request) -> Response:
        return self._form(request.query_params.get("next", ""))

    def _form(self, goal: str, problem: str = "", status: int = 200) -> Response:
        roles = [role.value for role in Role]
        return self._views.page("sign_in.html", None, "", status, goal=_own_path(goal), problem=problem, roles=roles)

    async def enter(self, request: Request) -> Response:
        form = await read_form(request)
        who, goal = form.get("staff", ""), form.get("next", "")
        address = request.client.host if request.client else ""
        allowed = self._throttle.allows(LOGIN_USER, who) and self._throttle.allows(LOGIN_ADDRESS, address)
        if not allowed:
            return self._form(goal, _TOO_OFTEN, 429)
        # Counted before the slow check, so that many tries at once cannot slip through.
        self._throttle.note(LOGIN_USER, who)
        self._throttle.note(LOGIN_ADDRESS, address)
        try:
            token = await asyncio.to_thread(
                staff.sign_in,
                self._storage,
                self._clock,
                self._ids,
                who,
                form.get("password", ""),
                form.get("code", ""),
            )
        except Unauthenticated as error:
            return self._form(goal, str(error), 401)
        self._throttle.forget(LOGIN_USER, who)
        await self._end_former(request)
        return self._welcome(token, goal)

    async def _end_former(self, request: Request) -> None:
        """A session that this browser had before does not live on beside the new one."""
        try:
            former = await self._door.visitor(request, active=False)
        except Unauthenticated:
            return
        await asyncio.to_thread(staff.sign_out, self._storage, self._clock, former)

    def _welcome(self, token: str, goal: str) -> Response:
        response = RedirectResponse(_own_path(goal), 303)
        self._door.let_in(response, token)
        return response

    async def language(self, request: Request) -> Response:
        """Speak another language from now on, and go back to where one was."""
        form = await read_form(request)
        if form.get("language", "") not in LANGUAGES:
            raise NotFound("The console does not speak this language.")
        goal = form.get("next", "")
        response = RedirectResponse(goal if goal == "/console/sign-in" else _own_path(goal), 303)
        response.set_cookie(
            LANGUAGE_COOKIE,
            form["language"],
            max_age=365 * 86_400,
            secure=self._door.https,
            httponly=True,
            samesite="lax",
            path="/console",
        )
        return response

    async def leave(self, _request: Request, who: Visitor) -> Response:
        await asyncio.to_thread(staff.sign_out, self._storage, self._clock, who)
        response = RedirectResponse("/console/sign-in", 303)
        self._door.let_out(response)
        return response

    async def alive(self, _request: Request, _who: Visitor) -> Response:
        """Somebody is at the screen: the door has noted it."""
        return Response(status_code=204)

    async def demo(self, request: Request) -> Response:
        """Demo mode only, and only from this machine: a session without a password, under an account of its own."""
        # A page elsewhere can have its own name lead to this machine; it cannot have this machine's name.
        named = request.headers.get("host", "").lower()
        ours = named == self._door.own_host or _names_here(named)
        if request.client is None or not _is_here(request.client.host) or not ours:
            raise Forbidden("The demonstration signs in on its own machine only; use an account.")
        form = await read_form(request)
        try:
            role = Role(form.get("role", ""))
        except ValueError:
            raise Forbidden("There is no such role.") from None
        token = await asyncio.to_thread(self._demo_session, role)
        return self._welcome(token, form.get("next", ""))

    def _demo_session(self, role: Role) -> str:
        name = f"demo.{role.value}"
        with suppress(Conflict):  # it was used before
            staff.add(self._storage, self._clock, name, role, secrets.token_urlsafe(32), "demo")
        token = self._ids.token()
        staff.begin_demo(self._storage, self._clock, name, token)
        return token


def _own_path(goal: str) -> str:
    """Where to go after signing in: a page of the console, never another site."""
    plain = goal.startswith("/console/") and "//" not in goal and "\\" not in goal and goal.isprintable()
    return goal if plain and not goal.startswith("/console/sign") else "/console/"


def _names_here(header: str) -> bool:
    try:
        host = urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return False
    return host == "localhost" or _is_here(host)


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
