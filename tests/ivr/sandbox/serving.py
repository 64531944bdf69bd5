"""A sandbox on loopback, over real HTTP."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import uvicorn

from ivr.sandbox.app import standalone_app
from ivr.sandbox.inbox import SmsBox


class FixedClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def now(self) -> datetime:
        return datetime(2026, 10, 1, 12, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.seconds


class CountingIds:
    def __init__(self) -> None:
        self.count = 0

    def new(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}_{self.count}"

    def digits(self, count: int) -> str:
        return "1" * count

    def token(self) -> str:
        return "t"


@asynccontextmanager
async def sandbox() -> AsyncIterator[tuple[str, SmsBox]]:
    """The address of ``/sandbox`` and its inbox."""
    box = SmsBox(FixedClock(), CountingIds())
    config = uvicorn.Config(standalone_app(box, FixedClock(), slow_seconds=0.5), log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    listener = socket.create_server(("127.0.0.1", 0))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/sandbox", box
    finally:
        server.should_exit = True
        await task
