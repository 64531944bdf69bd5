"""What comes in at the API: the key, the delivery key, and a bounded, strictly read body."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.requests import Request

from core.decision.application_input import Submission, read_application
from core.decision.strict_json import read_json
from core.errors import Forbidden, InvalidInput, TooLarge
from core.ports import Storage
from core.usecases.api_access import Partner, Scope, authenticate

__all__ = ["MOST_BYTES", "body_of", "delivery_of", "fingerprint", "partner_of", "submission_of"]

MOST_BYTES = 64_000
_DELIVERY = re.compile(r"[\x21-\x7e]{8,128}")
#: What a partner may only say when it may attest: that it checked the owner, looked for fraud, and was given consent.
_ATTESTED = ("owner_verified", "risk", "consents")
#: What we know ourselves or ask ourselves, and nobody may tell us.
_OURS = ("case_id", "call_id", "channel", "received_at", "checks", "evidence")


async def partner_of(request: Request, storage: Storage, scope: Scope) -> Partner:
    """Whose key it is. Raises ``Unauthenticated``, or ``Forbidden`` without the scope."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    partner = await asyncio.to_thread(authenticate, storage, token.strip() if kind.lower() == "bearer" else "")
    partner.require(scope)
    return partner


def delivery_of(request: Request) -> str:
    """The ``Idempotency-Key``. Raises ``InvalidInput``."""
    key = request.headers.get("idempotency-key", "")
    if not _DELIVERY.fullmatch(key):
        raise InvalidInput("Idempotency-Key", "send this header with 8 to 128 visible ASCII characters, new each time")
    return key


async def body_of(request: Request) -> Mapping[str, Any]:
    """One JSON object of at most ``MOST_BYTES``. Raises ``TooLarge`` and ``InvalidInput``."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise InvalidInput("Content-Type", "send the document as application/json")
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > MOST_BYTES:
            raise TooLarge(f"The document is too large; send at most {MOST_BYTES // 1000} kB.")
    try:
        document = read_json(content.decode("utf-8"), "body")
    except UnicodeDecodeError:
        raise InvalidInput("body", "send the document as UTF-8") from None
    if not isinstance(document, dict):
        raise InvalidInput("body", "send one JSON object")
    return document


def fingerprint(document: Mapping[str, Any]) -> str:
    """SHA-256 of what a document says, whatever the order of its keys."""
    text = json.dumps(document, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def submission_of(document: Mapping[str, Any], partner: Partner, case_id: str, now: datetime) -> Submission:
    """The application a partner hands in. Raises ``InvalidInput`` naming the field, and ``Forbidden``."""
    for name in _OURS:
        if name in document:
            raise InvalidInput(name, "leave it out; it is set by us")
    for name in _ATTESTED:
        if name in document and not partner.may(Scope.ATTEST):
            raise Forbidden(f"This API key may not attest {name}; leave it out, or ask for the scope {Scope.ATTEST}.")
    return read_application({**document, "case_id": case_id, "channel": "api"}, now)
