"""The webhooks of the call to a person, and of the room where callers wait. Joined only where a person can be rung.

======================  ===============================================================================
``/voice/hold``         a waiting caller hears their place in the row, and music
``/voice/hold-music.wav`` that music; asked without a signature, for it is the same for all
``/voice/staff-join``   the person pressed a key to take the call
``/voice/staff-left``   the person pressed star, or the talk is over
``/voice/staff-status`` the call to the person is over
======================  ===============================================================================
"""

from __future__ import annotations

from fastapi import APIRouter, Response

from ivr.twilio.door import Door, Handler
from ivr.twilio.forms import Form, call_id, incoming_call
from ivr.twilio.handover import HandOvers
from ivr.twilio.hold_music import hold_music
from ivr.twilio.meter import Meter
from ivr.twilio.signature import SignatureVerifier
from ivr.twilio.twiml import Documents

__all__ = ["staff_router"]

_OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})


def staff_router(hand_overs: HandOvers, documents: Documents, verifier: SignatureVerifier, meter: Meter) -> APIRouter:
    """The routes, ready for ``FastAPI.include_router``."""

    async def hold(form: Form, _query: Form) -> str:
        return await hand_overs.hold(incoming_call(form))

    async def join(form: Form, _query: Form) -> str:
        return await hand_overs.join(call_id(form))

    async def left(form: Form, _query: Form) -> str:
        return await hand_overs.star(call_id(form))

    async def status(form: Form, _query: Form) -> str:
        leg = call_id(form)
        if form.get("CallStatus", "") in _OVER:
            await hand_overs.leg_over(leg)
        return ""

    door = Door(verifier, documents.hang_up, meter)
    handlers: dict[str, Handler] = {"hold": hold, "staff-join": join, "staff-left": left, "staff-status": status}
    api = APIRouter(prefix="/voice", include_in_schema=False)
    for name, handler in handlers.items():
        guarded = door.guard(name, handler, heard=name != "staff-status")
        api.add_api_route(f"/{name}", guarded, methods=["POST"], name=f"voice_{name}")

    @api.get("/hold-music.wav", name="voice_hold-music")
    async def music() -> Response:
        return Response(hold_music(), media_type="audio/wav", headers={"Cache-Control": "public, max-age=86400"})

    return api
