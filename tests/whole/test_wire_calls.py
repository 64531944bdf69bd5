"""Branches of the dialogue called over real HTTP and WebSocket, as ``loanline call`` does; all of them replay in
process in ``test_fixture_calls``."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from ivr.replay.child import DemoServer, demo_server
from ivr.replay.compare import judge
from ivr.replay.demo import play_over_the_wire
from ivr.replay.manifest import read_fixture
from ivr.replay.result import Played
from ivr.replay.wire import Carrier
from ivr.system import SystemClock

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

CALLS = Path(__file__).parents[2] / "audio_fixtures" / "calls"
#: Stream time over clock time: fast, yet such that two busy cores keep up.
SPEED = 20.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DemoServer]:
    async with demo_server(tmp_path_factory.mktemp("line")) as running:
        yield running


async def _call(name: str, server: DemoServer, speed: float = SPEED) -> Played:
    carrier = Carrier(server.token, server.url, server.url)
    call_id = "CA" + hashlib.sha256(name.encode()).hexdigest()[:32]
    fixture = read_fixture(CALLS / f"{name}.call.toml")
    played, seen, _facts = await play_over_the_wire(fixture, carrier, call_id, clock=SystemClock(), speed=speed)
    assert played.result is not None, "the server's feed of this call"
    assert not seen.warnings, "the carrier took every message"
    return played


def _cut(played: Played) -> list[str]:
    return [prompt.prompt_id for prompt in played.heard if prompt.flushed]


@pytest.mark.parametrize(
    "name", ["not_my_loan", "stop_midway", "repeat_slower_help", "date_in_parts", "noisy_line", "withheld_number"]
)
async def test_a_branch_over_the_wire(name: str, server: DemoServer) -> None:
    played = await _call(name, server)
    verdict = judge(played)
    assert verdict.ok, [f"{each.what}: {each.got}, expected {each.expected}" for each in verdict.differences]


async def test_an_answer_over_the_prompt_clears_it(server: DemoServer) -> None:
    played = await _call("barge_in", server, speed=3)  # fast enough, and the server is not seconds behind
    verdict = judge(played)
    assert verdict.ok, [f"{each.what}: {each.got}, expected {each.expected}" for each in verdict.differences]
    assert _cut(played) == ["employment.ask"]
    cut = next(prompt for prompt in played.heard if prompt.flushed)
    spoke = next(said for said in played.said if said.words == "i work full time")
    # At this speed the carrier may be two seconds of stream ahead of the server; test_barge_in.py measures exactly.
    assert cut.end_ms - spoke.start_ms < 3000, "the carrier's buffer was emptied soon after the caller began"


async def test_a_cough_clears_nothing(server: DemoServer) -> None:
    played = await _call("cough", server)
    assert judge(played).ok
    assert _cut(played) == []
