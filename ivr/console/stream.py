"""One stream of updates a tab, as server-sent events (HTML Living Standard, 9.2).

An event ``patch`` carries ready HTML whose elements have an ``id``, and ``data-into``, the place for a new one. Sent
twice it changes nothing, so a reader that was away is sent what it missed and never sees a line twice or out of
place. The event's id is the version it brings the reader to.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol

from starlette.requests import Request
from starlette.responses import StreamingResponse

from core.errors import LoanlineError
from ivr.console.desk import Desk

__all__ = ["BEAT_SECONDS", "PART", "Screen", "encode", "stream"]

BEAT_SECONDS = 15.0
#: Stands between the pieces of one patch.
PART = "\n<!--part-->\n"
#: At most ten updates a second: more than that nobody reads, and a slow link is not filled with them.
_SHORTEST = 0.1
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class Screen(Protocol):
    """What one tab shows. ``tick_seconds`` is how often it is looked at when nothing happened."""

    tick_seconds: float

    def news(self, since: int) -> str:
        """HTML of everything above version ``since``; empty when there is none."""
        ...


def encode(event: str, data: str, version: str = "") -> bytes:
    """One event on the wire. Line breaks in ``data`` become lines of the event."""
    head = f"id: {version}\n" if version else ""
    lines = "\n".join(f"data: {line}" for line in data.splitlines())
    return f"{head}event: {event}\n{lines or 'data: '}\n\n".encode()


def stream(
    request: Request, desk: Desk, screen: Screen, still_here: Callable[[], Awaitable[object]]
) -> StreamingResponse:
    """``still_here`` raises ``LoanlineError`` when the session ended; it is asked with every heartbeat."""
    return StreamingResponse(
        _events(_since(request, desk), desk, screen, still_here), media_type="text/event-stream", headers=_HEADERS
    )


def _since(request: Request, desk: Desk) -> int | None:
    """The version that the reader has; ``None`` when it comes from another run of this program."""
    given = request.headers.get("last-event-id") or request.query_params.get("after", "")
    epoch, _, number = given.partition(".")
    return int(number) if epoch == desk.epoch and number.isascii() and number.isdigit() else None


async def _events(
    since: int | None, desk: Desk, screen: Screen, still_here: Callable[[], Awaitable[object]]
) -> AsyncIterator[bytes]:
    if since is None or since > desk.version:
        yield encode("reload", "")
        return
    loop = asyncio.get_running_loop()
    beat_due = loop.time() + BEAT_SECONDS
    yield b"retry: 1000\n\n"
    with desk.bell() as bell:
        while True:
            bell.clear()
            version = desk.version
            news = screen.news(since)
            if news:
                yield encode("patch", news, f"{desk.epoch}.{version}")
                beat_due = loop.time() + BEAT_SECONDS
            since = version
            if desk.over:
                return
            await asyncio.sleep(_SHORTEST)
            wait = max(0.0, min(screen.tick_seconds, beat_due - loop.time()))
            try:
                async with asyncio.timeout(wait):
                    await bell.wait()
            except TimeoutError:
                pass
            if loop.time() >= beat_due:
                try:
                    await still_here()
                except LoanlineError:
                    yield encode("over", "")
                    return
                yield b": beat\n\n"
                beat_due = loop.time() + BEAT_SECONDS
