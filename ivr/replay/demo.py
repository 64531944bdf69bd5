"""One recorded caller against one running server, seen from both sides."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx

from core.ports import Clock
from ivr.replay.caller import Heard, Said, SimulatedCaller
from ivr.replay.channel import load_clip
from ivr.replay.feed import CallFacts, Fact, follow
from ivr.replay.manifest import CallFixture
from ivr.replay.result import Played
from ivr.replay.wire import Carrier, WireCall, WireResult

__all__ = ["play_over_the_wire"]

_FEED_SECONDS = 15


async def play_over_the_wire(
    fixture: CallFixture,
    carrier: Carrier,
    call_id: str,
    *,
    clock: Clock,
    speed: float,
    heard_or_said: Callable[[Heard | Said], None] | None = None,
    fact: Callable[[Fact], None] | None = None,
) -> tuple[Played, WireResult, CallFacts | None]:
    """Play ``fixture`` as a carrier would. Where the server runs in demo mode its feed is followed too: every fact
    goes to ``fact``, and ``Played.result`` is what the server says of the call; else that is ``None``.

    Raises ``EnvironmentProblem`` when no server answers.
    """
    facts = CallFacts()

    def take(each: Fact) -> None:
        facts.take(each)
        if fact is not None:
            fact(each)

    started = clock.monotonic()
    ready = asyncio.Event()
    async with httpx.AsyncClient(trust_env=False) as http:
        feed = asyncio.create_task(follow(http, carrier.to, call_id, take, ready))
        try:
            await ready.wait()
            caller = SimulatedCaller(fixture, load_clip)
            call = WireCall(caller, carrier, call_id, now=clock.now, speed=speed, watch=heard_or_said)
            seen = await call.run()
            try:
                followed = await asyncio.wait_for(feed, _FEED_SECONDS)
            except TimeoutError:
                followed = facts.outcome is not None
        finally:
            feed.cancel()
    broken = seen.ended in {"failed", "refused"}
    played = Played(
        fixture=fixture,
        ended=seen.ended,
        stream_ms=seen.stream_ms,
        wall_seconds=clock.monotonic() - started,
        heard=seen.heard,
        said=seen.said,
        unused=seen.unused,
        result=facts.result() if followed else None,
        error=seen.why if broken else "",
    )
    return played, seen, facts if followed else None
