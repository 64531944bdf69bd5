"""``/voice/media``: one WebSocket is one call's sound.

A reader takes frames off the socket and never waits for anything else; a consumer hands the events to the call, one
at a time. Whatever goes wrong, the call ends or goes on, and the server lives:

==============================  ==============================================================================
no or wrong handshake signature  403, no WebSocket
no, wrong, used or late token    closed with 1008; no sound was looked at
no ``start`` in 5 s              closed with 1008
a wrong frame before ``start``   closed with 1008 (1003 binary, 1009 above 64 KiB)
a wrong frame in a call          counted and skipped; the 20th closes with 1008
binary frame                     closed with 1003
frame above 64 KiB               closed with 1009, by uvicorn or here
no frame for ``stall_s``         closed with 1011; the call hears ``LineEnded("stalled")``
the call is 10 s behind          new sound becomes silence; hopelessly behind: closed with 1011
``stop``, or socket gone         the call hears ``LineEnded``
the call itself fails            closed with 1011
==============================  ==============================================================================

After each of them the switchboard is told of the end once (see ``calls.py``), and Twilio asks ``/voice/after-stream``
what comes next.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Any

import structlog
from fastapi import APIRouter
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocket, WebSocketDisconnect

from core.errors import Conflict, LoanlineError, MalformedMessage, TooLarge, Unauthenticated, WireError
from ivr.line import LineEnded, Runner, Switchboard
from ivr.twilio.backlog import Backlog
from ivr.twilio.calls import Calls
from ivr.twilio.meter import Meter
from ivr.twilio.protocol import MediaStreamProtocol, StreamEvent, StreamStarted
from ivr.twilio.signature import SignatureVerifier
from ivr.twilio.socket_line import SocketLine
from ivr.twilio.tokens import StreamTokens
from ivr.twilio.twiml import TOKEN_PARAMETER

__all__ = ["Limits", "media_router"]

_log = structlog.get_logger(__name__)

_POLICY, _BINARY, _TOO_LARGE, _OUR_FAULT = 1008, 1003, 1009, 1011


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds of real time, but ``backlog_ms``, which is sound."""

    start_s: float = 5.0
    stall_s: float = 10.0
    drain_s: float = 10.0
    send_s: float = 5.0
    backlog_ms: int = 10_000
    faults: int = 20

    def times(self, factor: float) -> Limits:
        """So many times the time, and the sound that waits in it."""
        return replace(
            self,
            start_s=self.start_s * factor,
            stall_s=self.stall_s * factor,
            drain_s=self.drain_s * factor,
            send_s=self.send_s * factor,
            backlog_ms=round(self.backlog_ms * factor),
        )


def media_router(
    switchboard: Switchboard,
    calls: Calls,
    verifier: SignatureVerifier,
    tokens: StreamTokens,
    meter: Meter,
    limits: Limits | None = None,
) -> APIRouter:
    """The WebSocket route, ready for ``FastAPI.include_router``. ``calls`` and ``tokens`` are the webhooks' own.

    Start uvicorn with ``ivr.edge.edge_options``.
    """
    bounds = limits or Limits()
    api = APIRouter()

    @api.websocket("/voice/media", name="voice_media")
    async def media(socket: WebSocket) -> None:
        if not _is_twilio(socket, verifier):
            meter.count("twilio_refused", why="handshake")
            await socket.close(_POLICY)  # before accept(): the answer is 403
            return
        await socket.accept()
        await _Stream(socket, switchboard, calls, tokens, meter, bounds).serve()

    return api


def _is_twilio(connection: HTTPConnection, verifier: SignatureVerifier) -> bool:
    query = connection.scope["query_string"].decode("latin-1")
    try:
        verifier.check_handshake(connection.scope["path"], query, connection.headers)
    except Unauthenticated:
        return False
    return True


