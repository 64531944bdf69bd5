"""The server is killed in mid-call; the caller dials again, proves who is calling, and goes on at the open question.

Everything real: server process, HTTP, WebSocket, Vosk, the database file.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest
from sqlalchemy import create_engine, text

from core.storage.opening import DATA_FILE
from ivr.replay.caller import SimulatedCaller
from ivr.replay.channel import load_clip
from ivr.replay.child import DemoServer, demo_server
from ivr.replay.feed import Fact, follow
from ivr.replay.manifest import read_fixture
from ivr.replay.wire import Carrier, WireCall, WireResult
from ivr.system import SystemClock

pytestmark = pytest.mark.slow

CALLS = Path(__file__).parents[2] / "audio_fixtures" / "calls"
FIRST_CALL, SECOND_CALL = "CA" + "1" * 32, "CA" + "2" * 32


def _second_call(folder: Path) -> Path:
    """The happy path once more, by somebody who has been asked for the code of the unfinished call first."""
    source = (CALLS / "happy_path.call.toml").read_text("utf-8").replace('"happy_path/', f'"{CALLS}/happy_path/')
    turn = '[[turn]]\nwhen = "resume.ask"\nkeys = "{sms_code}"\n\n'
    again = folder / "again.call.toml"
    again.write_text(source.replace("[[turn]]", turn + "[[turn]]", 1), "utf-8")
    return again


@asynccontextmanager
async def _feed(server: DemoServer, call_id: str) -> AsyncIterator[list[Fact]]:
    facts: list[Fact] = []
    ready = asyncio.Event()
    async with httpx.AsyncClient(trust_env=False) as http:
        task = asyncio.create_task(follow(http, server.url, call_id, facts.append, ready))
        await ready.wait()
        try:
            yield facts
        finally:
            with suppress(Exception):
                await asyncio.wait_for(task, 5)


def _server_pid(server: DemoServer) -> int:
    wanted = f"LOANLINE_DATA_DIR={server.data_dir}"
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                if wanted in (entry / "environ").read_text("utf-8", "replace") and b"serve" in (
                    entry / "cmdline"
                ).read_bytes().split(b"\0"):
                    return int(entry.name)
    raise AssertionError("the server's process was not found")


async def _call(server: DemoServer, fixture: Path, call_id: str) -> WireResult:
    caller = SimulatedCaller(read_fixture(fixture), load_clip)
    carrier = Carrier(server.token, server.url, server.url)
    return await WireCall(caller, carrier, call_id, now=SystemClock().now, speed=8.0).run()


async def _call_until_killed(server: DemoServer, slot: str) -> list[Fact]:
    async with _feed(server, FIRST_CALL) as facts:
        call = asyncio.create_task(_call(server, CALLS / "happy_path.call.toml", FIRST_CALL))
        async with asyncio.timeout(90):
            while not any(fact["kind"] == "slot" and fact["name"] == slot for fact in facts):  # noqa: ASYNC110  # a list
                await asyncio.sleep(0.02)
        os.kill(_server_pid(server), signal.SIGKILL)
        with suppress(Exception):
            await asyncio.wait_for(call, 30)
    return facts


async def test_a_killed_server_loses_nothing_that_was_confirmed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    async with demo_server(data) as server:
        before = await _call_until_killed(server, "monthly_income")
    stored = {fact["name"]: fact["value"] for fact in before if fact["kind"] == "slot"}

    async with demo_server(data) as server, _feed(server, SECOND_CALL) as after:
        result = await _call(server, _second_call(tmp_path), SECOND_CALL)

    asked = [heard.prompt_id for heard in result.heard]
    assert result.ended == "completed", (result.why, asked)
    assert asked[:3] == ["menu.ask", "consent.ask", "resume.ask"]
    repeated = [name for name in stored if f"{name}.ask" in asked]
    assert len(repeated) <= 1, repeated
    assert asked[-1] == "goodbye.accepted"
    assert next(fact["outcome"] for fact in after if fact["kind"] == "decision") == "approve"

    with create_engine(f"sqlite:///{data / DATA_FILE}").connect() as rows:
        assert rows.execute(text("SELECT count(*) FROM applications")).scalar() == 1
        assert rows.execute(text("SELECT count(DISTINCT case_id) FROM journal")).scalar() == 1

    spoken = ("daniel", "brooks", "4155550123", "7341", "march twelfth", "twenty five hundred", "car repair", "my car")
    for file in sorted(path for path in data.rglob("*") if path.is_file()):
        content = file.read_bytes().lower()
        for words in spoken:
            assert words.encode() not in content, f"{words!r} stands readable in {file.name}"
