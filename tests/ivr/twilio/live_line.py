"""The Twilio side behind a real uvicorn on a free port, and a caller with a real WebSocket."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from core.applicant import PhoneNumber
from ivr.edge import edge_options
from ivr.line import IncomingCall
from ivr.twilio.media_socket import Limits
from tests.ivr.twilio import frames
from tests.ivr.twilio.fakes_line import FakeRunner
from tests.ivr.twilio.line_app import CALL, LineApp

FAST = Limits(start_s=0.4, stall_s=0.4, drain_s=1.0, send_s=1.0)


@asynccontextmanager
async def serving(limits: Limits = FAST) -> AsyncIterator[LineApp]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        line = LineApp(f"http://127.0.0.1:{listener.getsockname()[1]}", limits)
        server = uvicorn.Server(uvicorn.Config(line.app, log_level="error", lifespan="off", **edge_options()))
        task = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:  # noqa: ASYNC110  # uvicorn offers a flag and no event
            await asyncio.sleep(0.01)
        try:
            yield line
        finally:
            server.should_exit = True
            await task


def dial(line: LineApp, path: str = "/voice/media", headers: dict[str, str] | None = None) -> connect:
    """A socket as Twilio opens it; ``headers`` replace the signature."""
    url = "ws" + line.base.removeprefix("http") + path
    signature = line.sign(url) if headers is None else headers
    return connect(url, additional_headers=signature, compression=None, max_size=2**20)


async def ring(line: LineApp, call: str = CALL) -> str:
    """Let a call ring; returns its stream token."""
    await line.calls.ring(IncomingCall(call, PhoneNumber("+14155550123"), "+14155550100"))
    return line.tokens.mint(call)


async def begin(line: LineApp, ws: ClientConnection, call: str = CALL, stream: str = frames.STREAM) -> FakeRunner:
    """Ring and start the stream; returns the call's runner once it is joined."""
    token = await ring(line, call)
    await ws.send(frames.connected())
    await ws.send(frames.start(call, stream, {"call_token": token}))
    known = len(line.house.runners.get(call, []))
    await until(lambda: len(line.house.runners.get(call, [])) > known or ws.close_code is not None)
    return line.house.runners[call][-1]


async def until(true: Callable[[], bool], seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110  # the condition lives in the fakes, which have no event
            await asyncio.sleep(0.005)


async def answers(ws: ClientConnection, count: int) -> list[dict[str, Any]]:
    return [json.loads(await asyncio.wait_for(ws.recv(), 5)) for _ in range(count)]


async def close_code(ws: ClientConnection) -> int | None:
    """Read until the line closes."""
    try:
        async with asyncio.timeout(5):
            while True:
                await ws.recv()
    except ConnectionClosed:
        return ws.close_code
