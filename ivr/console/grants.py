"""What a session was shown a purpose for: whose words it may read, until when. In memory; it ends with the session."""

from __future__ import annotations

from core.ports import Clock
from core.usecases.staff import Visitor

__all__ = ["GRANT_SECONDS", "REVEAL_SECONDS", "Grants"]

#: A purpose stands for a quarter of an hour; then it is asked again.
GRANT_SECONDS = 15 * 60
#: A revealed field is shown this long.
REVEAL_SECONDS = 30
_MOST = 20_000


class Grants:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[tuple[bytes, str, str], float] = {}

    def give(self, who: Visitor, subject: str, what: str, seconds: float = GRANT_SECONDS) -> None:
        if len(self._until) >= _MOST:
            now = self._clock.monotonic()
            self._until = {key: until for key, until in self._until.items() if until > now}
        self._until[who.session, subject, what] = self._clock.monotonic() + seconds

    def has(self, who: Visitor, subject: str, what: str) -> bool:
        return self._until.get((who.session, subject, what), 0.0) > self._clock.monotonic()

    def take(self, who: Visitor, subject: str, what: str) -> None:
        self._until.pop((who.session, subject, what), None)
