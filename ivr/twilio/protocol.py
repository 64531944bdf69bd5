"""One Media Stream as a state machine without a socket: frames in, events out, and the frames of our answers.

``connected``, then ``start``, then ``media``, ``dtmf`` and ``mark`` in any order, then ``stop``. Anything else raises
``OutOfOrder`` and changes nothing. Repairs that need no error are counted (``take_counts``):

==============  =====================================================================================
``double``      a chunk that came before; dropped
``late``        a chunk that came after its place was filled with silence; dropped
``gap``         a hole in the sound, filled with silence
``other_track`` sound that is not the caller's; dropped
``unknown_mark``  a mark we did not send, or that came twice; dropped
``after_stop``  a frame after ``stop``; dropped
==============  =====================================================================================

Source: twilio.com/docs/voice/media-streams/websocket-messages.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import Enum

from core.errors import MalformedMessage, OutOfOrder
from ivr.line import AudioIn, KeyIn, LineEnded, LineEvent, MarkBack
from ivr.twilio.messages import (
    Clear,
    Connected,
    Dtmf,
    Inbound,
    Mark,
    Media,
    PlayMark,
    PlayMedia,
    Start,
    Stop,
    decode,
    encode,
)
from ivr.twilio.reorder import SILENCE, MediaOrder

__all__ = ["MAX_PIECE", "MIN_PIECE", "MediaStreamProtocol", "StreamEvent", "StreamStarted"]

#: Outbound sound goes in pieces of 100 ms to one second: small ones jitter, large ones delay a ``clear``.
MIN_PIECE = 800
MAX_PIECE = 8_000

_FORMAT = ("audio/x-mulaw", 8_000, 1)


@dataclass(frozen=True, slots=True, repr=False)
class StreamStarted:
    """The stream names its call. Nothing may be believed before the token in ``parameters`` was checked."""

    call_id: str
    stream_sid: str
    account_sid: str
    parameters: dict[str, str]

    def __repr__(self) -> str:
        return f"StreamStarted(call={self.call_id}, stream={self.stream_sid})"


StreamEvent = StreamStarted | LineEvent


class _State(Enum):
    NEW = "new"
    CONNECTED = "connected"
    STREAMING = "streaming"
    STOPPED = "stopped"


class MediaStreamProtocol:
    """``receive`` one frame at a time, in the order in which they came off the socket."""

    def __init__(self) -> None:
        self._state = _State.NEW
        self._stream_sid = ""
        self._call_sid = ""
        self._order = MediaOrder()
        self._counts: Counter[str] = Counter()
        self._sent: list[str] = []
        self._cleared: list[str] = []

    @property
    def stopped(self) -> bool:
        return self._state is _State.STOPPED

    @property
    def outstanding(self) -> int:
        """Marks sent and not yet returned."""
        return len(self._sent) + len(self._cleared)

    def take_counts(self) -> dict[str, int]:
        """What was repaired since the last call."""
        taken = dict(self._counts + self._order.counts)
        self._counts.clear()
        self._order.counts.clear()
        return taken

    def receive(self, frame: str | bytes) -> list[StreamEvent]:
        """Raises ``MalformedMessage``, ``TooLarge`` or ``OutOfOrder``; the state is then what it was before."""
        message = decode(frame)
        if self._state is _State.STOPPED:
            self._counts["after_stop"] += 1
            return []
        if isinstance(message, Connected):
            return self._connected()
        if isinstance(message, Start):
            return self._started(message)
        self._require_stream(message)
        if isinstance(message, Media):
            return self._media(message)
        if isinstance(message, Dtmf):
            return [KeyIn(message.digit)]
        if isinstance(message, Mark):
            return self._mark_back(message.name)
        return self._stop(message)

    def play(self, mulaw: bytes, mark: str) -> list[str]:
        """The frames that queue ``mulaw`` at the far end and ask for ``mark`` after it."""
        frames = [encode(PlayMedia(self._sid(), piece)) for piece in _pieces(mulaw)]
        frames.append(encode(PlayMark(self._sid(), mark)))
        self._sent.append(mark)
        return frames

    def clear(self) -> str:
        """The frame that empties the far end's buffer. Marks still out count as flushed from now on."""
        frame = encode(Clear(self._sid()))
        self._cleared += self._sent
        self._sent = []
        return frame

    def _sid(self) -> str:
        if not self._stream_sid:
            raise OutOfOrder("The stream has not started: wait for its start message before sending.")
        return self._stream_sid

    def _connected(self) -> list[StreamEvent]:
        if self._state is not _State.NEW:
            raise OutOfOrder("The stream is connected already: send 'connected' once, first.")
        self._state = _State.CONNECTED
        return []

    def _started(self, start: Start) -> list[StreamEvent]:
        if self._state is not _State.CONNECTED:
            raise OutOfOrder("A 'start' belongs once, right after 'connected'.")
        if (start.encoding, start.sample_rate, start.channels) != _FORMAT:
            raise MalformedMessage("The sound must be audio/x-mulaw, 8000 Hz, one channel: ask <Stream> for no other.")
        self._state = _State.STREAMING
        self._stream_sid, self._call_sid = start.stream_sid, start.call_sid
        return [StreamStarted(start.call_sid, start.stream_sid, start.account_sid, start.parameters)]

    def _require_stream(self, message: Inbound) -> None:
        if self._state is not _State.STREAMING:
            raise OutOfOrder("The stream has not started: send 'connected' and 'start' first.")
        if getattr(message, "stream_sid", "") != self._stream_sid:
            raise OutOfOrder("The frame belongs to another stream: send each stream on its own socket.")

    def _media(self, media: Media) -> list[StreamEvent]:
        if media.track != "inbound":
            self._counts["other_track"] += 1
            return []
        return list[StreamEvent](self._order.add(media))

    def _mark_back(self, name: str) -> list[StreamEvent]:
        # Of two marks with one name the flushed one went out first, so it also returns first.
        for names, flushed in ((self._cleared, True), (self._sent, False)):
            if name in names:
                names.remove(name)
                return [MarkBack(name, flushed)]
        self._counts["unknown_mark"] += 1
        return []

    def _stop(self, stop: Stop) -> list[StreamEvent]:
        if stop.call_sid != self._call_sid:
            raise OutOfOrder("The 'stop' names another call: send each stream on its own socket.")
        self._state = _State.STOPPED
        rest: list[AudioIn] = self._order.flush()
        return [*rest, LineEnded("stop")]


def _pieces(mulaw: bytes) -> list[bytes]:
    """Equal pieces of ``MIN_PIECE`` to ``MAX_PIECE`` bytes; sound below the least is filled up with silence."""
    if not mulaw:
        return []
    mulaw = mulaw.ljust(MIN_PIECE, SILENCE)
    count = -(-len(mulaw) // MAX_PIECE)
    size = -(-len(mulaw) // count)
    return [mulaw[at : at + size] for at in range(0, len(mulaw), size)]
