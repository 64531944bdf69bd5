"""The webhooks of calling somebody back. A person of ours answers first; no automated voice speaks to the caller.

=======================  ==============================================================================
``/voice/call-back-dial``   the person pressed a key: the caller's number is dialled
``/voice/call-back-status`` that call is over: the list is put right
=======================  ==============================================================================

``?call=`` names the call in which a call back was asked for. The number itself stands in no address.
"""

from __future__ import annotations

import re
from typing import Protocol

from fastapi import APIRouter

from core.applicant import PhoneNumber
from core.errors import Conflict, InvalidInput, NotFound
from ivr.twilio.door import Door, Handler
from ivr.twilio.forms import Form
from ivr.twilio.meter import Meter
from ivr.twilio.signature import SignatureVerifier
from ivr.twilio.twiml import Documents

__all__ = ["WishList", "call_back_router"]

_CALL = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NOT_ANSWERED = frozenset({"busy", "failed", "no-answer", "canceled"})


class WishList(Protocol):
    async def number(self, call_id: str) -> PhoneNumber:
        """Whom to call. Raises ``Conflict`` when nobody waits under this call, ``NotFound`` or ``StorageError``."""
        ...

    async def over(self, call_id: str, *, answered: bool) -> None:
        """Settle the wish, or have it tried again later; twice changes nothing. Raises ``NotFound``."""
        ...


def call_back_router(
    wishes: WishList, documents: Documents, caller_id: str, verifier: SignatureVerifier, meter: Meter
) -> APIRouter:
    """The routes, ready for ``FastAPI.include_router``. ``caller_id`` is the number of ours that the caller sees."""

    def wish(query: Form) -> str:
        name = query.get("call", "")
        if not _CALL.fullmatch(name):
            raise InvalidInput("call", "name the call in which a call back was asked for")
        return name

    async def dial(_form: Form, query: Form) -> str:
        name = wish(query)
        try:
            number = await wishes.number(name)
        except (Conflict, NotFound):
            return documents.settled_already()
        return documents.call_back(number, caller_id, name)

    async def status(form: Form, query: Form) -> str:
        name, how = wish(query), form.get("CallStatus", "")
        if how == "completed" or how in _NOT_ANSWERED:
            await wishes.over(name, answered=how == "completed")
            meter.count("twilio_called_back", why="answered" if how == "completed" else "not_answered")
        return ""

    door = Door(verifier, documents.hang_up, meter)
    handlers: dict[str, Handler] = {"call-back-dial": dial, "call-back-status": status}
    api = APIRouter(prefix="/voice", include_in_schema=False)
    for name, handler in handlers.items():
        guarded = door.guard(name, handler, heard=name == "call-back-dial")
        api.add_api_route(f"/{name}", guarded, methods=["POST"], name=f"voice_{name}")
    return api
