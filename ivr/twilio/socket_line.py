"""The way out to one caller over a WebSocket: play, clear, close."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.websockets import WebSocket, WebSocketDisconnect

from ivr.twilio.protocol import MediaStreamProtocol

__all__ = ["SocketLine"]


class SocketLine:
    """An ``ivr.line.Line``. What is sent to a caller who is gone is dropped.

    A far end that does not take a prompt within ``send_seconds`` counts as gone, and ``gone`` is told why.
    """

    def __init__(
        self, socket: WebSocket, protocol: MediaStreamProtocol, gone: Callable[[str], None], send_seconds: float = 5.0
    ) -> None:
        self._socket = socket
        self._protocol = protocol
        self._gone = gone
        self._seconds = send_seconds
        self._turn = asyncio.Lock()
        self._closed = False
        self._deaf = False

    async def play(self, mulaw: bytes, mark: str) -> None:
        async with self._turn:
            await self._send(self._protocol.play(mulaw, mark))

    async def clear(self) -> None:
        async with self._turn:
            await self._send([self._protocol.clear()])

    async def close(self) -> None:
        await self.close_with(1000)

    async def close_with(self, code: int) -> None:
        """Close once, with a WebSocket close code (RFC 6455 section 7.4.1)."""
        if self._closed:
            return
        self._closed = True
        try:
            async with asyncio.timeout(self._seconds):
                await self._socket.close(code)
        except (TimeoutError, WebSocketDisconnect, RuntimeError):
            return  # it is closed already, which is what was asked

    async def _send(self, frames: list[str]) -> None:
        if self._closed or self._deaf:
            return
        try:
            async with asyncio.timeout(self._seconds):
                for frame in frames:
                    await self._socket.send_text(frame)
        except (TimeoutError, WebSocketDisconnect, RuntimeError):
            self._deaf = True
            self._gone("not_listening")
