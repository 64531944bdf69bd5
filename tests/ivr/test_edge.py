"""Slow, endless and too large requests against a real server; honest ones beside them are served."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
import uvicorn
import websockets
from fastapi import FastAPI, Request, WebSocket
from uvicorn.server import ServerState

from ivr import edge
from ivr.edge import MOST_BODY, edge_protocol

SLOW = int(os.environ.get("LOANLINE_SLOW_SOCKETS", "300"))
_SOON = 0.5


@dataclass
class Server:
    port: int

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def get(self) -> float:
        """Seconds that an honest request takes."""
        begun = time.monotonic()
        reader, writer = await self.open()
        writer.write(b"GET /hello HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        answer = await asyncio.wait_for(reader.read(), 5)
        writer.close()
        assert answer.startswith(b"HTTP/1.1 200")
        return time.monotonic() - begun


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    monkeypatch.setattr(edge, "REQUEST_SECONDS", _SOON)
    app = FastAPI()

    @app.get("/hello")
    async def hello() -> str:
        return "hello"

    @app.post("/body")
    async def body(request: Request) -> int:
        return len(await request.body())

    @app.websocket("/talk")
    async def talk(socket: WebSocket) -> None:
        await socket.accept()
        await asyncio.sleep(3 * _SOON)
        await socket.send_text("still here")
        await socket.close()

    config = uvicorn.Config(app, port=0, log_level="critical", http=edge_protocol(64), ws="websockets-sansio")
    running = uvicorn.Server(config)
    task = asyncio.create_task(running.serve())
    while not running.started:  # noqa: ASYNC110  # uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield Server(running.servers[0].sockets[0].getsockname()[1])
    running.should_exit = True
    await task


async def _cut_after(server: Server, first: bytes, trickle: bytes = b"") -> tuple[float, bytes]:
    """Send, then a piece every 100 ms; how long the server bore it, and what it said."""
    reader, writer = await server.open()
    begun = time.monotonic()
    writer.write(first)
    read = asyncio.create_task(reader.read())
    with suppress(ConnectionError):
        while not read.done() and time.monotonic() - begun < 10 * _SOON:
            await asyncio.sleep(0.1)
            if trickle:
                writer.write(trickle)
                await writer.drain()
    answer = b""
    with suppress(ConnectionError):
        answer = await asyncio.wait_for(read, 1)
    writer.close()
    return time.monotonic() - begun, answer


@pytest.mark.parametrize(
    ("first", "trickle"),
    [
        (b"", b""),
        (b"GET /hello HTTP/1.1\r\n", b""),
        (b"GET /hello HTTP/1.1\r\n", b"x-a: b\r\n"),
        (b"POST /body HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n", b"a"),
        (b"POST /body HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
        (b"GET /hello HTTP/1.1\r\nhost: x\r\n\r\nGET /hello HTTP/1.1\r\n", b"x-a: b\r\n"),
    ],
)
async def test_a_request_that_never_ends_is_cut(server: Server, first: bytes, trickle: bytes) -> None:
    seconds, answer = await _cut_after(server, first, trickle)
    assert _SOON - 0.1 <= seconds < 4 * _SOON
    assert b"408" in answer or answer.startswith(b"HTTP/1.1 200")


class Pipe(asyncio.Transport):
    """The server's end of a connection in a test's hand: what is read comes in pieces of the test's choice."""

    def __init__(self) -> None:
        super().__init__()
        self.written, self.closed = b"", False

    def write(self, data: Any) -> None:
        self.written += data

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("size", [MOST_BODY, MOST_BODY + 1, 2 * MOST_BODY - 1])
async def test_a_body_whose_last_piece_comes_at_once_with_its_end(chunked: bool, size: int) -> None:
    """One read may be as large as the cap, so that the body is whole before anybody has counted a part of it."""
    seen: list[int] = []

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        more = True
        while more:
            message = await receive()
            seen.append(len(message.get("body", b"")))
            more = message.get("more_body", False)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    config = uvicorn.Config(app, log_level="critical", lifespan="off")
    connection, pipe = edge_protocol()(config, ServerState(), {}), Pipe()
    connection.connection_made(pipe)
    length = b"transfer-encoding: chunked" if chunked else f"content-length: {size}".encode()
    connection.data_received(b"POST /body HTTP/1.1\r\nhost: x\r\n" + length + b"\r\n\r\n")
    first, rest = b"a" * (MOST_BODY - 1), b"a" * (size - MOST_BODY + 1)
    connection.data_received(_piece(first, chunked))
    connection.data_received(_piece(rest, chunked) + (b"0\r\n\r\n" if chunked else b""))
    await asyncio.sleep(0.05)
    connection.connection_lost(None)
    await asyncio.gather(*connection.tasks)
    assert sum(seen) <= MOST_BODY
    assert pipe.written.startswith(b"HTTP/1.1 413" if size > MOST_BODY else b"HTTP/1.1 200")


def _piece(data: bytes, chunked: bool) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n" if chunked else data


async def test_a_body_of_exactly_the_cap_comes_through(server: Server) -> None:
    head = f"POST /body HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {MOST_BODY}\r\n\r\n"
    _, answer = await _cut_after(server, head.encode() + b"a" * MOST_BODY)
    assert answer.endswith(str(MOST_BODY).encode())


async def test_a_body_without_end_is_refused(server: Server) -> None:
    head = b"POST /body HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999\r\n\r\n"
    seconds, answer = await _cut_after(server, head + b"a" * (MOST_BODY + 1))
    assert answer.startswith(b"HTTP/1.1 413")
    assert seconds < _SOON


async def test_a_large_body_that_is_allowed_comes_through(server: Server) -> None:
    reader, writer = await server.open()
    size = MOST_BODY - 1000
    writer.write(f"POST /body HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {size}\r\n\r\n".encode())
    writer.write(b"a" * size)
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    assert answer.endswith(str(size).encode())


async def test_a_kept_connection_serves_again_after_a_pause(server: Server) -> None:
    reader, writer = await server.open()
    for _ in range(3):
        writer.write(b"GET /hello HTTP/1.1\r\nhost: x\r\n\r\n")
        assert (await asyncio.wait_for(reader.readuntil(b'"hello"'), 5)).startswith(b"HTTP/1.1 200")
        await asyncio.sleep(1.5 * _SOON)  # idle between two requests is the keep-alive's business
    writer.close()


async def test_a_websocket_outlives_the_deadline(server: Server) -> None:
    async with websockets.connect(f"ws://127.0.0.1:{server.port}/talk") as socket:
        assert await asyncio.wait_for(socket.recv(), 5) == "still here"


@pytest.mark.slow
async def test_slow_sockets_do_not_keep_callers_out(server: Server) -> None:
    """R11: many sockets that send a byte now and then; honest requests go on being served."""
    slow = [await server.open() for _ in range(SLOW)]
    for _, writer in slow:
        with suppress(ConnectionError):
            writer.write(b"GET /hello HTTP/1.1\r\nx-")
    served = sorted([await server.get() for _ in range(50)])
    async with asyncio.timeout(4 * _SOON):  # every one of them is cut
        await asyncio.gather(*(reader.read() for reader, _ in slow), return_exceptions=True)
    for _, writer in slow:
        writer.close()
    assert served[int(len(served) * 0.99)] < 0.5
