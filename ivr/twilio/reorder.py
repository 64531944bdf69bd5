"""Puts a stream's sound in order: late pieces wait for their place, doubles are dropped, holes become silence.

Pure. Positions are in samples of 8 kHz mu-law, one byte each, from the start of the stream.
"""

from __future__ import annotations

from collections import Counter

from core.errors import MalformedMessage
from ivr.line import AudioIn
from ivr.twilio.messages import Media

__all__ = ["MAX_JUMP_MS", "SILENCE", "WINDOW", "MediaOrder"]

#: Mu-law zero.
SILENCE = b"\xff"
#: A piece may come this many places late. Twilio's pieces are some 20 ms, so a hole is given up after 200 ms.
WINDOW = 10
#: A stream that leaps further than this is broken and not merely lossy.
MAX_JUMP_MS = 30_000

_PER_MS = 8
#: Time stamps of unbroken sound may run this far ahead of the samples before we call it a hole.
_SLACK_MS = 60
#: A long silence comes in pieces, so that what counts on stream time moves in small steps.
_SILENCE_PIECE = 200 * _PER_MS


class MediaOrder:
    """``add`` returns the sound that is now in order. ``counts`` tells what was repaired.

    ``double``: a chunk that came before. ``late``: a chunk whose place was already filled with silence.
    ``gap``: a hole that was filled.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._next = 1
        self._position = 0
        self._held: dict[int, Media] = {}
        self._given_up: set[int] = set()

    @property
    def position_ms(self) -> int:
        return self._position // _PER_MS

    def add(self, media: Media) -> list[AudioIn]:
        """Raises ``MalformedMessage`` for a chunk or time stamp out of all proportion; nothing changes then."""
        if media.chunk < self._next or media.chunk in self._held:
            self._drop(media.chunk)
            return []
        if media.timestamp - self.position_ms > MAX_JUMP_MS or media.chunk - self._next > MAX_JUMP_MS // 10:
            raise MalformedMessage("The sound leaps by more than 30 seconds: end the stream and begin a new one.")
        self._held[media.chunk] = media
        out = self._in_order()
        if len(self._held) > WINDOW:
            out += self._give_up()
        return out

    def flush(self) -> list[AudioIn]:
        """No more will come: everything that waits, with its holes filled."""
        out: list[AudioIn] = []
        while self._held:
            out += self._give_up()
        return out

    def _drop(self, chunk: int) -> None:
        if chunk in self._given_up:
            self._given_up.discard(chunk)
            self.counts["late"] += 1
        else:
            self.counts["double"] += 1

    def _give_up(self) -> list[AudioIn]:
        first = min(self._held)
        self._given_up.update(range(self._next, first))
        self._given_up = {chunk for chunk in self._given_up if chunk > first - MAX_JUMP_MS // 10}
        out = self._silence(self._held[first].timestamp)
        self._next = first
        return out + self._in_order()

    def _in_order(self) -> list[AudioIn]:
        out: list[AudioIn] = []
        while (media := self._held.pop(self._next, None)) is not None:
            if media.timestamp > self.position_ms + _SLACK_MS:
                out += self._silence(media.timestamp)
            out.append(AudioIn(self.position_ms, media.payload))
            self._position += len(media.payload)
            self._next += 1
        return out

    def _silence(self, until_ms: int) -> list[AudioIn]:
        missing = until_ms * _PER_MS - self._position
        if missing <= 0:
            return []
        self.counts["gap"] += 1
        out: list[AudioIn] = []
        while missing > 0:
            length = min(missing, _SILENCE_PIECE)
            out.append(AudioIn(self.position_ms, SILENCE * length))
            self._position += length
            missing -= length
        return out
