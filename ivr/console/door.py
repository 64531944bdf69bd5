"""The console's only door: every route names the action it needs, and nothing is served past the role table.

A route is public (the sign-in page and the files it needs) or bound to one ``Action``. The handler of a bound route
is given who asks; it never has to ask itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import structlog
from fastapi import APIRouter
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.websockets import WebSocket

from core.errors import Conflict, Forbidden, InvalidInput, LoanlineError, NotFound, Shredded, Unauthenticated
from core.ports import Clock, Storage
from core.usecases import staff
from core.usecases.roles import Action, require
from core.usecases.staff import Visitor
from ivr.console.guard import SAFE_METHODS, is_own_request, security_headers

__all__ = ["Door", "Handler", "Listed", "SocketHandler"]

_log = structlog.get_logger()

Handler = Callable[[Request, Visitor], Awaitable[Response]]
PublicHandler = Callable[[Request], Awaitable[Response]]
SocketHandler = Callable[[WebSocket, Visitor], Awaitable[None]]
ErrorPage = Callable[[Request, int, str], Response]

_REFUSED = "This request did not come from the console; open the page again and retry."
_STATUS: dict[type[LoanlineError], int] = {
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Shredded: 410,
    InvalidInput: 422,
}


@dataclass(frozen=True, slots=True)
class Listed:
    """One route as it stands in the table; ``action`` is ``None`` for a public one."""

    method: str
    path: str
    action: Action | None


class Door:
    """``error_page`` draws what goes wrong; ``greet`` is called first with each request. ``public_url`` is the address
    browsers use; https makes cookies strict."""

    def __init__(
        self,
        router: APIRouter,
        storage: Storage,
        clock: Clock,
        public_url: str,
        error_page: ErrorPage,
        greet: Callable[[HTTPConnection], None],
    ) -> None:
        self._router, self._storage, self._clock = router, storage, clock
        self._error_page, self._greet = error_page, greet
        parts = urlsplit(public_url)
        self.https = parts.scheme == "https"
        self.own_host = parts.netloc.lower()
        self.cookie = "__Host-loanline" if self.https else "loanline"
        self._headers = security_headers(https=self.https)
        self.table: list[Listed] = []

    # -- routes ---------------------------------------------------------------------------------------------------

    def page(self, path: str, action: Action, handler: Handler, *methods: str) -> None:
        """A route for those whose role allows ``action``."""

        async def answer(request: Request) -> Response:
            return await self._guarded(request, lambda: self._admitted(request, action, handler))

        self._add(path, action, answer, methods)

    def public(self, path: str, handler: PublicHandler, *methods: str) -> None:
        """A route for everybody: signing in needs a page and its files."""

        async def answer(request: Request) -> Response:
            return await self._guarded(request, lambda: handler(request))

        self._add(path, None, answer, methods)

    def socket(self, path: str, action: Action, handler: SocketHandler) -> None:
        """A WebSocket for those whose role allows ``action``; for others the handshake is answered 403."""

        async def answer(socket: WebSocket) -> None:
            try:
                if not is_own_request(_origin_only(socket), self._hosts(socket)):
                    raise Forbidden(_REFUSED)
                who = await self.visitor(socket)
                require(who.role, action)
            except LoanlineError:
                await socket.close(1008)
                return
            await handler(socket, who)

        self._router.add_api_websocket_route(path, answer)
        self.table.append(Listed("WEBSOCKET", path, action))

    def _add(self, path: str, action: Action | None, answer: PublicHandler, methods: tuple[str, ...]) -> None:
        names = methods or ("GET",)
        self._router.add_api_route(path, answer, methods=list(names), include_in_schema=False, response_model=None)
        self.table.extend(Listed(name, path, action) for name in names)

    # -- checks ---------------------------------------------------------------------------------------------------

    async def visitor(self, connection: HTTPConnection, *, active: bool = True) -> Visitor:
        """Who asks. Raises ``Unauthenticated``."""
        token = connection.cookies.get(self.cookie, "")
        if not token or len(token) > 200:
            raise Unauthenticated("Sign in first.")
        return await asyncio.to_thread(staff.visitor, self._storage, self._clock, token, active=active)

    async def _admitted(self, request: Request, action: Action, handler: Handler) -> Response:
        # A page that updates itself must not keep a session alive: its requests say so.
        active = request.headers.get("x-loanline-idle") is None
        who = await self.visitor(request, active=active)
        require(who.role, action)
        return await handler(request, who)

    async def _guarded(self, request: Request, work: Callable[[], Awaitable[Response]]) -> Response:
        self._greet(request)
        try:
            if request.method not in SAFE_METHODS and not is_own_request(request.headers, self._hosts(request)):
                raise Forbidden(_REFUSED)
            response = await work()
        except Unauthenticated as error:
            response = self._to_sign_in(request, error)
        except LoanlineError as error:
            if isinstance(error, Forbidden):
                route = request.scope.get("route")
                _log.warning("console_forbidden", route=getattr(route, "path", "?"), method=request.method)
            response = self._error_page(request, _status(error), str(error))
        for name, value in self._headers.items():
            response.headers.setdefault(name, value)
        return response

    def _hosts(self, connection: HTTPConnection) -> frozenset[str]:
        return frozenset({self.own_host, connection.headers.get("host", "").lower()}) - {""}

    def _to_sign_in(self, request: Request, error: Unauthenticated) -> Response:
        if request.headers.get("hx-request"):
            return Response(status_code=401, headers={"HX-Redirect": "/console/sign-in"})
        if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
            return RedirectResponse(f"/console/sign-in?next={quote(request.url.path)}", 303)
        return self._error_page(request, 401, str(error))

    # -- cookie ---------------------------------------------------------------------------------------------------

    def let_in(self, response: Response, token: str) -> None:
        """Give the browser its session; the cookie goes with the browser, the session's own clock ends it earlier."""
        response.set_cookie(self.cookie, token, secure=self.https, httponly=True, samesite="lax", path="/")

    def let_out(self, response: Response) -> None:
        response.delete_cookie(self.cookie, secure=self.https, httponly=True, samesite="lax", path="/")


def _origin_only(socket: WebSocket) -> dict[str, str]:
    """A WebSocket handshake always carries its origin; that alone decides (OWASP ASVS 5.0, 4.4.2)."""
    return {"origin": socket.headers.get("origin", "")}


def _status(error: LoanlineError) -> int:
    return next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 400)
