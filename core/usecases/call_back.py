"""Calling people back: who asked, when to call, and what became of it. One wish a call, however often it is asked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.applicant import PhoneNumber
from core.errors import InvalidInput
from core.ports import CallBack, Clock, Ids, Storage

__all__ = ["BusinessHours", "ask", "due", "postpone", "settle"]

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"([a-z]{3})(?:-([a-z]{3}))? (\d\d:\d\d)-(\d\d:\d\d)(?: (\S+))?", re.IGNORECASE)
_FORM = "write days, hours and zone, such as mon-fri 09:00-17:00 America/New_York"
#: A person is not rung more often than this without an answer.
MOST_TRIES = 3


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """When people call back: the same hours on each of ``days`` (0 is Monday), local time of ``zone``."""

    days: frozenset[int]
    opens: time
    closes: time
    zone: ZoneInfo

    @classmethod
    def parse(cls, text: str) -> BusinessHours:
        """Read ``mon-fri 09:00-17:00 America/New_York`` (the zone may be left out: UTC). Raises ``InvalidInput``."""
        found = _HOURS.fullmatch(text.strip())
        if found is None:
            raise InvalidInput("business_hours", _FORM)
        first, last, opens, closes, zone = found.groups()
        try:
            start, end = _DAYS.index(first.lower()), _DAYS.index((last or first).lower())
            hours = time.fromisoformat(opens), time.fromisoformat(closes)
            place = ZoneInfo(zone or "UTC")
        except (ValueError, ZoneInfoNotFoundError):
            raise InvalidInput("business_hours", _FORM) from None
        if hours[0] >= hours[1]:
            raise InvalidInput("business_hours", "close after you open, on the same day")
        days = frozenset((start + step) % 7 for step in range((end - start) % 7 + 1))
        return cls(days, *hours, place)

    def next_open(self, after: datetime) -> datetime:
        """The first moment from ``after`` on at which somebody may call, in UTC: ``after`` itself within the hours."""
        local = after.astimezone(self.zone)
        for step in range(8):
            day = local.date() + timedelta(days=step)
            if day.weekday() in self.days and after < datetime.combine(day, self.closes, self.zone):
                return max(after, datetime.combine(day, self.opens, self.zone)).astimezone(UTC)
        raise InvalidInput("business_hours", "name at least one day")


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
    """Promise the caller of ``call_id`` a call, at the next business hour. Asked again, the first promise stands.

    ``case_id`` is what the call was about; without one the wish is a case of its own. ``reason`` is a static name.
    Raises ``StorageError`` when the promise could not be kept: then it must not be made.
    """
    now = clock.now()
    with storage.begin() as work:
        wish = CallBack(call_id, case_id or ids.new("case"), phone, reason, now, hours.next_open(now))
        kept = work.call_backs.add(wish)
        if kept == wish:
            work.audit.append("line", "call_back.asked", wish.case_id, {"call": call_id, "reason": reason})
            work.commit()
    return kept


def due(storage: Storage, clock: Clock, limit: int = 50) -> list[CallBack]:
    """Whom to call now, longest waiting first. Callers whose keys were destroyed are passed over."""
    with storage.begin() as work:
        return work.call_backs.due(clock.now(), limit)


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
            work.call_backs.postpone(call_id, hours.next_open(now + timedelta(hours=1)))
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
