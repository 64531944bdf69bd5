"""When people may be called: the hours of the house, and the quiet hours of whoever is called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from phonenumbers import timezone

from core.applicant import PhoneNumber
from core.errors import InvalidInput

__all__ = ["BusinessHours", "is_quiet", "next_call"]

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"([a-z]{3})(?:-([a-z]{3}))? (\d\d:\d\d)-(\d\d:\d\d)(?: (\S+))?", re.IGNORECASE)
_FORM = "write days, hours and zone, such as mon-fri 09:00-17:00 America/New_York"


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


#: Nobody is called before eight or after nine in the evening where they are (47 CFR 64.1200(c)(1)).
_EARLIEST, _LATEST = time(8), time(21)
#: A number that may be in more zones than this, such as a toll-free one, is taken to be where the house is.
_MOST_ZONES = 4
_STEP = timedelta(minutes=15)


def _zones(phone: PhoneNumber, hours: BusinessHours) -> list[ZoneInfo]:
    """Where the number is, by its area code."""
    names = timezone.time_zones_for_number(phonenumbers.parse(phone.value))
    try:
        zones = [ZoneInfo(name) for name in names]
    except (ZoneInfoNotFoundError, ValueError):
        zones = []
    return zones if 0 < len(zones) <= _MOST_ZONES and "Etc/Unknown" not in names else [hours.zone]


def is_quiet(phone: PhoneNumber, hours: BusinessHours, at: datetime) -> bool:
    """Whether it is night, in any of the places where this number may be."""
    return any(not _EARLIEST <= at.astimezone(zone).time() < _LATEST for zone in _zones(phone, hours))


def next_call(phone: PhoneNumber, hours: BusinessHours, after: datetime) -> datetime:
    """The first moment from ``after`` on, to a quarter of an hour, that is within ``hours`` and not quiet there.

    Where the two never meet, the hours of the house alone.
    """
    at = opens = hours.next_open(after)
    while at < after + timedelta(days=8):
        if not is_quiet(phone, hours, at):
            return at
        at = hours.next_open(at + _STEP)
    return opens
