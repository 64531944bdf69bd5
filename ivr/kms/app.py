"""A key service of one's own: the requests of ``core.security.kms`` over a keyring file that stays on its machine.

Runs apart from the line, under another account or on another machine. It logs what was asked and how often, never keys.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import json
import threading
from collections.abc import Callable
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.errors import LoanlineError, WrongKey
from core.security.keyring import FileKeyring

__all__ = ["LARGEST_BODY", "MOST_ITEMS", "kms_app"]

MOST_ITEMS = 1000
LARGEST_BODY = 1024 * 1024
_BODY_SECONDS = 5.0
_log = structlog.get_logger()
_NO_STORE = {"Cache-Control": "no-store"}


def kms_app(ring: FileKeyring, token: str) -> Starlette:
    """The service over ``ring``; every request must carry ``token``."""
    desk = _Desk(ring)
    routes = {
        ("GET", "/v1/keys"): lambda _body, _path: desk.versions(),
        ("POST", "/v1/keys"): lambda body, _path: desk.add(body),
        ("DELETE", "/v1/keys/{version:int}"): lambda _body, path: desk.forget(path["version"]),
        ("POST", "/v1/wrap"): lambda body, _path: desk.wrap(body),
        ("POST", "/v1/unwrap"): lambda body, _path: desk.unwrap(body),
        ("POST", "/v1/rewrap"): lambda body, _path: desk.rewrap(body),
    }
    expected = f"Bearer {token}".encode()
    return Starlette(
        routes=[Route(path, _guarded(work, expected), methods=[method]) for (method, path), work in routes.items()]
    )


Work = Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]


def _guarded(work: Work, expected: bytes) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        given = request.headers.get("authorization", "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, expected):
            _log.warning("kms_refused")
            return _said(401, "unauthenticated")
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                body = await _read(request)
            found = await asyncio.to_thread(work, body, dict(request.path_params))
        except TimeoutError:
            return _said(408, "too_slow")
        except WrongKey:
            _log.warning("kms_misfit", request=request.url.path)
            return _said(422, "wrong_key")
        except LoanlineError as error:
            _log.error("kms_failed", why=error.code)
            return _said(503, error.code)
        except (ValueError, KeyError, TypeError, binascii.Error):
            return _said(400, "malformed")
        return JSONResponse(found, headers=_NO_STORE) if found else Response(status_code=204)

    return answer


def _said(status: int, code: str) -> Response:
    return JSONResponse({"error": code}, status, headers=_NO_STORE)


async def _read(request: Request) -> dict[str, Any]:
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > LARGEST_BODY:
            raise ValueError
    body = json.loads(content) if content else {}
    if not isinstance(body, dict):
        raise TypeError
    return body


class _Desk:
    """What each request does. Raises ``ValueError``, ``KeyError`` or ``TypeError`` for what is malformed."""

    def __init__(self, ring: FileKeyring) -> None:
        self._ring = ring
        self._one_at_a_time = threading.Lock()

    def versions(self) -> dict[str, Any]:
        return {"newest": self._ring.newest(), "versions": self._ring.versions()}

    def add(self, body: dict[str, Any]) -> dict[str, Any]:
        after = int(body["after"])
        with self._one_at_a_time:
            if self._ring.newest() == after:
                self._ring.add_version()
                _log.info("kms_version_added")
        return {"version": self._ring.newest()}

    def forget(self, version: int) -> dict[str, Any]:
        self._ring.forget(version)
        _log.info("kms_version_forgotten")
        return {}

    def wrap(self, body: dict[str, Any]) -> dict[str, Any]:
        version = int(body["version"])
        items = [(_bytes(each["secret"]), _bytes(each["bound_to"])) for each in _few(body)]
        return {"items": [_text(self._ring.wrap(version, secret, place)) for secret, place in items]}

    def unwrap(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"items": [_text(self._ring.unwrap(*item)) for item in _wrapped(body)]}

    def rewrap(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"items": [_text(each) for each in self._ring.rewrap(int(body["version"]), _wrapped(body))]}


def _wrapped(body: dict[str, Any]) -> list[tuple[int, bytes, bytes]]:
    return [(int(each["version"]), _bytes(each["wrapped"]), _bytes(each["bound_to"])) for each in _few(body)]


def _few(body: dict[str, Any]) -> list[dict[str, Any]]:
    items = body["items"]
    if not isinstance(items, list) or not 0 < len(items) <= MOST_ITEMS:
        raise ValueError
    return items


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
