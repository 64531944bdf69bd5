"""A server that is told to stop: calls finish or go on with the next server, and an open tab holds nobody up."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import uvicorn

from ivr.draining import DrainingServer
from ivr.replay.caller import Heard, Said, SimulatedCaller
from ivr.replay.channel import load_clip
from ivr.replay.manifest import read_fixture
from ivr.replay.wire import Carrier, WireCall, WireResult

CALLS = Path(__file__).parents[2] / "audio_fixtures" / "calls"
TOKEN = "a token of the test's own"
CALL = "CA" + "7" * 32


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@asynccontextmanager
async def server(data: Path, port: int, drain: int) -> AsyncIterator[asyncio.subprocess.Process]:
    env = {key: value for key, value in os.environ.items() if not key.startswith(("LOANLINE_", "TWILIO_"))}
    env |= {"LOANLINE_DEMO": "1", "LOANLINE_DATA_DIR": str(data), "TWILIO_AUTH_TOKEN": TOKEN}
    env |= {"LOANLINE_DRAIN_SECONDS": str(drain), "LOANLINE_RECOGNIZER_WORKERS": "1"}
    command = (sys.executable, "-m", "ivr.cli", "serve", "--port", str(port))
    child = await asyncio.create_subprocess_exec(*command, env=env, stderr=asyncio.subprocess.DEVNULL)
    try:
        async with httpx.AsyncClient(trust_env=False) as http, asyncio.timeout(180):
            while True:
                try:
                    if (await http.get(f"http://127.0.0.1:{port}/readyz")).is_success:
                        break
                except httpx.HTTPError:
                    await asyncio.sleep(0.1)
        yield child
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()


def caller(name: str, port: int, reached: dict[str, asyncio.Event]) -> tuple[WireCall, SimulatedCaller]:
    phone = SimulatedCaller(read_fixture(CALLS / f"{name}.call.toml"), load_clip)
    url = f"http://127.0.0.1:{port}"

    def watch(item: Heard | Said) -> None:
        reached.setdefault(item.prompt_id, asyncio.Event()).set()

    return WireCall(phone, Carrier(TOKEN, url, url), CALL, now=lambda: datetime.now(UTC), speed=6, watch=watch), phone


@pytest.mark.slow
async def test_an_open_tab_holds_nobody_up_and_a_call_on_the_line_finishes(tmp_path: Path) -> None:
    port = free_port()
    async with server(tmp_path, port, drain=60) as child, httpx.AsyncClient(trust_env=False, timeout=90) as http:
        base, reached = f"http://127.0.0.1:{port}", {"full_name.ask": asyncio.Event()}
        await http.get(f"{base}/console/sign-in")
        signed_in = await http.post(
            f"{base}/console/demo", data={"role": "supervisor"}, headers={"Sec-Fetch-Site": "same-origin"}
        )
        assert signed_in.status_code == 303, signed_in.text
        page = await http.get(f"{base}/console/live")
        cursor = re.search(r'data-after="([^"]+)"', page.text)
        assert cursor is not None
        async with http.stream("GET", f"{base}/console/live/events", params={"after": cursor[1]}) as tab:
            assert tab.status_code == 200
            call, _ = caller("asks_for_person", port, reached)
            talking = asyncio.create_task(call.run())
            await reached["full_name.ask"].wait()
            child.send_signal(signal.SIGTERM)
            result: WireResult = await talking
            over = time.monotonic()
            async for _ in tab.aiter_bytes():
                pass  # to its end, which the server makes
            assert await asyncio.wait_for(child.wait(), 20) == -signal.SIGTERM
            assert time.monotonic() - over < 15
    assert any(heard.prompt_id.startswith("handover") for heard in result.heard)
    assert result.warnings == ()


@pytest.mark.slow
async def test_a_call_that_does_not_finish_in_time_goes_on_with_the_next_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A machine that runs many tests at once starts a server slowly; the carrier waits for it here.
    monkeypatch.setattr("ivr.replay.wire._AGAIN_AFTER_S", (5.0,) * 12)
    port, reached = free_port(), {"employment.ask": asyncio.Event()}
    async with server(tmp_path, port, drain=0) as child:
        call, phone = caller("happy_path", port, reached)
        talking = asyncio.create_task(call.run())
        await reached["employment.ask"].wait()
        child.send_signal(signal.SIGTERM)
        await asyncio.wait_for(child.wait(), 90)
    async with server(tmp_path, port, drain=0):
        result = await talking
    assert (result.ended, result.why) == ("completed", "Hangup")
    assert "Pause" in result.steps
    asked = [heard.prompt_id for heard in phone.heard]
    assert asked.count("full_name.ask") == 1
    assert asked.count("amount.ask") == 1
    assert asked[-1] == "goodbye.accepted"


async def test_the_drain_comes_before_the_end_and_a_second_signal_does_not_wait() -> None:
    came: list[str] = []

    async def app(scope: object, receive: object, send: object) -> None:
        raise AssertionError("nobody asks")

    async def forever() -> None:
        came.append("draining")
        await asyncio.Event().wait()

    made = DrainingServer(uvicorn.Config(app, lifespan="off", log_level="error"), forever)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = asyncio.create_task(made.serve([listener]))
        while not made.started:  # noqa: ASYNC110  # uvicorn offers a flag and no event
            await asyncio.sleep(0.01)
        made._captured_signals = _Nothing()
        made.handle_exit(signal.SIGTERM, None)
        await asyncio.sleep(0.2)
        assert (came, made.should_exit) == (["draining"], False)
        made.handle_exit(signal.SIGTERM, None)
        assert made.should_exit
        await asyncio.wait_for(serving, 5)


class _Nothing(list[int]):
    """Signals that are not raised again once the server is down: the test goes on."""

    def append(self, _signal: int) -> None: ...
