"""One-time codes by SMS: proof that the person on the line holds the registered telephone.

SMS is a restricted channel (NIST SP 800-63B, 5.1.3.3): a code proves possession of a number at this moment, nothing
more, and other signals stand beside it.
"""

from __future__ import annotations

import asyncio

from core.applicant import PhoneNumber
from core.errors import Conflict, ProviderError
from core.ports import Clock, Ids, SmsSender, Storage

__all__ = ["Codes", "message"]

_DIGITS = 6


_ABOUT = {
    "apply": "your loan application",
    "resume": "going on with your application",
    "known": "using what you told us before",
}


def message(code: str, about: str) -> str:
    """The text that is sent. It names nobody, no amount and no link, and says what to do when nobody asked for it.

    ``about`` is a static subject: ``apply`` or ``resume``; an unknown one is left out.
    """
    subject = f" for {_ABOUT[about]}" if about in _ABOUT else ""
    return (
        f"{code} is your Loanline code{subject}, good for 5 minutes. Say or type it only on the call you are on. "
        "If you are not on a call with us, somebody is using your number: tell nobody this code."
    )


class Codes:
    """Issues and checks codes. Each try is committed before its result is known to anyone."""

    def __init__(self, storage: Storage, clock: Clock, ids: Ids, sms: SmsSender) -> None:
        self._storage = storage
        self._clock = clock
        self._ids = ids
        self._sms = sms

    async def issue(self, case_id: str, purpose: str, binding: str, to: PhoneNumber, about: str) -> bool:
        """Send a fresh code to ``to``; the earlier one of this purpose is void. ``binding`` is what the code approves.

        True when the provider took the message. False when it did not, or when five codes were sent for this purpose
        in a day: then a person must help. Raises ``StorageError``.
        """
        code = self._ids.digits(_DIGITS)
        try:
            await asyncio.to_thread(self._store, case_id, purpose, code, binding)
            await self._sms.send(to, message(code, about))
        except (Conflict, ProviderError):
            return False
        return True

    async def check(self, case_id: str, purpose: str, binding: str, code: str) -> str:
        """``ok``, ``wrong``, ``expired`` or ``exhausted``. Five tries, five minutes, once. Raises ``StorageError``."""
        return await asyncio.to_thread(self._check, case_id, purpose, code, binding)

    def _store(self, case_id: str, purpose: str, code: str, binding: str) -> None:
        with self._storage.begin() as work:
            work.codes.store(case_id, purpose, code, binding, self._clock.now())
            work.audit.append("line", "code.sent", case_id, {"purpose": purpose})
            work.commit()

    def _check(self, case_id: str, purpose: str, code: str, binding: str) -> str:
        with self._storage.begin() as work:
            result = work.codes.check(case_id, purpose, code, binding, self._clock.now())
            work.audit.append("line", "code.checked", case_id, {"purpose": purpose, "result": result})
            work.commit()
        return result
