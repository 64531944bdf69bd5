"""The wire between a browser and a server, which a test can cut and mend: a plain TCP relay."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

__all__ = ["Cable", "cable"]


class Cable:
    """``url`` is where the browser dials. Cut, nothing gets through and nobody is answered."""

    def __init__(self, far_port: int) -> None:
        self._far_port = far_port
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()
        self._port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._join, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        assert self._server is not None
        self._server.close()
        for end in list(self._ends):
            end.transport.abort()

    async def _join(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        try:
            far_in, far_out = await asyncio.open_connection("127.0.0.1", self._far_port)
        except OSError:
            near_out.close()
            return
        ends = {near_out, far_out}
        self._ends |= ends
        ways = [asyncio.create_task(_pump(near_in, far_out)), asyncio.create_task(_pump(far_in, near_out))]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.close()
        await asyncio.gather(*ways, return_exceptions=True)
        self._ends -= ends


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(65_536):
            sink.write(data)
            await sink.drain()


@asynccontextmanager
async def cable(server_url: str) -> AsyncIterator[Cable]:
    port = urlsplit(server_url).port
    assert port is not None
    made = Cable(port)
    await made.mend()
    try:
        yield made
    finally:
        await made.cut()
