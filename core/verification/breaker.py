"""A circuit breaker: a provider that keeps failing is left alone for a while. Pure; the caller says what time it is."""

from __future__ import annotations

__all__ = ["CircuitBreaker"]


class CircuitBreaker:
    """Opens after ``failures`` in a row; after ``rest_seconds`` lets one request through, and closes when that one is
    answered. Times are monotonic seconds."""

    def __init__(self, failures: int = 5, rest_seconds: float = 30.0) -> None:
        self._limit = failures
        self._rest = rest_seconds
        self._failed = 0
        self._opened_at: float | None = None
        self._trying = False

    @property
    def open(self) -> bool:
        return self._opened_at is not None

    def admits(self, now: float) -> bool:
        """May a request be sent? While half open, only one at a time may."""
        if self._opened_at is None:
            return True
        if self._trying or now - self._opened_at < self._rest:
            return False
        self._trying = True
        return True

    def answered(self) -> None:
        """The provider works: whatever it said, it said it properly."""
        self._failed, self._opened_at, self._trying = 0, None, False

    def failed(self, now: float) -> None:
        self._failed += 1
        self._trying = False
        if self._opened_at is not None or self._failed >= self._limit:
            self._opened_at = now

    def let_go(self) -> None:
        """A request is over, however it went; while half open the next may try."""
        self._trying = False
