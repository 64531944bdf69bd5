"""What has come from a caller and was not dealt with yet. The socket's reader puts in and never waits.

Sound is bounded: when a call is more than ``limit_ms`` behind, new sound turns into silence of the same length, so
that stream time stays true, keys and marks stay in place, and memory stays small.
"""

from __future__ import annotations

import asyncio
from collections import deque

from core.errors import TooLarge
from ivr.line import AudioIn, LineEnded, LineEvent
from ivr.twilio.reorder import SILENCE

__all__ = ["MAX_EVENTS", "Backlog"]

#: Keys and marks that wait. A telephone cannot send so many.
MAX_EVENTS = 5_000

_PER_MS = 8
#: After a minute of dropped sound nobody is served any more.
_MAX_HUSHED = 60_000 * _PER_MS
_BEHIND = "The call is too far behind: end the stream and begin a new one."


class Backlog:
    """One producer, one consumer, one event loop."""

    def __init__(self, limit_ms: int = 10_000) -> None:
        self._limit = limit_ms * _PER_MS
        self._events: deque[LineEvent] = deque()
        self._waiting = 0
        self._hushed_from = 0
        self._hushed = 0
        self._ready = asyncio.Event()

    def put(self, event: LineEvent) -> bool:
        """False when sound was replaced by silence.

        Raises ``TooLarge`` when the call is hopelessly behind: a minute of dropped sound, or thousands of events. The
        end of the line always has room.
        """
        if isinstance(event, AudioIn) and self._waiting + len(event.mulaw) > self._limit:
            if not self._hushed:
                self._hushed_from = event.at_ms
            self._hushed += len(event.mulaw)
            if self._hushed > _MAX_HUSHED:
                raise TooLarge(_BEHIND)
            self._ready.set()
            return False
        self._settle()
        if len(self._events) >= MAX_EVENTS and not isinstance(event, LineEnded):
            raise TooLarge(_BEHIND)
        self._append(event)
        return True

    async def get(self) -> LineEvent:
        """The next event; waits until there is one."""
        while not self._events and not self._hushed:
            self._ready.clear()
            await self._ready.wait()
        if not self._events:
            self._settle()
        event = self._events.popleft()
        if isinstance(event, AudioIn):
            self._waiting -= len(event.mulaw)
        return event

    def _settle(self) -> None:
        """The silence that stands for dropped sound takes its place in the row, as one event."""
        if self._hushed:
            length, self._hushed = self._hushed, 0
            self._append(AudioIn(self._hushed_from, SILENCE * length))

    def _append(self, event: LineEvent) -> None:
        self._events.append(event)
        if isinstance(event, AudioIn):
            self._waiting += len(event.mulaw)
        self._ready.set()
