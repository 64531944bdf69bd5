"""``/phone``: a telephone in the browser, for the demonstration and for training. Served in demo mode only.

Who can reach it can ring the line as anybody; so it is answered on its own machine only, and to its own page.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from pathlib import Path

from fastapi import APIRouter
from starlette.requests import HTTPConnection, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.websockets import WebSocket

from core.errors import Forbidden, InvalidInput, LoanlineError, NotFound
from ivr.phone.callers import ReadyCaller
from ivr.phone.exchange import DemoExchange

__all__ = ["phone_router"]

_STATIC = Path(__file__).parent / "static"
_FILES = {
    "phone.js": "text/javascript",
    "telephone.js": "text/javascript",
    "stand-in.js": "text/javascript",
    "worklet.js": "text/javascript",
    "phone.css": "text/css",
}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
    "Cache-Control": "no-store",
}
_MOST_BYTES = 16_384


def phone_router(exchange: DemoExchange, callers: Sequence[ReadyCaller]) -> APIRouter:
    """The page, its files, the ready-made callers, and the carrier's part that the page cannot play."""
    api = APIRouter(prefix="/phone", include_in_schema=False)
    known = {caller.name: caller for caller in callers}

    @api.get("")
    async def page(request: Request) -> Response:
        _require_here(request)
        return FileResponse(_STATIC / "phone.html", media_type="text/html", headers=_HEADERS)

    @api.get("/static/{name}")
    async def file(request: Request, name: str) -> Response:
        _require_here(request)
        if name not in _FILES:
            raise NotFound("There is no such file.")
        return FileResponse(_STATIC / name, media_type=_FILES[name], headers=_HEADERS)

    @api.get("/callers")
    async def offered(request: Request) -> Response:
        _require_here(request)
        rows = [{"name": caller.name, "title": caller.title, "number": caller.number} for caller in callers]
        return JSONResponse(rows, headers=_HEADERS)

    @api.get("/callers/{name}")
    async def caller(request: Request, name: str) -> Response:
        _require_here(request)
        if name not in known:
            raise NotFound("There is no such caller.")
        return JSONResponse(known[name].plain(), headers=_HEADERS)

    @api.post("/webhook")
    async def webhook(request: Request) -> Response:
        _require_here(request)
        if request.headers.get("sec-fetch-site") != "same-origin":
            raise Forbidden("Only the telephone's own page may ring.")
        path, params = await _asked(request)
        return Response(await exchange.webhook(path, params), media_type="text/xml", headers=_HEADERS)

    @api.websocket("/media")
    async def media(socket: WebSocket) -> None:
        try:
            _require_here(socket)
            _require_own_page(socket)
        except LoanlineError:
            await socket.close(1008)
            return
        await exchange.stream(socket)

    return api


async def _asked(request: Request) -> tuple[str, dict[str, str]]:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _MOST_BYTES:
            raise InvalidInput("webhook", "it is too long")
    request._body = bytes(body)
    try:
        given = await request.json()
        return str(given["path"]), {str(name): str(value) for name, value in given["params"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InvalidInput("webhook", "give a path and its params") from None


def _require_here(connection: HTTPConnection) -> None:
    host = connection.client.host if connection.client else ""
    try:
        here = ipaddress.ip_address(host).is_loopback
    except ValueError:
        here = False
    if not here:
        raise Forbidden("The demonstration's telephone rings on its own machine only.")


def _require_own_page(socket: WebSocket) -> None:
    origin = socket.headers.get("origin", "").partition("://")[2]
    if not origin or origin.lower() != socket.headers.get("host", "").lower():
        raise Forbidden("Only the telephone's own page may ring.")
