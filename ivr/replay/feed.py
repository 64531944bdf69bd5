"""What a demo server tells of one call as it happens: ``GET /demo/feed?call=…``, one JSON object a line."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from core.events import TranscriptLine
from core.risk import RiskLevel, RiskReport, Signal
from ivr.replay.result import CallResult, RiskLook

__all__ = ["CallFacts", "Fact", "follow"]

Fact = Mapping[str, Any]
_AGAIN = {"retry", "example", "keys"}


class CallFacts:
    """Folds the facts of one call into what a fixture can be compared with."""

    def __init__(self) -> None:
        self.slots: dict[str, Any] = {}
        self.offers: list[Fact] = []
        self.record: Fact | None = None
        self.outcome: str | None = None
        self._decision: dict[str, Any] | None = None
        self._risk: RiskReport | None = None
        self._looks: list[RiskLook] = []
        self._lines: list[TranscriptLine] = []
        self._prompts: list[str] = []

    def take(self, fact: Fact) -> None:
        """Unknown kinds are passed over: the feed may say more than is compared."""
        match fact["kind"]:
            case "prompt":
                if not fact.get("leads"):  # the first part of a prompt is no prompt of its own
                    self._prompts.append(fact["id"])
            case "heard":
                status = "hidden" if fact.get("hidden") else "final"
                start = fact.get("from_ms", fact["at_ms"])
                self._lines.append(
                    TranscriptLine("caller", start, fact["at_ms"], fact["text"], status, confidence=fact["confidence"])
                )
            case "slot":
                self.slots[fact["name"]] = fact["value"]
            case "signals":
                self._risk = _risk(fact)
                self._looks.append(RiskLook.of(fact, fact["at_ms"]))
            case "decision":
                self._decision = dict(fact)
            case "offer":
                self.offers.append(fact)
            case "record":
                self.record = fact
            case "end":
                self.outcome = fact["outcome"]

    def result(self) -> CallResult:
        return CallResult(
            outcome=self.outcome,
            slots=dict(self.slots),
            lines=tuple(self._lines),
            decision=self._decision,
            risk=self._risk,
            looks=tuple(self._looks),
            prompts=tuple(self._prompts),
            reasks=sum(prompt.rpartition(".")[2] in _AGAIN for prompt in self._prompts),
        )


def _risk(fact: Fact) -> RiskReport:
    signals = tuple(
        Signal(each["name"], each["assessed"], each["text"], each.get("value"), each.get("unit", ""))
        for each in fact["signals"]
    )
    return RiskReport(
        RiskLevel(fact["level"]),
        complete=fact["complete"],
        signals=signals,
        reasons=tuple(fact.get("reasons", ())),
        at_ms=fact["at_ms"],
    )


async def follow(
    http: httpx.AsyncClient, base_url: str, call_id: str, take: Callable[[Fact], None], ready: asyncio.Event
) -> bool:
    """Give every fact of the call to ``take`` until its end. ``ready`` is set when the feed is open, or when it is
    known that there is none; then the answer is False. A feed that breaks off just ends."""
    url = f"{base_url.rstrip('/')}/demo/feed"
    try:
        async with http.stream("GET", url, params={"call": call_id}, timeout=httpx.Timeout(10, read=None)) as answer:
            ready.set()
            if answer.status_code != httpx.codes.OK:
                return False
            async for line in answer.aiter_lines():
                if line.strip():
                    take(json.loads(line))
    except (httpx.HTTPError, ValueError):
        return False
    finally:
        ready.set()
    return True
