"""The written copy of an answer, behind a link in a text message: ``/t/<token>``.

The token is sealed: it tells nothing, not even which case it opens, and lasts thirty days. Text messages are read by
others and their links are opened by machines, so a look at the link shows nothing and uses nothing up: the page asks
for the last four digits of the identity number first. Five wrong tries close it for a day.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
from datetime import timedelta
from urllib.parse import parse_qs

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from core.application import Status
from core.errors import Conflict, LoanlineError, StorageError, Unauthenticated
from core.jurisdiction.pack import Pack
from core.ports import Clock, Storage
from core.usecases.written_copy import WrittenCopy, open_copy
from ivr.links.pages import page

__all__ = ["CopyLinks", "copies_router"]

_LIFE = timedelta(days=30)
_NONCE, _TIME, _LONGEST_TOKEN, _LONGEST_BODY = 12, 5, 300, 256
_HEADINGS = {
    Status.ACCEPTED: "The loan that you agreed to",
    Status.APPROVED: "The loan that we offer you",
    Status.DECLINED: "We cannot offer you a loan",
    Status.REFUSED: "You said no to our offer, and no loan was made",
    Status.REVIEW: "A person is looking at your request",
    Status.INCOMPLETE: "Something is missing in your request",
}


class CopyLinks:
    """Makes and reads the addresses. ``key`` is 32 bytes that outlive the process."""

    def __init__(self, key: bytes, clock: Clock, public_url: str) -> None:
        self._box, self._key, self._clock, self._base = AESGCM(key), key, clock, public_url.rstrip("/")

    def url(self, case_id: str) -> str:
        """The address of this case's copy, good for thirty days."""
        expires = int((self._clock.now() + _LIFE).timestamp())
        plain = expires.to_bytes(_TIME, "big") + case_id.encode()
        # The same words get the same nonce and no others do: it is made from them (as in RFC 5297).
        nonce = hmac.digest(self._key, b"nonce" + plain, "sha256")[:_NONCE]
        sealed = nonce + self._box.encrypt(nonce, plain, b"written copy")
        return f"{self._base}/t/{base64.urlsafe_b64encode(sealed).decode().rstrip('=')}"

    def case_of(self, token: str) -> str:
        """Raises ``Unauthenticated`` for a token that is not ours, or is too old."""
        token = token[:_LONGEST_TOKEN]  # nothing longer is ours
        try:
            sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
            plain = self._box.decrypt(sealed[:_NONCE], sealed[_NONCE:], b"written copy")
        except (ValueError, binascii.Error, InvalidTag):
            raise Unauthenticated("This link is not ours: call the line.") from None
        if int.from_bytes(plain[:_TIME], "big") <= self._clock.now().timestamp():
            raise Unauthenticated("This link has expired: call the line.")
        return plain[_TIME:].decode()


def copies_router(links: CopyLinks, storage: Storage, clock: Clock, pack: Pack, number: str = "") -> APIRouter:
    """``GET`` and ``POST /t/<token>``. ``number`` is the line's own, shown where there is one."""
    api = APIRouter(include_in_schema=False)

    def gate(status: int, problem: str = "", *, asks: bool = True) -> HTMLResponse:
        return page("gate.html", status, problem=problem, asks=asks, number=number)

    def gone() -> HTMLResponse:
        return gate(410, "This link is not ours, or it has expired. Please call us.", asks=False)

    @api.get("/t/{token}", name="written_copy")
    async def ask(token: str) -> HTMLResponse:
        try:
            links.case_of(token)
        except Unauthenticated:
            return gone()
        return gate(200)

    @api.post("/t/{token}", name="written_copy_opened")
    async def show(token: str, request: Request) -> HTMLResponse:
        try:
            case_id = links.case_of(token)
        except Unauthenticated:
            return gone()
        last4 = await _last4(request)
        if not (len(last4) == 4 and last4.isascii() and last4.isdigit()):
            return gate(422, "Please type exactly four digits.")
        try:
            copy = await asyncio.to_thread(open_copy, storage, clock, pack, case_id, last4)
        except Unauthenticated:
            return gate(403, "These are not the four digits that we know. Please try again.")
        except Conflict:
            return gate(429, "Too many wrong answers. Please try again tomorrow, or call us.", asks=False)
        except StorageError:
            return gate(503, "We cannot show it at this moment. Please try again in a minute.")
        except LoanlineError:
            return gate(410, "There is nothing to show any more. Please call us.", asks=False)
        return page("copy.html", copy=copy, heading=_heading(copy), number=number)

    return api


def _heading(copy: WrittenCopy) -> str:
    return _HEADINGS.get(copy.status, "Your request is closed")


async def _last4(request: Request) -> str:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _LONGEST_BODY:
            return ""
    return parse_qs(body.decode("latin-1")).get("last4", [""])[0]
