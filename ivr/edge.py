"""The edge of the server: a request arrives whole and soon, or its connection is closed.

uvicorn waits for ever for the rest of a header or a body, so a thousand slow sockets hold a thousand descriptors and
no caller gets in (slowloris). Here the first byte to the last of a request may take ``REQUEST_SECONDS``; a body may
have ``MOST_BODY`` bytes; and of the connections that still owe a request at most ``most_waiting`` stay, the oldest
going first. A WebSocket is out of this as soon as its handshake is whole: the media socket has limits of its own.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Any, ClassVar

import h11
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["MOST_BODY", "REQUEST_SECONDS", "edge_options", "edge_protocol"]

#: From the first byte (for a new connection: from its opening) to the end of the body.
REQUEST_SECONDS = 5.0
#: Twilio's forms have 4 kB, an application 20 kB, a page's form less.
MOST_BODY = 256 * 1024

#: A request line with its headers; as uvicorn has it.
_MOST_HEAD = 64 * 1024

_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_TOO_LARGE = b"HTTP/1.1 413 Content Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_UNANSWERED = (h11.IDLE, h11.SEND_RESPONSE)
_ARRIVING = (h11.IDLE, h11.SEND_BODY)


class _Measured(h11.Connection):
    """Counts each body as it is read, and hands nobody the piece with which it becomes too large."""

    body = 0

    @property
    def too_large(self) -> bool:
        return self.body > MOST_BODY

    def next_event(self) -> Any:
        """As h11's; raises ``RemoteProtocolError`` at that piece, however much of the body came with it at once."""
        event = super().next_event()
        if isinstance(event, h11.Request):
            self.body = 0
        elif isinstance(event, h11.Data):
            self.body += len(event.data)
            if self.too_large:
                raise h11.RemoteProtocolError("the body is too large", error_status_hint=413)
        return event


class EdgeProtocol(H11Protocol):
    """uvicorn's protocol with a deadline; see the module. Made by ``edge_protocol``."""

    conn: _Measured

    #: Shared by the connections of one server.
    waiting: ClassVar[OrderedDict[H11Protocol, None]]
    most_waiting: ClassVar[int]
    _deadline: asyncio.TimerHandle | None = None
    _upgraded = False

    def __init__(self, config: Config, *given: Any, **named: Any) -> None:
        super().__init__(config, *given, **named)
        self.conn = _Measured(h11.SERVER, config.h11_max_incomplete_event_size or _MOST_HEAD)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        self._wait()
        while len(self.waiting) > self.most_waiting:
            self.waiting.popitem(last=False)[0].transport.abort()

    def data_received(self, data: bytes) -> None:
        before = self.conn.their_state
        super().data_received(data)
        if self._upgraded or self.transport.is_closing():
            return
        state = self.conn.their_state
        if state not in _ARRIVING:
            self._arrived()
        elif state is h11.SEND_BODY or before is h11.IDLE:
            self._wait()

    def send_400_response(self, msg: str) -> None:
        """What cannot be read is refused as by uvicorn, but not in the middle of an answer that has begun."""
        if self.conn.too_large:
            self._refuse(_TOO_LARGE)
        elif self.conn.our_state in _UNANSWERED:
            super().send_400_response(msg)
        else:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._arrived()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self._upgraded = True
        self._arrived()
        super().handle_websocket_upgrade(event)

    def _wait(self) -> None:
        """The clock of a request starts once; nothing that trickles in restarts it."""
        if self._deadline is None:
            self._deadline = self.loop.call_later(REQUEST_SECONDS, self._refuse, _TOO_SLOW)
            self.waiting[self] = None

    def _arrived(self) -> None:
        self.waiting.pop(self, None)
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _refuse(self, answer: bytes) -> None:
        """Say why if nothing has been said yet, and close."""
        if not self.transport.is_closing():
            if self.conn.our_state in _UNANSWERED:
                self.transport.write(answer)
            self.transport.close()
        self._arrived()


def edge_protocol(most_waiting: int = 256) -> type[H11Protocol]:
    """A protocol class for ``uvicorn.Config(http=...)``; its connections share one count of those that wait."""
    shared = {"waiting": OrderedDict(), "most_waiting": most_waiting}
    return type("SharedEdgeProtocol", (EdgeProtocol,), shared)


def edge_options() -> dict[str, Any]:
    """How uvicorn is to serve the line: what comes in is bounded. A frame of Twilio's has 400 bytes; uvicorn would take
    16 MB of one, and more where it is compressed."""
    return {
        "http": edge_protocol(),
        "ws": "websockets-sansio",
        "ws_max_size": 65_536,
        "ws_per_message_deflate": False,
        "ws_ping_interval": None,
        "h11_max_incomplete_event_size": 16_384,
        "timeout_keep_alive": 20,
        "server_header": False,
    }
