"""One-time codes by SMS: proof that the person on the line holds the registered telephone.

SMS is a restricted channel (NIST SP 800-63B, 5.1.3.3): a code proves possession of a number at this moment, nothing
more, and other signals stand beside it.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from core.applicant import PhoneNumber
from core.errors import Conflict, ProviderError
from core.ports import Clock, Ids, SmsSender, Storage, UnitOfWork

__all__ = ["CODES_A_NUMBER", "Codes", "message", "note_refused", "take_place"]

#: So many codes go to one telephone number in a day (UTC), whatever cases ask for them: else a stranger could have the
#: line text somebody without end, from calls with a forged number.
CODES_A_NUMBER = 10
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


def take_place(work: UnitOfWork, to: PhoneNumber, now: datetime, a_number: int = CODES_A_NUMBER) -> None:
    """Take one of a number's places of today; they are kept as keyed hashes. Raises ``Conflict`` without one."""
    places = (f"code-to:{to.value}:{now.astimezone(UTC):%Y-%m-%d}:{place}" for place in range(a_number))
    if not any(work.inbox.first_time(place, "", now) for place in places):
        raise Conflict("Too many codes were sent to this number today; hand the call to a person.")


def note_refused(work: UnitOfWork, case_id: str, purpose: str) -> None:
    """Somebody may be using a number's codes up to keep its owner out: whoever reads the audit log sees it."""
    work.audit.append("line", "code.refused", case_id, {"purpose": purpose})


class Codes:
    """Issues and checks codes. Each try is committed before its result is known to anyone. ``a_number`` is how many one
    telephone number gets in a day; ``None`` for any number."""

    def __init__(
        self, storage: Storage, clock: Clock, ids: Ids, sms: SmsSender, a_number: int | None = CODES_A_NUMBER
    ) -> None:
        self._a_number = a_number
        self._storage = storage
        self._clock = clock
        self._ids = ids
        self._sms = sms

    async def issue(self, case_id: str, purpose: str, binding: str, to: PhoneNumber, about: str) -> bool:
        """Send a fresh code to ``to``; the earlier one of this purpose is void. ``binding`` is what the code approves.

        True when the provider took the message. False when it did not, or when five codes were sent for this purpose
        in a day, or too many to this number: then a person must help. Raises ``StorageError``.
        """
        code = self._ids.digits(_DIGITS)
        try:
            await asyncio.to_thread(self._store, case_id, purpose, code, binding, to)
            await self._sms.send(to, message(code, about))
        except Conflict:
            await asyncio.to_thread(self._refused, case_id, purpose)
            return False
        except ProviderError:
            return False
        return True

    async def check(self, case_id: str, purpose: str, binding: str, code: str) -> str:
        """``ok``, ``wrong``, ``expired`` or ``exhausted``. Five tries, five minutes, once. Raises ``StorageError``."""
        return await asyncio.to_thread(self._check, case_id, purpose, code, binding)

    def _store(self, case_id: str, purpose: str, code: str, binding: str, to: PhoneNumber) -> None:
        with self._storage.begin() as work:
            if self._a_number is not None:
                take_place(work, to, self._clock.now(), self._a_number)
            work.codes.store(case_id, purpose, code, binding, self._clock.now())
            work.audit.append("line", "code.sent", case_id, {"purpose": purpose})
            work.commit()

    def _refused(self, case_id: str, purpose: str) -> None:
        with self._storage.begin() as work:
            note_refused(work, case_id, purpose)
            work.commit()

    def _check(self, case_id: str, purpose: str, code: str, binding: str) -> str:
        with self._storage.begin() as work:
            result = work.codes.check(case_id, purpose, code, binding, self._clock.now())
            work.audit.append("line", "code.checked", case_id, {"purpose": purpose, "result": result})
            work.commit()
        return result
