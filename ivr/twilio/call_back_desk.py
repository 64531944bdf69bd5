"""The line's side of calling back: who is on the telephone, about which case, and the promise in the store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from core.applicant import PhoneNumber
from core.errors import Conflict, InvalidInput
from core.ports import Clock, Ids, Storage
from core.usecases import call_back
from core.usecases.calling_hours import BusinessHours
from ivr.line import IncomingCall

__all__ = ["CallBackDesk"]


class CallBackDesk:
    """See ``ivr.twilio.webhooks.CallBacks`` and ``ivr.twilio.call_back_routes.WishList``.

    ``case_of`` finds the case a call is about, if there is one.
    """

    def __init__(
        self,
        storage: Storage,
        clock: Clock,
        ids: Ids,
        hours: BusinessHours,
        case_of: Callable[[str], str | None],
    ) -> None:
        self._storage, self._clock, self._ids, self._hours, self._case_of = storage, clock, ids, hours, case_of

    async def ask(self, call: IncomingCall, reason: str) -> None:
        """Raises ``InvalidInput`` when the number is withheld, ``StorageError`` when the promise cannot be kept."""
        if call.caller is None:
            raise InvalidInput("phone", "a withheld number cannot be called back")
        await asyncio.to_thread(
            call_back.ask,
            self._storage,
            self._clock,
            self._ids,
            self._hours,
            call_id=call.call_id,
            phone=call.caller,
            reason=reason,
            case_id=self._case_of(call.call_id),
        )

    async def number(self, call_id: str) -> PhoneNumber:
        def read() -> PhoneNumber:
            with self._storage.begin() as work:
                wish = work.call_backs.get(call_id)
            if wish.state != "waiting":
                raise Conflict("This call back is settled already; call somebody else.")
            return wish.phone

        return await asyncio.to_thread(read)

    async def over(self, call_id: str, *, answered: bool) -> None:
        if answered:
            await asyncio.to_thread(call_back.settle, self._storage, self._clock, call_id, "answered", "line")
        else:
            await asyncio.to_thread(call_back.postpone, self._storage, self._clock, self._hours, call_id, "line")
