"""Limits by name: how often something may be tried in a stretch of time. In memory, for one node."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass

from core.ports import Clock

__all__ = ["LOGIN_ADDRESS", "LOGIN_USER", "Limit", "Throttle"]


@dataclass(frozen=True, slots=True)
class Limit:
    name: str
    most: int
    seconds: float


LOGIN_USER = Limit("login.user", 5, 15 * 60)
LOGIN_ADDRESS = Limit("login.address", 20, 15 * 60)
_MOST_KEYS = 10_000


class Throttle:
    """Counts tries on the monotonic clock; remembers the last ten thousand who tried."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tries: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def allows(self, limit: Limit, key: str) -> bool:
        """Whether one more try is within ``limit`` for this ``key``. Changes nothing."""
        return len(self._recent(limit, key)) < limit.most

    def note(self, limit: Limit, key: str) -> None:
        """Count one try."""
        tries = self._recent(limit, key)
        tries.append(self._clock.monotonic())
        self._tries[limit.name, key] = tries
        self._tries.move_to_end((limit.name, key))
        while len(self._tries) > _MOST_KEYS:
            self._tries.popitem(last=False)

    def forget(self, limit: Limit, key: str) -> None:
        """It went well: the tries before it count no more."""
        self._tries.pop((limit.name, key), None)

    def _recent(self, limit: Limit, key: str) -> deque[float]:
        tries = self._tries.get((limit.name, key), deque())
        since = self._clock.monotonic() - limit.seconds
        while tries and tries[0] <= since:
            tries.popleft()
        return tries
