"""``/voice/sms-status``: what became of each text message. A code that never arrives is seen here first.

Twilio reports every change of a message, late, twice and out of order; each change of each message counts once, and
the last word (delivered, undelivered, failed) stands.
Source: twilio.com/docs/messaging/guides/track-outbound-message-status.
"""

from __future__ import annotations

import re
from collections import OrderedDict

import structlog
from fastapi import APIRouter

from core.errors import InvalidInput
from ivr.twilio.door import Door
from ivr.twilio.forms import Form
from ivr.twilio.meter import Meter
from ivr.twilio.signature import SignatureVerifier

__all__ = ["Deliveries", "sms_router"]

_log = structlog.get_logger(__name__)
_SID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_REMEMBERED = 5000
#: In the order in which they come when nothing goes wrong.
_STATUSES = ("accepted", "scheduled", "queued", "sending", "sent", "delivered", "read")
_FAILED = frozenset({"undelivered", "failed", "canceled"})


class Deliveries:
    """The newest status of the last five thousand messages, by their id, without a number or a word of them."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._seen: OrderedDict[str, str] = OrderedDict()

    def status_of(self, message_id: str) -> str | None:
        return self._seen.get(message_id)

    def report(self, message_id: str, status: str, error: str = "") -> None:
        """Take in one report; an older one than the last changes nothing."""
        before = self._seen.get(message_id)
        if before is not None and _rank(status) <= _rank(before):
            return
        self._seen[message_id] = status
        self._seen.move_to_end(message_id)
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        self._meter.count("twilio_message", why=status)
        if status in _FAILED:
            _log.warning("message_not_delivered", message=message_id, status=status, error=error)


def _rank(status: str) -> int:
    return len(_STATUSES) if status in _FAILED else _STATUSES.index(status)


def sms_router(deliveries: Deliveries, verifier: SignatureVerifier, meter: Meter) -> APIRouter:
    """The route, ready for ``FastAPI.include_router``."""

    async def status(form: Form, _query: Form) -> str:
        message, status = form.get("MessageSid", ""), form.get("MessageStatus", "")
        if not _SID.fullmatch(message):
            raise InvalidInput("MessageSid", "send the identifier of the message")
        error = form.get("ErrorCode", "")
        if status in _STATUSES or status in _FAILED:
            deliveries.report(message, status, error if error.isascii() and error.isdigit() else "")
        return ""

    door = Door(verifier, str, meter)
    api = APIRouter(prefix="/voice", include_in_schema=False)
    guarded = door.guard("sms-status", status, heard=False)
    api.add_api_route("/sms-status", guarded, methods=["POST"], name="voice_sms-status")
    return api
