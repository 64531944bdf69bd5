"""A call's facts, over real HTTP and folded."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from core.risk import Band
from ivr.replay.feed import CallFacts, Fact, follow
from ivr.replay.result import RiskLook
from tests.ivr.replay.test_wire import serving

UNHEARD = {"name": "voice_x", "assessed": False, "text": "not assessed: needs consent", "value": None, "unit": ""}
FACTS: list[dict[str, Any]] = [
    {"kind": "began", "at_ms": 0, "caller": "+1•••23"},
    {"kind": "prompt", "at_ms": 0, "id": "amount.ask", "text": "How much?"},
    {"kind": "heard", "at_ms": 2500, "from_ms": 1500, "question": "amount", "text": "two thousand", "confidence": 0.9},
    {"kind": "slot", "at_ms": 2600, "name": "amount", "value": "2000.00", "confidence": 0.9, "read_back": "none"},
    {"kind": "prompt", "at_ms": 2700, "id": "amount.retry", "text": "Again?"},
    {"kind": "slot", "at_ms": 4600, "name": "amount", "value": "3000.00", "confidence": 0.9, "read_back": "explicit"},
    {
        "kind": "signals",
        "at_ms": 5000,
        "band": "observe",
        "level": 1,
        "complete": True,
        "reasons": ["CALLER_ID_UNVERIFIED"],
        "took_ms": 12.5,
        "signals": [{"name": "pitch", "assessed": True, "text": "t", "value": 1.5, "unit": "Hz"}, UNHEARD],
    },
    {"kind": "heard", "at_ms": 6000, "question": "code", "text": "", "hidden": True, "confidence": 0.5},
    {"kind": "decision", "at_ms": 7000, "outcome": "approve", "reasons": [{"code": "ok", "text": "x"}]},
    {"kind": "offer", "at_ms": 7000, "principal": "3000.00", "apr": "11.9"},
    {"kind": "record", "at_ms": 8000, "call": "CA1", "path": "data/demo"},
    {"kind": "end", "at_ms": 8000, "outcome": "accepted"},
]


def test_facts_fold_into_a_result() -> None:
    facts = CallFacts()
    for fact in FACTS:
        facts.take(fact)
    result = facts.result()
    assert result.outcome == "accepted"
    assert result.slots == {"amount": "3000.00"}, "the last word counts"
    assert result.prompts == ("amount.ask", "amount.retry")
    assert result.reasks == 1
    assert result.decision is not None
    assert result.decision["outcome"] == "approve"
    assert result.risk is not None
    assert result.risk.band is Band.OBSERVE
    assert result.risk.signals[0].value == 1.5
    assert result.looks == (RiskLook(5000, "observe", ("CALLER_ID_UNVERIFIED",), ("pitch",), 12.5),)
    assert [(line.start_ms, line.end_ms, line.status) for line in result.lines] == [
        (1500, 2500, "final"),
        (6000, 6000, "hidden"),
    ]
    assert facts.offers[0]["apr"] == "11.9"
    assert facts.record is not None
    assert facts.record["path"] == "data/demo"


async def test_the_feed_is_followed_to_its_end() -> None:
    app = FastAPI()

    @app.get("/demo/feed")
    async def feed(call: str) -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            for fact in FACTS if call == "CA1" else ():
                yield json.dumps(fact) + "\n\n"
                await asyncio.sleep(0)

        return StreamingResponse(lines(), media_type="application/x-ndjson")

    seen: list[Fact] = []
    ready = asyncio.Event()
    async with serving(app) as port, httpx.AsyncClient() as http:
        assert await follow(http, f"http://127.0.0.1:{port}", "CA1", seen.append, ready)
    assert ready.is_set()
    assert seen == FACTS


async def test_no_feed_and_nonsense_are_no_feed() -> None:
    app = FastAPI()

    @app.get("/odd/demo/feed")
    async def odd() -> StreamingResponse:
        return StreamingResponse(iter(["nonsense\n"]))

    async with serving(app) as port, httpx.AsyncClient() as http:
        for path in ("", "/odd"):
            ready = asyncio.Event()
            assert not await follow(http, f"http://127.0.0.1:{port}{path}", "CA1", print, ready)
            assert ready.is_set()
        assert not await follow(http, "http://127.0.0.1:9", "CA1", print, asyncio.Event())