class _Stream:
    """One socket from its acceptance to its end."""

    def __init__(
        self,
        socket: WebSocket,
        switchboard: Switchboard,
        calls: Calls,
        tokens: StreamTokens,
        meter: Meter,
        limits: Limits,
    ) -> None:
        self._socket = socket
        self._switchboard = switchboard
        self._calls = calls
        self._tokens = tokens
        self._meter = meter
        self._limits = limits
        self._protocol = MediaStreamProtocol()
        self._line = SocketLine(socket, self._protocol, self._stop, limits.send_s)
        self._backlog = Backlog(limits.backlog_ms)
        self._runner: Runner | None = None
        self._told: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def serve(self) -> None:
        try:
            started = await self._greet()
            if started is not None:
                await self._join(started)
        finally:
            await self._line.close()

    def _stop(self, why: str) -> None:
        """End the stream from our side; returns at once."""
        if not self._told.done():
            self._told.set_result(why)

    # --- before the call is known -------------------------------------------------------------------------------

    async def _greet(self) -> StreamStarted | None:
        """Wait for ``start`` and check its token; ``None`` when the socket was refused and closed."""
        try:
            async with asyncio.timeout(self._limits.start_s):
                started = await self._first_event()
            self._tokens.redeem(started.parameters.get(TOKEN_PARAMETER, ""), started.call_id)
            self._calls.stream_began(started.call_id, started.stream_sid, self._stop)
        except TimeoutError:
            await self._refuse("no_start", _POLICY)
        except WebSocketDisconnect as gone:
            self._note_disconnect(gone)
            await self._refuse("no_start", _POLICY)
        except Unauthenticated:
            await self._refuse("token", _POLICY)
        except Conflict:
            await self._refuse("no_such_stream", _POLICY)
        except WireError as error:
            self._meter.count("twilio_wire_fault", why=error.code)
            await self._refuse("wire", _close_code(error))
        else:
            return started
        return None

    async def _first_event(self) -> StreamStarted:
        while True:
            for event in self._protocol.receive(await self._frame()):
                if isinstance(event, StreamStarted):
                    return event

    async def _refuse(self, why: str, code: int) -> None:
        self._meter.count("twilio_refused", why=why)
        await self._line.close_with(code)

    # --- in the call --------------------------------------------------------------------------------------------

    async def _join(self, started: StreamStarted) -> None:
        """Run reader and consumer until one of them is done, then take both down and report the end once."""
        self._meter.count("twilio_stream_began")
        reader = asyncio.create_task(self._read(), name="media-reader")
        consumer = asyncio.create_task(self._consume(started.call_id), name="media-consumer")
        why = "cancelled"
        try:
            ends: list[asyncio.Future[Any]] = [reader, consumer, self._told]
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if consumer.done():
                why = "finished"
            else:
                why = self._told.result() if self._told.done() else reader.result()
                self._backlog.put(LineEnded(why))
                await asyncio.wait({consumer}, timeout=self._limits.drain_s)
            if not consumer.done():
                self._meter.count("twilio_stream_stuck")
            elif (error := consumer.exception()) is not None:
                why = await self._failed(error)
        finally:
            await _cancel(reader, consumer)
            await self._let_go(why)
            await self._line.close()
            self._note_repairs()
            self._meter.count("twilio_stream_over", why=why)
            await self._calls.stream_over(started.call_id, started.stream_sid, why)

    async def _let_go(self, why: str) -> None:
        """A call that failed or was cut learns that its line is gone, so that the next stream can take it up."""
        if self._runner is None or self._runner.over:
            return
        try:
            async with asyncio.timeout(self._limits.drain_s):
                await self._runner.handle(LineEnded(why))
        except Exception as error:  # noqa: BLE001 - whatever fails a second time, the end must still be reported
            _log.warning("twilio_call_not_let_go", code=type(error).__name__)

    async def _failed(self, error: BaseException) -> str:
        # The type or code alone: a message could hold what the caller said.
        code = error.code if isinstance(error, LoanlineError) else type(error).__name__
        _log.error("twilio_call_failed", code=code)
        await self._line.close_with(_OUR_FAULT)
        return "failed"

    async def _consume(self, call_id: str) -> None:
        runner = self._runner = await self._switchboard.connect(call_id, self._line)
        await runner.begin()
        while not runner.over:
            event = await self._backlog.get()
            await runner.handle(event)
            if isinstance(event, LineEnded):
                return

    async def _read(self) -> str:
        """Why the stream is over, in one static word."""
        faults = 0
        while not self._protocol.stopped:
            try:
                async with asyncio.timeout(self._limits.stall_s):
                    frame = await self._frame()
                events = self._protocol.receive(frame)
            except WebSocketDisconnect as gone:
                self._note_disconnect(gone)
                return "socket_closed"
            except TimeoutError:
                await self._line.close_with(_OUR_FAULT)
                return "stalled"
            except WireError as error:
                faults += 1
                self._meter.count("twilio_wire_fault", why=error.code)
                code = _close_code(error)
                if code != _POLICY or faults >= self._limits.faults:
                    await self._line.close_with(code)
                    return "wire_fault"
                continue
            if not self._take(events):
                await self._line.close_with(_OUR_FAULT)
                return "behind"
            self._note_repairs()
        return "stop"

    def _take(self, events: list[StreamEvent]) -> bool:
        """Queue what belongs to the call; False when the call is hopelessly behind."""
        for event in events:
            if isinstance(event, StreamStarted | LineEnded):
                continue  # ``start`` comes once and was dealt with; the end is queued with its reason by ``_join``
            try:
                if not self._backlog.put(event):
                    self._meter.count("twilio_backlog")
            except TooLarge:
                return False
        return True

    async def _frame(self) -> str:
        """The next text frame. Raises ``MalformedMessage`` for a binary one, ``WebSocketDisconnect`` at the end."""
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1006))
        text = message.get("text")
        if text is None:
            raise _BinaryFrame("The frame is binary: send JSON as text.")
        return str(text)

    def _note_disconnect(self, gone: WebSocketDisconnect) -> None:
        if gone.code == _TOO_LARGE:  # uvicorn refused the frame before we saw it
            self._meter.count("twilio_wire_fault", why=TooLarge.code)

    def _note_repairs(self) -> None:
        for kind, times in self._protocol.take_counts().items():
            for _ in range(times):
                self._meter.count("twilio_wire_repair", why=kind)


class _BinaryFrame(MalformedMessage):
    """Twilio sends text only; who sends this is not Twilio."""


def _close_code(error: WireError) -> int:
    if isinstance(error, TooLarge):
        return _TOO_LARGE
    return _BINARY if isinstance(error, _BinaryFrame) else _POLICY


async def _cancel(*tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
