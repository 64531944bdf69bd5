"""A server that is told to stop lets its calls end first: they finish, or they go on elsewhere.

uvicorn alone would close every WebSocket at the first signal, and with it every call in progress.
"""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable
from types import FrameType

import uvicorn

__all__ = ["DrainingServer"]


class DrainingServer(uvicorn.Server):
    """At the first signal ``drain`` is awaited, while requests are still answered; then the server stops. A second
    signal stops it at once."""

    def __init__(self, config: uvicorn.Config, drain: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._drain = drain
        self._loop: asyncio.AbstractEventLoop | None = None
        self._draining: asyncio.Task[None] | None = None
        self._told = False

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().serve(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._told or not self.started or self._loop is None:
            super().handle_exit(sig, frame)
            return
        self._told = True
        self._loop.call_soon_threadsafe(self._begin, sig)

    def _begin(self, sig: int) -> None:
        self._draining = asyncio.ensure_future(self._drain_and_stop(sig))

    async def _drain_and_stop(self, sig: int) -> None:
        try:
            await self._drain()
        finally:
            super().handle_exit(signal.Signals(sig), None)
