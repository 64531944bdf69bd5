"""The line's side of calling back: who is on the telephone, about which case, and the promise in the store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from core.errors import InvalidInput
from core.ports import Clock, Ids, Storage
from core.usecases import call_back
from ivr.line import IncomingCall

__all__ = ["CallBackDesk"]


class CallBackDesk:
    """See ``ivr.twilio.webhooks.CallBacks``. ``case_of`` finds the case a call is about, if there is one."""

    def __init__(
        self,
        storage: Storage,
        clock: Clock,
        ids: Ids,
        hours: call_back.BusinessHours,
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
