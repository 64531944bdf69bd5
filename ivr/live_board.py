"""Who is on the line now and what just happened to them: a bounded fan-out in memory.

Facts hold personal data and never leave memory by this door unmasked: the console masks by role before it renders.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

__all__ = ["BoardFact", "LiveBoard"]


@dataclass(frozen=True, slots=True, repr=False)
class BoardFact:
    """One thing that happened, numbered over the whole board. ``kind`` is a static name."""

    number: int
    call_id: str
    kind: str
    at_ms: int
    fields: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"BoardFact({self.number}, {self.call_id}, {self.kind})"

    def as_dict(self) -> dict[str, Any]:
        return {"id": self.number, "call": self.call_id, "kind": self.kind, "at_ms": self.at_ms, **self.fields}


class _Watcher:
    """One reader's queue; a reader that does not keep up loses the oldest facts and is told so."""

    def __init__(self, size: int) -> None:
        self.facts: deque[BoardFact] = deque(maxlen=size)
        self.lost = 0
        self.wake = asyncio.Event()

    def put(self, fact: BoardFact) -> None:
        if len(self.facts) == self.facts.maxlen:
            self.lost += 1
        self.facts.append(fact)
        self.wake.set()


class LiveBoard:
    """Keeps the last ``history`` facts of the last ``calls`` calls, and hands new ones to every watcher."""

    def __init__(self, *, calls: int = 200, history: int = 2000, queue: int = 256) -> None:
        self._calls, self._history, self._queue = calls, history, queue
        self._facts: OrderedDict[str, deque[BoardFact]] = OrderedDict()
        self._watchers: set[_Watcher] = set()
        self._followed: Counter[str] = Counter()
        self._number = 0
        self._closed = False

    @contextmanager
    def following(self, call_id: str) -> Iterator[None]:
        """Somebody reads along in this call: what costs work to tell, such as words half said, is worth it."""
        self._followed[call_id] += 1
        try:
            yield
        finally:
            self._followed[call_id] -= 1
            if not self._followed[call_id]:
                del self._followed[call_id]

    def followed(self, call_id: str) -> bool:
        return call_id in self._followed

    def publish(self, call_id: str, kind: str, at_ms: int = 0, /, **fields: Any) -> None:
        """Never waits and never raises: a slow watcher must not slow a call."""
        self._number += 1
        fact = BoardFact(self._number, call_id, kind, at_ms, fields)
        if call_id not in self._facts:
            self._facts[call_id] = deque(maxlen=self._history)
            while len(self._facts) > self._calls:
                self._facts.popitem(last=False)
        self._facts[call_id].append(fact)
        for watcher in self._watchers:
            watcher.put(fact)

    def close(self) -> None:
        """The node is going down: every ``watch`` ends once it has given what it holds."""
        self._closed = True
        for watcher in self._watchers:
            watcher.wake.set()

    def history(self, call_id: str) -> list[BoardFact]:
        return list(self._facts.get(call_id, ()))

    def calls(self) -> list[str]:
        """Call ids the board remembers, oldest first."""
        return list(self._facts)

    async def watch(self, call_id: str | None = None, after: int = 0) -> AsyncIterator[BoardFact]:
        """Facts of one call (or all), first those still remembered with a number above ``after``, then live ones.

        A fact of kind ``gap`` with ``lost`` tells a reader that was too slow how many it missed.
        """
        watcher = _Watcher(self._queue)
        past = [fact for facts in self._facts.values() for fact in facts if fact.number > after]
        self._watchers.add(watcher)
        try:
            for fact in sorted(past, key=lambda each: each.number):
                if call_id in {None, fact.call_id}:
                    yield fact
            while True:
                if not self._closed:
                    await watcher.wake.wait()
                watcher.wake.clear()
                if watcher.lost:
                    lost, watcher.lost = watcher.lost, 0
                    yield BoardFact(watcher.facts[0].number - 1, call_id or "", "gap", 0, {"lost": lost})
                while watcher.facts:
                    fact = watcher.facts.popleft()
                    if call_id in {None, fact.call_id}:
                        yield fact
                if self._closed:
                    return
        finally:
            self._watchers.discard(watcher)
