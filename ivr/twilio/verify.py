"""Twilio Verify in place of our own one-time codes: Twilio makes, sends and counts the code; we never see it.

Verify binds a code to a telephone number and to nothing else. So what the code is to approve (case, amount, payee) is
kept here beside the verification, and a check for anything else finds no code. Verify's own limits apply: five
checks of a code, five sendings in ten minutes, ten minutes of life; ours is shorter, as for our own codes.
Source: twilio.com/docs/verify/api/verification and /verification-check.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.applicant import PhoneNumber
from core.errors import Conflict, EnvironmentProblem, ProviderError
from core.identity.codes import note_refused, take_place
from core.ports import Clock, Storage
from ivr.twilio.rest import TwilioApi, TwilioRefused

__all__ = ["VerifyCodes"]

_LIFE = timedelta(minutes=5)
_TRIES = 5
#: As for our own codes: after so many sendings a person must help.
_SENDINGS = 5
_REMEMBERED = 5000
#: "Max check attempts reached", and "not found": used, expired or given up by Twilio.
_TOO_MANY_CHECKS, _GONE = 60202, 20404
#: What a check's ``status`` may also be; anything else but ``approved`` is a wrong code.
_ENDED = {
    "max_attempts_reached": "exhausted",
    "expired": "expired",
    "canceled": "expired",
    "deleted": "expired",
    "failed": "expired",
}


@dataclass(slots=True)
class _Sent:
    verification: str
    binding: bytes
    at: datetime
    tries: int = 0


class VerifyCodes:
    """An ``ivr.errands.CodeDesk``. ``service`` is the Verify service (``VA…``).

    What was sent is kept in memory: after a restart a code is ``expired`` and the caller is sent another one.
    """

    def __init__(self, api: TwilioApi, service: str, storage: Storage, clock: Clock) -> None:
        if not service.startswith("VA"):
            raise EnvironmentProblem("Name the Verify service (VA...) that is to send the codes.")
        self._api, self._service, self._storage, self._clock = api, service, storage, clock
        self._sent: OrderedDict[tuple[str, str], _Sent] = OrderedDict()
        self._sendings: OrderedDict[tuple[str, str], int] = OrderedDict()

    async def issue(self, case_id: str, purpose: str, binding: str, to: PhoneNumber, about: str) -> bool:
        """See ``CodeDesk``. ``about`` is not used: the words of the message are Verify's. Raises ``StorageError``."""
        self._sent.pop((case_id, purpose), None)
        sendings = self._sendings[case_id, purpose] = self._sendings.get((case_id, purpose), 0) + 1
        if sendings > _SENDINGS or not await asyncio.to_thread(self._has_place, case_id, purpose, to):
            return False
        try:
            made = await self._api.ask(
                lambda client: client.verify.v2.services(self._service).verifications.create(to=to.value, channel="sms")
            )
        except ProviderError:
            return False
        self._sent[case_id, purpose] = _Sent(str(made.sid), _digest(binding), self._clock.now())
        for remembered in (self._sent, self._sendings):
            while len(remembered) > _REMEMBERED:
                remembered.popitem(last=False)
        await asyncio.to_thread(self._note, "code.sent", case_id, {"purpose": purpose, "by": "verify"})
        return True

    async def check(self, case_id: str, purpose: str, binding: str, code: str) -> str:
        """``ok``, ``wrong``, ``expired`` or ``exhausted``; a right code is good once.

        Raises ``ProviderError`` when Twilio could not be asked: then nothing is known and nothing is approved.
        """
        result = await self._result(case_id, purpose, binding, code)
        await asyncio.to_thread(self._note, "code.checked", case_id, {"purpose": purpose, "result": result})
        return result

    async def _result(self, case_id: str, purpose: str, binding: str, code: str) -> str:
        sent = self._sent.get((case_id, purpose))
        if (
            sent is None
            or self._clock.now() - sent.at >= _LIFE
            or not hmac.compare_digest(sent.binding, _digest(binding))
        ):
            return "expired"
        if sent.tries >= _TRIES:
            return "exhausted"
        sent.tries += 1  # before anything is awaited: two checks at once are two tries
        try:
            checked = await self._api.ask(
                lambda client: client.verify.v2.services(self._service).verification_checks.create(
                    verification_sid=sent.verification, code=code
                )
            )
        except TwilioRefused as refused:
            if refused.number == _TOO_MANY_CHECKS:
                return "exhausted"
            if refused.number == _GONE:
                return "expired"
            raise
        if checked.status == "approved":
            del self._sent[case_id, purpose]
            return "ok"
        wrong = "wrong" if sent.tries < _TRIES else "exhausted"
        return _ENDED.get(str(checked.status), wrong)

    def _has_place(self, case_id: str, purpose: str, to: PhoneNumber) -> bool:
        """Whether one of the number's codes of today is left; it is taken, and stays so when Twilio does not send."""
        with self._storage.begin() as work:
            try:
                take_place(work, to, self._clock.now())
                left = True
            except Conflict:
                note_refused(work, case_id, purpose)
                left = False
            work.commit()
        return left

    def _note(self, action: str, case_id: str, detail: dict[str, str]) -> None:
        with self._storage.begin() as work:
            if action == "code.sent":
                work.audit.append("line", "code.sent", case_id, detail)
            else:
                work.audit.append("line", "code.checked", case_id, detail)
            work.commit()


def _digest(binding: str) -> bytes:
    return hashlib.sha256(binding.encode()).digest()
