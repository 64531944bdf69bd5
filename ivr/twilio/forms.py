"""A signed webhook's form: read within bounds, checked, and turned into the house's own words.

Source of the field names: twilio.com/docs/voice/twiml#request-parameters.
"""

from __future__ import annotations

import asyncio
import re
from urllib.parse import parse_qsl

from starlette.datastructures import ImmutableMultiDict
from starlette.requests import ClientDisconnect, Request

from core.applicant import PhoneNumber
from core.errors import InvalidIdentity, InvalidInput, TooLarge
from ivr.line import IncomingCall

__all__ = ["BODY_SECONDS", "MAX_BODY_BYTES", "Form", "call_id", "incoming_call", "read_form"]

MAX_BODY_BYTES = 65_536
#: A body that trickles in longer than this is not Twilio's.
BODY_SECONDS = 5.0

Form = ImmutableMultiDict[str, str]

_MAX_FIELDS = 300
_SID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ATTESTATION = re.compile(r"[A-Za-z0-9-]{1,64}")
_KEYPAD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
#: Withheld numbers come as a word, or as that word typed on a keypad (+266696687 is ANONYMOUS).
_WITHHELD = frozenset(
    "+" + word.translate(_KEYPAD) for word in ("ANONYMOUS", "BLOCKED", "RESTRICTED", "UNKNOWN", "UNAVAILABLE")
)


async def read_form(request: Request, seconds: float = BODY_SECONDS) -> Form:
    """The whole form, empty values included: the signature covers them.

    Raises ``TooLarge`` above 64 KiB or 300 fields, ``InvalidInput`` for a body that is slow, cut off or no form.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for piece in request.stream():
                body += piece
                if len(body) > MAX_BODY_BYTES:
                    raise TooLarge("The form is above 64 KiB: send only the fields of a webhook.")
    except (TimeoutError, ClientDisconnect):
        raise InvalidInput("body", "send the whole form at once") from None
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MAX_FIELDS, errors="strict")
    except ValueError:  # a bad byte, or too many fields
        raise InvalidInput("body", "send a URL-encoded form in UTF-8 with at most 300 fields") from None
    return Form(pairs)


def call_id(form: Form) -> str:
    """Raises ``InvalidInput`` when the form names no call."""
    sid = form.get("CallSid", "")
    if not _SID.fullmatch(sid):
        raise InvalidInput("CallSid", "send the identifier of the call")
    return sid


def incoming_call(form: Form) -> IncomingCall:
    """The ringing call. A withheld or odd number is no error: the caller is asked for one."""
    attestation = form.get("StirVerstat", "")
    return IncomingCall(
        call_id=call_id(form),
        caller=_caller(form.get("From", "")),
        called=form.get("To", "")[:64],
        attestation=attestation if _ATTESTATION.fullmatch(attestation) else None,
    )


def _caller(text: str) -> PhoneNumber | None:
    if text in _WITHHELD:
        return None
    try:
        return PhoneNumber(text)
    except InvalidIdentity:
        return None
