"""Which calls this node serves, and when each is over: exactly one word to the switchboard.

Three sources tell of an end: the stream's ``stop`` or its socket, the stream's status callback, and the call's. They
come in any order, late or twice, and any of them may be missing.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from core.errors import Conflict, LoanlineError, NotFound
from ivr.line import Admission, IncomingCall, Switchboard
from ivr.twilio.meter import Meter

__all__ = ["Calls"]

#: Steps after which the caller is still on the telephone with us: streaming again, in the form, with a person, or with
#: whoever takes over from this node.
_GOES_ON = frozenset({"reconnect", "form", "person", "wait"})
#: How many calls are remembered, so that their late webhooks change nothing.
_REMEMBERED = 20_000


@dataclass(slots=True)
class _Call:
    #: The switchboard was told of the end, and nobody has taken the call up again since.
    told: bool = False
    #: The telephone network says that the call itself is over.
    gone: bool = False
    stream_sid: str = ""
    hang_up: Callable[[str], None] | None = None


class Calls:
    """All calls of one node. ``joined`` is the number of live streams."""

    def __init__(self, switchboard: Switchboard, meter: Meter) -> None:
        self._switchboard = switchboard
        self._meter = meter
        self._calls: OrderedDict[str, _Call] = OrderedDict()

    @property
    def joined(self) -> int:
        return sum(call.hang_up is not None for call in self._calls.values())

    def is_gone(self, call_id: str) -> bool:
        """The call is over for good; a late ``incoming`` must not bring it back."""
        call = self._calls.get(call_id)
        return call is not None and call.gone

    def is_told(self, call_id: str) -> bool:
        """The line has done its part; what comes next is asked with ``Switchboard.next_step``."""
        call = self._calls.get(call_id)
        return call is not None and call.told

    async def ring(self, call: IncomingCall, *, again: bool = False) -> Admission:
        """Ask for admission. ``again`` takes a call up that had left the line, such as one a person hands back."""
        known = self._call(call.call_id)
        admission = await self._switchboard.ring(call)
        if again and admission is Admission.WELCOME and not known.gone:
            known.told = False
        return admission

    def stream_began(self, call_id: str, stream_sid: str, hang_up: Callable[[str], None]) -> None:
        """``hang_up`` ends the stream from our side and returns at once. Raises ``Conflict``."""
        call = self._call(call_id)
        if call.gone or call.told:
            raise Conflict("The call is over: it needs no stream.")
        if call.hang_up is not None:
            raise Conflict("The call has a stream already: end that one first.")
        call.stream_sid, call.hang_up = stream_sid, hang_up

    async def stream_over(self, call_id: str, stream_sid: str, why: str) -> None:
        """The socket is closed, whoever closed it. A call that goes on without it is not over yet."""
        call = self._call(call_id)
        if call.stream_sid != stream_sid:
            return
        call.stream_sid, call.hang_up = "", None
        if call.gone or not self._goes_on(call_id):
            await self._tell(call_id, call, why)

    async def stream_reported_over(self, call_id: str, stream_sid: str) -> None:
        """The stream's status callback. It matters only when the socket has not noticed yet."""
        call = self._calls.get(call_id)
        if call is not None and call.hang_up is not None and call.stream_sid == stream_sid:
            call.hang_up("stream_stopped")

    async def call_over(self, call_id: str, why: str) -> None:
        """The call's status callback. A live stream is ended and then speaks for the call."""
        call = self._call(call_id)
        call.gone = True
        if call.hang_up is not None:
            call.hang_up(why)
        else:
            await self._tell(call_id, call, why)

    async def _tell(self, call_id: str, call: _Call, why: str) -> None:
        if call.told:
            return
        call.told = True
        try:
            await self._switchboard.ended(call_id, why)
        except LoanlineError:
            call.told = False  # the next source that reports the end tries again
            raise
        self._meter.count("twilio_call_ended", why=why)

    def _goes_on(self, call_id: str) -> bool:
        try:
            return self._switchboard.next_step(call_id).kind in _GOES_ON
        except NotFound:
            return False

    def _call(self, call_id: str) -> _Call:
        call = self._calls.setdefault(call_id, _Call())
        self._calls.move_to_end(call_id)
        if len(self._calls) > _REMEMBERED:
            oldest = next((key for key, value in self._calls.items() if value.hang_up is None), None)
            if oldest is not None:
                del self._calls[oldest]
        return call
