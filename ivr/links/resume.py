"""A link by text for a caller whom neither stream nor form could serve: when and how to go on.

The link holds a token that is signed, good once and for as long as the case can be taken up again; it names no
person. The page behind it tells what is true then: until when the answers are kept, and which number to call from
the same telephone. To go on, the caller is asked for a one-time code as always: the link itself opens nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from datetime import datetime, timedelta

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from core.applicant import PhoneNumber
from core.errors import Conflict, InvalidInput, LoanlineError, StorageError, Unauthenticated
from core.ports import Clock, Ids, SmsSender, Storage
from ivr.line import IncomingCall
from ivr.links.pages import page

__all__ = ["ResumeLinks", "links_router"]

_LONGEST = 200


class ResumeLinks:
    """See ``ivr.twilio.webhooks.Links``. ``key`` signs the tokens and outlives the process; ``hours`` is how long an
    unfinished case is kept; ``line`` is the number to call."""

    def __init__(
        self,
        key: bytes,
        storage: Storage,
        clock: Clock,
        ids: Ids,
        sms: SmsSender,
        public_url: str,
        line: PhoneNumber,
        hours: int,
    ) -> None:
        if len(key) < 32:
            raise ValueError("give a link key of at least 32 random bytes")
        self._key, self._storage, self._clock, self._ids, self._sms = key, storage, clock, ids, sms
        self._base, self._line, self._life = public_url.rstrip("/"), line, timedelta(hours=hours)

    @property
    def line(self) -> PhoneNumber:
        return self._line

    async def send(self, call: IncomingCall) -> None:
        """Text the caller, once a call. Raises ``InvalidInput`` for a withheld number, ``ProviderError``,
        ``StorageError``."""
        if call.caller is None:
            raise InvalidInput("phone", "a withheld number cannot be sent a text")
        if not await asyncio.to_thread(self._first, f"resume-text:{call.call_id}"):
            return
        url = f"{self._base}/r/{self.mint()}"
        text = (
            "Loanline: our line had a problem, sorry. Your answers so far are kept for "
            f"{int(self._life.total_seconds() // 3600)} hours. How to go on: {url} If you did not call us, ignore this."
        )
        await self._sms.send(call.caller, text)

    def mint(self) -> str:
        expires = int((self._clock.now() + self._life).timestamp())
        nonce = self._ids.token()
        return f"{expires}.{nonce}.{self._mac(expires, nonce)}"

    async def redeem(self, token: str) -> datetime:
        """Until when the answers are kept. Raises ``Unauthenticated`` for a token that is not ours or is too late,
        ``Conflict`` for one that was used, ``StorageError``."""
        first, _, rest = token.partition(".")
        nonce, _, mac = rest.rpartition(".")
        expires = int(first) if first.isascii() and first.isdigit() and len(token) <= _LONGEST else -1
        if not mac.isascii() or not hmac.compare_digest(self._mac(expires, nonce), mac):
            raise Unauthenticated("This link is not ours: call the line.")
        if self._clock.now().timestamp() >= expires:
            raise Unauthenticated("This link has expired: call the line.")
        if not await asyncio.to_thread(self._first, f"resume-link:{nonce}"):
            raise Conflict("This link was opened before: call the line.")
        return self._clock.now().fromtimestamp(expires, tz=self._clock.now().tzinfo)

    def _first(self, key: str) -> bool:
        with self._storage.begin() as work:
            first = work.inbox.first_time(key, "", self._clock.now())
            work.commit()
        return first

    def _mac(self, expires: int, nonce: str) -> str:
        text = f"resume|{expires}|{len(nonce)}|{nonce}"
        return hmac.new(self._key, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def links_router(links: ResumeLinks) -> APIRouter:
    """``GET /r/<token>``, ready for ``FastAPI.include_router``."""
    api = APIRouter(include_in_schema=False)

    @api.get("/r/{token}", name="resume_link")
    async def resume(token: str) -> HTMLResponse:
        status = 200
        try:
            until = await links.redeem(token)
            words = f"Your answers so far are kept until {until:%d %B %Y, %H:%M} UTC. To go on"
        except StorageError:
            status, words = 503, "Please try this page again in a minute. Or"
        except LoanlineError:
            status, words = 410, "This link can be opened once only, and not for ever. To go on"
        return page("resume.html", status, words=words, line=links.line.value, number="")

    return api
