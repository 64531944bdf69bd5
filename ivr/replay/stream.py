"""The carrier's end of one Media Streams WebSocket: sends what the caller's telephone sends, obeys what comes back.

Messages, their order and their fields: the carrier's page "Media Streams: WebSocket messages". Numbers are strings.

Stream time may run faster than the clock: at ``speed`` while either side is heard, and in real time while the caller
waits for the line to answer, so that nobody is asked to think faster than they can. Pings measure how far the other
end has read; stream time never runs more than two seconds ahead of that.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from ivr.replay.caller import TICK_MS, SimulatedCaller, Tick

__all__ = ["MediaStream", "StreamIds"]

LONGEST_MS = 20 * 60 * 1000
_THINKING_MS = 1200  # after this much quiet the line is thinking: go on in real time
_PING_EVERY = 25
_PINGS_OPEN = 4
_PONG_SECONDS = 30


@dataclass(frozen=True, slots=True)
class StreamIds:
    account: str
    call: str
    stream: str


class MediaStream:
    """``after_tick`` is called when something may be new; ``newest_code`` looks into the caller's text messages;
    ``warn`` is told of messages that the carrier would complain about."""

    def __init__(
        self,
        socket: ClientConnection,
        caller: SimulatedCaller,
        ids: StreamIds,
        *,
        speed: float,
        after_tick: Callable[[], None],
        newest_code: Callable[[], Awaitable[str | None]],
        warn: Callable[[str], None],
    ) -> None:
        self._socket = socket
        self._caller = caller
        self._ids = ids
        self._speed = speed
        self._after_tick = after_tick
        self._newest_code = newest_code
        self._warn = warn
        self._sequence = 0
        self._chunk = 0
        self._began_ms = caller.now_ms
        self._pings: deque[Awaitable[float]] = deque()
        self._closed = False
        ends = (round(1000 * at) for at in caller.fixture.channel.breaks)
        self._breaks_ms = next((at for at in ends if at > caller.now_ms), None)

    async def run(self, parameters: dict[str, str]) -> bool:
        """From ``connected`` to the close of the socket, whoever ends it. True when the stream broke on its way."""
        reader = asyncio.create_task(self._read())
        try:
            await self._greet(parameters)
            await self._tick_on()
            if self._broken:
                self._socket.transport.abort()
                self._caller.line_lost()
                return True
            await self._send({"event": "stop", "stop": {"accountSid": self._ids.account, "callSid": self._ids.call}})
            await self._socket.close()
        except ConnectionClosed:  # the server ended the stream, as it may at any time: what it had queued is gone
            self._caller.stream_over()
        finally:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)
        return False

    # Out.

    async def _greet(self, parameters: dict[str, str]) -> None:
        await self._socket.send(json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}))
        start = {
            "accountSid": self._ids.account,
            "streamSid": self._ids.stream,
            "callSid": self._ids.call,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": parameters,
        }
        await self._send({"event": "start", "start": start})

    async def _send(self, message: dict[str, Any]) -> None:
        self._sequence += 1
        await self._socket.send(
            json.dumps(message | {"sequenceNumber": str(self._sequence), "streamSid": self._ids.stream})
        )

    @property
    def _broken(self) -> bool:
        return self._breaks_ms is not None and self._caller.now_ms >= self._breaks_ms

    async def _tick_on(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while not (self._closed or self._caller.hung_up or self._broken) and self._caller.now_ms < LONGEST_MS:
            tick = self._caller.tick()
            await self._send_tick(tick)
            self._after_tick()
            if tick.wants_code and (code := await self._newest_code()) is not None:
                self._caller.give_code(code)
            await self._keep_close()
            thinking = self._caller.quiet_ms > _THINKING_MS
            due += TICK_MS / 1000 / (min(self._speed, 1.0) if thinking else self._speed)
            now = loop.time()
            due = max(due, now - 0.25)  # after a stall, do not race to catch up
            await asyncio.sleep(max(0.0, due - now))

    async def _send_tick(self, tick: Tick) -> None:
        for name, _flushed in tick.marks:
            await self._send({"event": "mark", "mark": {"name": name}})
        for digit in tick.keys:
            await self._send({"event": "dtmf", "dtmf": {"track": "inbound_track", "digit": digit}})
        self._chunk += 1
        media = {
            "track": "inbound",
            "chunk": str(self._chunk),
            "timestamp": str(tick.at_ms - self._began_ms),
            "payload": base64.b64encode(tick.frame).decode(),
        }
        await self._send({"event": "media", "media": media})

    async def _keep_close(self) -> None:
        """Wait while the other end is more than two seconds of stream behind."""
        if self._chunk % _PING_EVERY == 0:
            self._pings.append(await self._socket.ping())
        while len(self._pings) > _PINGS_OPEN:
            await asyncio.wait_for(self._pings.popleft(), _PONG_SECONDS)

    # In.

    async def _read(self) -> None:
        try:
            async for text in self._socket:
                self._obey(text)
        finally:
            self._closed = True

    def _obey(self, text: str | bytes) -> None:
        """Anything undocumented is dropped with a warning, as the carrier does (31950, 31951)."""
        if isinstance(text, bytes):
            self._warn("31950: a binary frame came from the server")
            return
        try:
            message = json.loads(text)
            known = message["streamSid"] == self._ids.stream and self._perform(message["event"], message)
        except (ValueError, KeyError, TypeError, binascii.Error):
            known = False
        if not known:
            self._warn("31951: an invalid message came from the server")

    def _perform(self, event: str, message: dict[str, Any]) -> bool:
        """False for an unknown event."""
        if event == "media":
            self._caller.play(base64.b64decode(message["media"]["payload"], validate=True))
        elif event == "mark":
            self._caller.mark(str(message["mark"]["name"]))
        elif event == "clear":
            self._caller.clear()
        return event in {"media", "mark", "clear"}
