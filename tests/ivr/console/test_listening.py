"""Listening in and speaking over a real WebSocket."""

from __future__ import annotations

import asyncio
import socket as sockets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from core.errors import StorageError
from core.usecases.roles import Role
from core.usecases.staff import digest, sign_out_everywhere
from speech.audio import encode_mulaw, silence_mulaw
from tests.ivr.console.office import Office, open_office
from tests.ivr.small_line import CLIPS, SmallLine, by_keys, load_clip


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110  # what is waited for sets no event
            await asyncio.sleep(0.02)


class Served:
    """The console on a port of its own."""

    def __init__(self, office: Office, port: int) -> None:
        self.office, self.home = office, f"http://127.0.0.1:{port}"
        self.address = f"ws://127.0.0.1:{port}/console/calls/CA1/sound"

    def headers(self, token: str, origin: str = "") -> dict[str, str]:
        return {"Cookie": f"loanline={token}", "Origin": origin or self.home}

    async def post(self, token: str, path: str, **form: str) -> int:
        async with httpx.AsyncClient(base_url=self.home, trust_env=False, headers=self.headers(token)) as client:
            return (await client.post(f"/console/calls/CA1/{path}", data=form)).status_code

    async def refused(self, token: str, origin: str = "") -> int:
        with pytest.raises(InvalidStatus) as error:
            async with connect(self.address, additional_headers=self.headers(token, origin), proxy=None):
                pass
        return error.value.response.status_code

    @asynccontextmanager
    async def ear(self, token: str) -> AsyncIterator[ClientConnection]:
        async with connect(self.address, additional_headers=self.headers(token), proxy=None) as socket:
            yield socket


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    line = SmallLine(tmp_path)
    async with open_office(tmp_path, line) as office:
        await line.answer()
        await line.until("amount.ask", by_keys)
        await line.prompts_out()
        listener = sockets.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(office.app, log_level="error", lifespan="off", ws="websockets-sansio")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        await until(lambda: server.started)
        yield Served(office, listener.getsockname()[1])
        server.should_exit = True
        await serving


async def test_who_stated_a_purpose_hears_both_sides(served: Served) -> None:
    token = served.office.token(Role.SUPERVISOR, "m.reyes")
    assert await served.refused(token) == 403
    assert await served.post(token, "listen", purpose="quality") == 204
    voice = encode_mulaw(load_clip(CLIPS / "yes.flac"))[:160]
    async with served.ear(token) as socket:
        await served.office.line.sound(voice)
        frame = await asyncio.wait_for(socket.recv(), 5)
        assert frame == voice + silence_mulaw(20)
    assert ("m.reyes", "call.listened", "CA1") in served.office.actions()


async def test_other_pages_other_roles_and_strangers_hear_nothing(served: Served) -> None:
    supervisor = served.office.token(Role.SUPERVISOR, "m.reyes")
    await served.post(supervisor, "listen", purpose="quality")
    assert await served.refused(supervisor, "http://other.test") == 403
    assert await served.refused("no-such-token") == 403
    viewer = served.office.token(Role.VIEWER, "v.one")
    assert await served.post(viewer, "listen", purpose="quality") == 403
    assert await served.refused(viewer) == 403


async def test_the_ear_ends_with_the_session(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.console.listening.LOOK_SECONDS", 0.05)
    token = served.office.token(Role.SUPERVISOR, "m.reyes")
    assert await served.post(token, "listen", purpose="quality") == 204
    async with served.ear(token) as socket:
        await asyncio.sleep(0.3)
        await served.office.line.sound(silence_mulaw(20))
        assert await asyncio.wait_for(socket.recv(), 5)
        sign_out_everywhere(served.office.storage, served.office.clock, "m.reyes", "os.tester")
        await asyncio.wait_for(socket.wait_closed(), 5)


async def test_who_gave_a_call_back_hears_it_no_more(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.console.listening.LOOK_SECONDS", 0.05)
    agent = served.office.token(Role.AGENT, "a.one")
    assert await served.post(agent, "take-over", reason="caller asked") == 204
    await asyncio.sleep(0.05)
    await served.office.line.prompts_out()
    async with served.ear(agent) as socket:
        assert await served.post(agent, "hand-back", why="helped") == 204
        await asyncio.wait_for(socket.wait_closed(), 5)


async def test_a_long_talk_is_not_cut_off(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever talks touches no key for a quarter of an hour, and the store can be away for a while."""
    monkeypatch.setattr("ivr.console.listening.LOOK_SECONDS", 0.05)
    office, agent = served.office, served.office.token(Role.AGENT, "a.one")
    assert await served.post(agent, "take-over", reason="caller asked") == 204
    await asyncio.sleep(0.05)
    await office.line.prompts_out()

    def seen_now() -> bool:
        with office.storage.begin() as work:
            session = work.staff.session(digest(agent))
        return session is not None and session.seen_at == office.clock.now()

    async with served.ear(agent) as socket:
        for _ in range(2):
            office.clock.pass_by(minutes=10)
            await until(seen_now)
        asked: list[str] = []

        def away(*_: object, **__: object) -> None:
            asked.append("visitor")
            raise StorageError("The store is away.")

        with monkeypatch.context() as outage:
            outage.setattr("ivr.console.door.staff.visitor", away)
            await until(lambda: len(asked) > 1)
        await office.line.sound(silence_mulaw(20))
        assert await asyncio.wait_for(socket.recv(), 5)


async def test_who_took_the_call_over_is_heard_and_nobody_else(served: Served) -> None:
    line = served.office.line
    agent = served.office.token(Role.AGENT, "a.one")
    assert await served.refused(agent) == 403
    assert await served.post(agent, "take-over", reason="caller asked") == 204
    await asyncio.sleep(0.05)
    await line.prompts_out()
    listener = served.office.token(Role.SUPERVISOR, "m.reyes")
    await served.post(listener, "listen", purpose="quality")
    async with served.ear(agent) as mine, served.ear(listener) as other:
        await other.send(b"\x10" * 160)
        await mine.send(b"\x20" * 160)
        await until(lambda: "staff" in [mark for mark, _ in line.line.queued])
        assert [mark for mark, _ in line.line.queued].count("staff") == 1
        await mine.send(b"\x20" * 9000)  # no microphone sends a second at once
        await asyncio.wait_for(mine.wait_closed(), 5)
