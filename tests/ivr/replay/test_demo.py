"""One call seen from both sides: the carrier's and, in demo mode, the line's."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from fastapi import WebSocket
from fastapi.responses import StreamingResponse

from ivr.replay.compare import judge
from ivr.replay.demo import play_over_the_wire
from ivr.replay.feed import Fact
from ivr.replay.manifest import CallFixture
from ivr.replay.wire import Carrier
from tests.ivr.replay.test_feed import FACTS
from tests.ivr.replay.test_wire import CALL, PUBLIC, TOKEN, Server, serving


class Clock:
    def now(self) -> datetime:
        return datetime(2026, 10, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        return 1.0


def fixture() -> CallFixture:
    expect = {"outcome": "accepted", "decision": "approve", "slots": {"amount": "3000.00"}}
    turn = {"when": "amount.ask", "keys": "7"}
    return CallFixture.model_validate({"caller": {"number": "+14155550123"}, "turn": [turn], "expect": expect})


async def talk(server: Server, ws: WebSocket, _: str) -> None:
    await server.until(ws, "start")
    await server.say(ws, "amount.ask:1")
    await server.until(ws, "dtmf")
    await ws.close()


async def test_both_sides_of_a_call() -> None:
    server = Server(talk)
    over = asyncio.Event()
    asked: list[str] = []

    @server.app.get("/demo/feed")
    async def feed(call: str) -> StreamingResponse:
        asked.append(call)

        async def lines() -> AsyncIterator[str]:
            while not server.forms or server.forms[-1][0] != "status":
                await asyncio.sleep(0.01)
                yield "\n"
            for fact in FACTS:
                yield json.dumps(fact) + "\n"
            over.set()

        return StreamingResponse(lines())

    facts: list[Fact] = []
    async with serving(server.app) as port, asyncio.timeout(30):
        carrier = Carrier(TOKEN, f"http://127.0.0.1:{port}", PUBLIC)
        played, seen, told = await play_over_the_wire(
            fixture(), carrier, CALL, clock=Clock(), speed=20, fact=facts.append
        )
    assert over.is_set()
    assert asked == [CALL]
    assert (seen.ended, played.ended) == ("completed", "completed")
    assert facts == FACTS
    assert told is not None
    assert told.slots == {"amount": "3000.00"}
    assert judge(played).ok


async def test_without_a_feed_only_the_caller_is_judged() -> None:
    server = Server(talk)
    async with serving(server.app) as port, asyncio.timeout(30):
        carrier = Carrier(TOKEN, f"http://127.0.0.1:{port}", PUBLIC)
        played, _, told = await play_over_the_wire(fixture(), carrier, CALL, clock=Clock(), speed=20)
    assert told is None
    assert played.result is None
    assert judge(played).ok


async def test_a_refused_call_is_a_difference() -> None:
    server = Server(talk)
    async with serving(server.app) as port, asyncio.timeout(30):
        carrier = Carrier("another token", f"http://127.0.0.1:{port}", PUBLIC)
        played, _, _ = await play_over_the_wire(fixture(), carrier, CALL, clock=Clock(), speed=20)
    assert played.ended == "refused"
    assert [difference.what for difference in judge(played).differences] == ["the call", "turn 1"]
