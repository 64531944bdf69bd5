"""All of Twilio's doors into one house, joined: which there are depends on what the house has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from fastapi import APIRouter

from core.applicant import PhoneNumber
from core.ports import Clock, Ids
from ivr.line import Forms, PersonDesk, Switchboard
from ivr.twilio.call_back_desk import CallBackDesk
from ivr.twilio.call_back_routes import call_back_router
from ivr.twilio.calls import Calls
from ivr.twilio.handover import HandOvers
from ivr.twilio.media_socket import Limits, media_router
from ivr.twilio.meter import Meter
from ivr.twilio.rest import CallControl, TwilioApi
from ivr.twilio.signature import SignatureVerifier
from ivr.twilio.sms_routes import Deliveries, sms_router
from ivr.twilio.staff_routes import staff_router
from ivr.twilio.tokens import StreamTokens
from ivr.twilio.twiml import WEBHOOK_LIMITS, Documents
from ivr.twilio.webhooks import Helpers, Links, router

__all__ = ["Doors", "Exchange", "twilio_doors"]


class Exchange(Switchboard, Forms, PersonDesk, Protocol):
    """What stands behind the doors; ``ivr.switchboard.LineSwitchboard`` is one."""


@dataclass(frozen=True, slots=True)
class Doors:
    """``hand_overs`` is there when a person can be rung; the console takes calls and gives them back with it."""

    routers: tuple[APIRouter, ...]
    calls: Calls
    deliveries: Deliveries
    hand_overs: HandOvers | None


def twilio_doors(
    exchange: Exchange,
    *,
    public_url: str,
    auth_token: str,
    token_key: bytes,
    clock: Clock,
    ids: Ids,
    meter: Meter,
    limits: Limits,
    staff: PhoneNumber | None = None,
    from_number: str = "",
    api: TwilioApi | None = None,
    call_backs: CallBackDesk | None = None,
    links: Links | None = None,
) -> Doors:
    """``token_key`` is 32 random bytes of this process. Without ``api``, ``staff`` and a ``from_number`` that can ring
    somebody, a caller who needs a person is dialled through, or hears that nobody is free."""
    verifier = SignatureVerifier(public_url, [auth_token], WEBHOOK_LIMITS)
    tokens, calls, deliveries = StreamTokens(token_key, clock, ids), Calls(exchange, meter), Deliveries(meter)
    documents = Documents(public_url, staff, call_backs=call_backs is not None, text_links=links is not None)
    hand_overs = None
    if api is not None and staff is not None and from_number.startswith("+"):
        hand_overs = HandOvers(CallControl(api, documents), documents, exchange, staff, from_number, ids, clock, meter)
    helpers = Helpers(call_backs, exchange, exchange, hand_overs, links)
    routers = [
        router(exchange, calls, verifier, tokens, documents, meter, helpers),
        media_router(exchange, calls, verifier, tokens, meter, limits),
        sms_router(deliveries, verifier, meter),
    ]
    if call_backs is not None and from_number.startswith("+"):
        routers.append(call_back_router(call_backs, documents, from_number, verifier, meter))
    if hand_overs is not None:
        routers.append(staff_router(hand_overs, documents, verifier, meter))
    return Doors(tuple(routers), calls, deliveries, hand_overs)
