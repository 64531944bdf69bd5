"""Calling people back: who asked, when to call, and what became of it. One wish a call, however often it is asked."""

from __future__ import annotations

from datetime import timedelta

from core.applicant import PhoneNumber
from core.errors import Conflict
from core.ports import CallBack, Clock, Ids, Storage
from core.usecases.calling_hours import BusinessHours, next_call

__all__ = ["ask", "begin", "due", "postpone", "settle", "waiting"]

#: A person is not rung more often than this without an answer.
MOST_TRIES = 3


def ask(
    storage: Storage,
    clock: Clock,
    ids: Ids,
    hours: BusinessHours,
    *,
    call_id: str,
    phone: PhoneNumber,
    reason: str,
    case_id: str | None = None,
) -> CallBack:
    """Promise the caller of ``call_id`` a call, at the next business hour that is no night where they are. Asked
    again, the first promise stands.

    ``case_id`` is what the call was about; without one the wish is a case of its own. ``reason`` is a static name.
    Raises ``StorageError`` when the promise could not be kept: then it must not be made.
    """
    now = clock.now()
    with storage.begin() as work:
        wish = CallBack(call_id, case_id or ids.new("case"), phone, reason, now, next_call(phone, hours, now))
        kept = work.call_backs.add(wish)
        if kept == wish:
            work.audit.append("line", "call_back.asked", wish.case_id, {"call": call_id, "reason": reason})
            work.commit()
    return kept


def due(storage: Storage, clock: Clock, limit: int = 50) -> list[CallBack]:
    """Whom to call now, longest waiting first. Callers whose keys were destroyed are passed over."""
    with storage.begin() as work:
        return work.call_backs.due(clock.now(), limit)


def waiting(storage: Storage, limit: int = 50) -> list[CallBack]:
    """Everybody who is still to be called, due or not, longest due first."""
    with storage.begin() as work:
        return work.call_backs.due(None, limit)


def begin(storage: Storage, clock: Clock, hours: BusinessHours, call_id: str, operator: str) -> CallBack:
    """A person is about to call back. No automated voice speaks to the caller, so no consent to one is needed.

    Raises ``Conflict`` when nobody waits under this call, or when it is not the hour to call there; ``NotFound``.
    """
    now = clock.now()
    with storage.begin() as work:
        wish = work.call_backs.get(call_id)
        if wish.state != "waiting":
            raise Conflict("This call back is settled already; list shows who still waits.")
        allowed = next_call(wish.phone, hours, now)
        if allowed > now:
            raise Conflict(f"It is not the hour to call there: call from {allowed:%Y-%m-%d %H:%M} UTC on.")
        work.audit.append(operator, "call_back.begun", wish.case_id, {"call": call_id})
        work.commit()
    return wish


def postpone(storage: Storage, clock: Clock, hours: BusinessHours, call_id: str, operator: str) -> bool:
    """Nobody answered: try again an hour later, within business hours; the third time is the last.

    False when nothing waits under this call any more. Raises ``NotFound`` for a call that asked for nothing.
    """
    now = clock.now()
    with storage.begin() as work:
        wish = work.call_backs.get(call_id)
        if wish.state != "waiting":
            return False
        last = wish.tries + 1 >= MOST_TRIES
        if last:
            work.call_backs.settle(call_id, "not_reached", now)
        else:
            work.call_backs.postpone(call_id, next_call(wish.phone, hours, now + timedelta(hours=1)))
        work.audit.append(
            operator, "call_back.settled" if last else "call_back.postponed", wish.case_id, {"call": call_id}
        )
        work.commit()
    return True


def settle(storage: Storage, clock: Clock, call_id: str, how: str, operator: str) -> bool:
    """Note what became of it (a static name such as ``reached``). False when it was settled before."""
    with storage.begin() as work:
        wish = work.call_backs.get(call_id)
        if not work.call_backs.settle(call_id, how, clock.now()):
            return False
        work.audit.append(operator, "call_back.settled", wish.case_id, {"call": call_id, "how": how})
        work.commit()
    return True
