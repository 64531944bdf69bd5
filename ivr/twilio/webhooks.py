"""Twilio's webhooks: a call rings, its stream ends, its status changes. Each may come twice, late or out of order.

Every route checks the signature before it believes a single field; without one the answer is 403 and nothing
changes. The routes speak to the house through ``ivr.line.Switchboard`` only.

=======================  ==============================================================================
``/voice/incoming``      a call rings: welcome and stream, or a call-back offer
``/voice/fallback``      the stream or the line failed: a small form by keys
``/voice/fallback-key``  the key pressed in that form
``/voice/call-back``     the key pressed in a call-back offer
``/voice/after-stream``  the stream is over: hang up, a person, stream again
``/voice/after-dial``    the person hung up, or did not answer
``/voice/resume``        a person hands the call back to the line
``/voice/status``        the call's status callback
``/voice/stream-status`` the stream's status callback
=======================  ==============================================================================
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog
from fastapi import APIRouter, Request, Response

from core.errors import InvalidInput, LoanlineError, NotFound, TooLarge, Unauthenticated
from ivr.line import Admission, IncomingCall, NextStep, Switchboard
from ivr.twilio.calls import Calls
from ivr.twilio.forms import Form, call_id, incoming_call, read_form
from ivr.twilio.meter import Meter
from ivr.twilio.signature import SignatureVerifier
from ivr.twilio.tokens import StreamTokens
from ivr.twilio.twiml import Documents

__all__ = ["CallBacks", "router"]

_log = structlog.get_logger(__name__)

#: Values of CallStatus that end a call (twilio.com/docs/voice/api/call-resource#call-status-values).
_OVER = {
    "completed": "completed",
    "busy": "busy",
    "failed": "failed",
    "no-answer": "no_answer",
    "canceled": "canceled",
}

#: Routes whose answer no caller hears.
_REPORTS = frozenset({"status", "stream-status"})

Handler = Callable[[Form], Awaitable[str]]


class CallBacks(Protocol):
    async def ask(self, call: IncomingCall) -> None:
        """Put the caller on the list of people to call back; twice for one call changes nothing.

        Raises ``StorageError`` when the promise could not be kept.
        """
        ...


def router(
    switchboard: Switchboard,
    calls: Calls,
    verifier: SignatureVerifier,
    tokens: StreamTokens,
    documents: Documents,
    meter: Meter,
    call_backs: CallBacks | None = None,
) -> APIRouter:
    """The routes, ready for ``FastAPI.include_router``. Give ``Documents`` the same word on call-backs."""
    routes = _Routes(switchboard, calls, tokens, documents, meter, call_backs)
    door = _Door(verifier, documents, meter)
    api = APIRouter(prefix="/voice", include_in_schema=False)
    for name, handler in routes.handlers().items():
        api.add_api_route(f"/{name}", door.guard(name, handler), methods=["POST"], name=f"voice_{name}")
    return api


class _Door:
    """What all routes share: bounds, signature, and an answer for every failure."""

    def __init__(self, verifier: SignatureVerifier, documents: Documents, meter: Meter) -> None:
        self._verifier = verifier
        self._documents = documents
        self._meter = meter

    def guard(self, name: str, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                form = await read_form(request)
                self._verifier.check_webhook(
                    request.scope["path"], request.scope["query_string"].decode("latin-1"), form, request.headers
                )
            except Unauthenticated as error:
                self._meter.count("twilio_refused", why="signature")
                return Response(str(error), 403, media_type="text/plain")
            except TooLarge as error:
                self._meter.count("twilio_refused", why=error.code)
                return Response(str(error), 413, media_type="text/plain")
            except InvalidInput as error:
                self._meter.count("twilio_refused", why=error.code)
                return Response(str(error), 400, media_type="text/plain")
            return await self._answer(name, handler, form)

        return answer

    async def _answer(self, name: str, handler: Handler, form: Form) -> Response:
        try:
            text = await handler(form)
        except InvalidInput as error:
            self._meter.count("twilio_bad_request", why=error.code)
            return Response(str(error), 400, media_type="text/plain")
        except LoanlineError as error:
            self._meter.count("twilio_webhook_failed", why=error.code)
            _log.error("twilio_webhook_failed", route=name, code=error.code)
            if name in _REPORTS:
                return Response("Send the report again.", 503, media_type="text/plain")
            # The caller hears an apology and a way on; a 500 would make Twilio say "application error".
            text = self._documents.fallback()
        self._meter.count("twilio_webhook", why=name)
        return Response(text, media_type="text/xml") if text else Response(status_code=204)


class _Routes:
    def __init__(
        self,
        switchboard: Switchboard,
        calls: Calls,
        tokens: StreamTokens,
        documents: Documents,
        meter: Meter,
        call_backs: CallBacks | None,
    ) -> None:
        self._switchboard = switchboard
        self._calls = calls
        self._tokens = tokens
        self._documents = documents
        self._meter = meter
        self._call_backs = call_backs

    def handlers(self) -> dict[str, Handler]:
        return {
            "incoming": self.incoming,
            "fallback": self.fallback,
            "fallback-key": self.fallback_key,
            "call-back": self.call_back,
            "after-stream": self.after_stream,
            "after-dial": self.after_dial,
            "resume": self.resume,
            "status": self.status,
            "stream-status": self.stream_status,
        }

    async def incoming(self, form: Form) -> str:
        call = incoming_call(form)
        if self._calls.is_gone(call.call_id):
            return self._documents.hang_up()
        if self._calls.is_told(call.call_id):
            return self._after(call.call_id)
        return await self._admit(call, self._documents.incoming)

    async def resume(self, form: Form) -> str:
        call = incoming_call(form)
        if self._calls.is_gone(call.call_id):
            return self._documents.hang_up()
        return await self._admit(call, self._documents.reconnect, again=True)

    async def fallback(self, form: Form) -> str:
        call_id(form)
        self._meter.count("twilio_caller_trouble", why="fallback")
        return self._documents.fallback()

    async def fallback_key(self, form: Form) -> str:
        key = form.get("Digits", "")
        if key == "0":
            return self._documents.person()
        if key == "2":
            return await self.resume(form)
        return await self.call_back(form)

    async def call_back(self, form: Form) -> str:
        call = incoming_call(form)
        if form.get("Digits", "") != "1" or self._call_backs is None or call.caller is None:
            return self._documents.goodbye()
        await self._call_backs.ask(call)
        return self._documents.call_back_promised()

    async def after_stream(self, form: Form) -> str:
        name = call_id(form)
        if form.get("CallStatus", "") in _OVER:
            await self._calls.call_over(name, _OVER[form["CallStatus"]])
            return self._documents.hang_up()
        return self._after(name)

    async def after_dial(self, form: Form) -> str:
        call_id(form)
        answered = form.get("DialCallStatus", "") in {"completed", "answered"}
        return self._documents.hang_up() if answered else self._documents.nobody()

    async def status(self, form: Form) -> str:
        name = call_id(form)
        why = _OVER.get(form.get("CallStatus", ""))
        if why is not None:
            await self._calls.call_over(name, why)
        return ""

    async def stream_status(self, form: Form) -> str:
        name = call_id(form)
        event = form.get("StreamEvent", "")
        if event == "stream-error":
            self._meter.count("twilio_caller_trouble", why="stream_error")
        if event in {"stream-error", "stream-stopped"}:
            await self._calls.stream_reported_over(name, form.get("StreamSid", ""))
        return ""

    async def _admit(self, call: IncomingCall, welcome: Callable[[str], str], *, again: bool = False) -> str:
        admission = await self._calls.ring(call, again=again)
        if admission is Admission.WELCOME:
            return welcome(self._tokens.mint(call.call_id))
        return self._documents.full() if admission is Admission.FULL else self._documents.closed()

    def _after(self, name: str) -> str:
        try:
            step = self._switchboard.next_step(name)
        except NotFound:
            step = NextStep("unknown")
        return self._documents.after_stream(step, self._tokens.mint(name))
