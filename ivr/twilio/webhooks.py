"""Twilio's webhooks: a call rings, its stream ends, its status changes. Each may come twice, late or out of order.

Every route checks the signature before it believes a single field; without one the answer is 403 and nothing
changes. The routes speak to the house through the protocols of ``ivr.line`` only.

=======================  ==============================================================================
``/voice/incoming``      a call rings: welcome and stream, the form, or a call-back offer
``/voice/fallback``      the stream or the line failed: the form, or a few ways on by keys
``/voice/form``          an answer given in the form
``/voice/fallback-key``  the key pressed when there was no form either
``/voice/call-back``     the key pressed in an offer of a call-back or of the automated line
``/voice/after-stream``  the stream is over: hang up, a person, stream again, the form
``/voice/after-dial``    the person hung up, or did not answer
``/voice/resume``        a person hands the call back to the line
``/voice/status``        the call's status callback
``/voice/stream-status`` the stream's status callback
=======================  ==============================================================================

The person's side has routes of its own (``staff_routes.py``), and so have text messages (``sms_routes.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from fastapi import APIRouter

from core.errors import LoanlineError, NotFound
from ivr.line import Admission, FormAnswer, FormPage, Forms, IncomingCall, NextStep, PersonDesk, Switchboard
from ivr.twilio.calls import Calls
from ivr.twilio.door import Door, Handler
from ivr.twilio.forms import Form, call_id, incoming_call
from ivr.twilio.handover import HandOvers
from ivr.twilio.meter import Meter
from ivr.twilio.signature import SignatureVerifier
from ivr.twilio.tokens import StreamTokens
from ivr.twilio.twiml import Documents

__all__ = ["CallBacks", "Helpers", "Links", "router"]

#: Values of CallStatus that end a call (twilio.com/docs/voice/api/call-resource#call-status-values).
_OVER = {
    "completed": "completed",
    "busy": "busy",
    "failed": "failed",
    "no-answer": "no_answer",
    "canceled": "canceled",
}
#: Outcomes after which the line has said that a person will call back.
_CALLS_BACK = frozenset({"review", "incomplete"})
#: Routes whose answer no caller hears.
_REPORTS = frozenset({"status", "stream-status"})


class CallBacks(Protocol):
    async def ask(self, call: IncomingCall, reason: str) -> None:
        """Put the caller on the list of people to call back; twice for one call changes nothing.

        Raises ``StorageError`` when the promise could not be kept.
        """
        ...


class Links(Protocol):
    async def send(self, call: IncomingCall) -> None:
        """Text the caller how to go on later. Raises ``ProviderError``."""
        ...


@dataclass(frozen=True, slots=True)
class Helpers:
    """What a line may have beside its streams; what is not there is not offered."""

    call_backs: CallBacks | None = None
    forms: Forms | None = None
    desk: PersonDesk | None = None
    hand_overs: HandOvers | None = None
    links: Links | None = None


def router(
    switchboard: Switchboard,
    calls: Calls,
    verifier: SignatureVerifier,
    tokens: StreamTokens,
    documents: Documents,
    meter: Meter,
    helpers: Helpers | None = None,
) -> APIRouter:
    """The routes, ready for ``FastAPI.include_router``. Give ``Documents`` the same word on call-backs."""
    routes = _Routes(switchboard, calls, tokens, documents, meter, helpers or Helpers())
    door = Door(verifier, routes.ways_on, meter)
    api = APIRouter(prefix="/voice", include_in_schema=False)
    for name, handler in routes.handlers().items():
        guarded = door.guard(name, handler, heard=name not in _REPORTS)
        api.add_api_route(f"/{name}", guarded, methods=["POST"], name=f"voice_{name}")
    return api


class _Routes:
    def __init__(
        self,
        switchboard: Switchboard,
        calls: Calls,
        tokens: StreamTokens,
        documents: Documents,
        meter: Meter,
        helpers: Helpers,
    ) -> None:
        self._switchboard = switchboard
        self._calls = calls
        self._tokens = tokens
        self._documents = documents
        self._meter = meter
        self._has = helpers

    def handlers(self) -> dict[str, Handler]:
        return {
            "incoming": self.incoming,
            "fallback": self.fallback,
            "form": self.form,
            "fallback-key": self.fallback_key,
            "call-back": self.call_back,
            "after-stream": self.after_stream,
            "after-dial": self.after_dial,
            "resume": self.resume,
            "status": self.status,
            "stream-status": self.stream_status,
        }

    def ways_on(self) -> str:
        """What a caller hears when nothing else works."""
        return self._documents.fallback()

    # --- a call comes, or comes back ----------------------------------------------------------------------------

    async def incoming(self, form: Form, _query: Form) -> str:
        call = incoming_call(form)
        if self._calls.is_gone(call.call_id):
            return self._documents.hang_up()
        if self._calls.is_told(call.call_id):
            return await self._after(call)
        return await self._admit(call, self._documents.incoming)

    async def resume(self, form: Form, _query: Form) -> str:
        call = incoming_call(form)
        if self._calls.is_gone(call.call_id):
            return self._documents.hang_up()
        if self._has.desk is not None and self._has.desk.is_closed(call.call_id):
            return self._documents.goodbye()
        if self._has.hand_overs is not None:
            await self._has.hand_overs.left(call.call_id)
        return await self._admit(call, self._documents.reconnect, again=True)

    async def _admit(self, call: IncomingCall, welcome: Callable[[str], str], *, again: bool = False) -> str:
        admission = await self._calls.ring(call, again=again)
        if admission is Admission.WELCOME:
            return welcome(self._tokens.mint(call.call_id))
        if admission is Admission.FORM:
            return await self._form(call)
        return self._documents.full() if admission is Admission.FULL else self._documents.closed()

    # --- without a stream ---------------------------------------------------------------------------------------

    async def fallback(self, form: Form, _query: Form) -> str:
        call = incoming_call(form)
        self._meter.count("twilio_caller_trouble", why="fallback")
        if self._calls.is_gone(call.call_id):
            return self._documents.hang_up()
        return await self._form(call)

    async def form(self, form: Form, query: Form) -> str:
        call = incoming_call(form)
        if self._calls.is_gone(call.call_id):
            return self._documents.hang_up()
        if self._has.forms is None:
            return self.ways_on()
        page = await (await self._has.forms.form(call)).answer(_form_answer(form, query))
        return await self._page(call, page)

    async def _form(self, call: IncomingCall) -> str:
        """The open page of the call's form; without forms the ways on by keys."""
        if self._has.forms is None:
            return self.ways_on()
        return await self._page(call, await (await self._has.forms.form(call)).page())

    async def _page(self, call: IncomingCall, page: FormPage) -> str:
        if page.ask is not None:
            return self._documents.form_page(page)
        before = (*page.whole, *page.open)
        if page.step.kind == "person":
            return await self._person(call, before)
        return self._documents.hang_up(before)

    async def fallback_key(self, form: Form, query: Form) -> str:
        key = form.get("Digits", "")
        if key == "0":
            return await self._person(incoming_call(form))
        if key == "2":
            return await self.resume(form, query)
        if key == "3" and self._has.links is not None:
            return await self._text_link(incoming_call(form))
        return await self.call_back(form, query)

    async def _text_link(self, call: IncomingCall) -> str:
        if self._has.links is None or call.caller is None:
            return self._documents.call_later()
        try:
            await self._has.links.send(call)
        except LoanlineError as error:
            self._meter.count("twilio_webhook_failed", why=error.code)
            return self._documents.call_later()
        return self._documents.link_sent()

    async def call_back(self, form: Form, query: Form) -> str:
        call = incoming_call(form)
        key = form.get("Digits", "")
        if key == "2":
            return await self.resume(form, query)
        row = self._has.hand_overs
        if row is not None and row.waits(call.call_id):
            # Out of the row only for a promise that is kept; any other key goes on waiting.
            if key != "1" or not await self._listed(call, "asked"):
                return await row.hold(call)
            await row.left(call.call_id)
            self._meter.count("twilio_call_back", why="asked")
            return self._documents.call_back_promised()
        if key == "3" and self._has.links is not None:
            return await self._text_link(call)
        return await self._promise(call, "asked") if key == "1" else self._documents.goodbye()

    async def _promise(self, call: IncomingCall, reason: str) -> str:
        """Promise a call only when it is on the list."""
        if not await self._listed(call, reason):
            return self._documents.call_later()
        self._meter.count("twilio_call_back", why=reason)
        return self._documents.call_back_promised()

    async def _listed(self, call: IncomingCall, reason: str) -> bool:
        """Whether the caller is on the list of people to call back now."""
        if self._has.call_backs is None or call.caller is None:
            return False
        try:
            await self._has.call_backs.ask(call, reason)
        except LoanlineError as error:
            self._meter.count("twilio_webhook_failed", why=error.code)
            return False
        return True

    # --- what comes after ---------------------------------------------------------------------------------------

    async def after_stream(self, form: Form, _query: Form) -> str:
        call = incoming_call(form)
        await self._keep_word(call)
        if form.get("CallStatus", "") in _OVER:
            await self._over(call.call_id, _OVER[form["CallStatus"]])
            return self._documents.hang_up()
        if self._calls.is_gone(call.call_id):
            return self._documents.hang_up()
        return await self._after(call)

    async def _after(self, call: IncomingCall) -> str:
        try:
            step = self._switchboard.next_step(call.call_id)
        except NotFound:
            # Not from here: the node was started anew in the middle of the call. The journal knows more.
            return await self._admit(call, self._documents.reconnect, again=True)
        return await self._next(call, step)

    async def _next(self, call: IncomingCall, step: NextStep) -> str:
        """A step this line does not know gets the form."""
        if step.kind == "goodbye":
            return self._documents.hang_up()
        if step.kind == "person":
            return await self._person(call)
        if step.kind == "reconnect":
            return self._documents.reconnect(self._tokens.mint(call.call_id))
        if step.kind == "wait":
            return self._documents.one_moment()
        if step.kind == "call_back":
            return await self._promise(call, step.reason or "line")
        return await self._form(call)

    async def _person(self, call: IncomingCall, before: tuple[str, ...] = ()) -> str:
        if self._has.hand_overs is not None:
            return await self._has.hand_overs.wait(call, before)
        if self._has.desk is not None:
            self._has.desk.with_person(call.call_id)
        closed = self._has.desk is None or self._has.desk.is_closed(call.call_id)
        return self._documents.person(before, go_on=not closed)

    async def after_dial(self, form: Form, _query: Form) -> str:
        name = call_id(form)
        closed = self._has.desk is None or self._has.desk.is_closed(name)
        if form.get("DialCallStatus", "") not in {"completed", "answered"}:
            return self._documents.nobody(go_on=not closed)
        return self._documents.hang_up() if closed else self._documents.person_left()

    # --- reports ------------------------------------------------------------------------------------------------

    async def status(self, form: Form, _query: Form) -> str:
        name = call_id(form)
        why = _OVER.get(form.get("CallStatus", ""))
        if why is not None:
            await self._keep_word(incoming_call(form))
            await self._over(name, why)
        return ""

    async def _keep_word(self, call: IncomingCall) -> None:
        """The dialogue promised a call back, and the caller may have hung up on its last word: put it on the list."""
        try:
            step = self._switchboard.next_step(call.call_id)
        except NotFound:
            return
        if step.kind == "goodbye" and step.reason in _CALLS_BACK:
            await self._listed(call, step.reason)

    async def _over(self, name: str, why: str) -> None:
        await self._calls.call_over(name, why)
        if self._has.hand_overs is not None:
            await self._has.hand_overs.left(name)

    async def stream_status(self, form: Form, _query: Form) -> str:
        name = call_id(form)
        event = form.get("StreamEvent", "")
        if event == "stream-error":
            self._meter.count("twilio_caller_trouble", why="stream_error")
        if event in {"stream-error", "stream-stopped"}:
            await self._calls.stream_reported_over(name, form.get("StreamSid", ""))
        return ""


def _form_answer(form: Form, query: Form) -> FormAnswer:
    """What a ``<Gather>`` sends (twilio.com/docs/voice/twiml/gather#action): keys win over words."""
    page = query.get("page", "")
    keys = form.get("Digits", "")
    try:
        confidence = min(1.0, max(0.0, float(form["Confidence"])))
    except (KeyError, ValueError):
        confidence = None
    return FormAnswer(
        number=int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 0,
        text="" if keys else form.get("SpeechResult", "")[:500],
        confidence=confidence,
        keys=keys[:100],
    )
