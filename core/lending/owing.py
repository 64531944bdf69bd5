"""Written copies that are owed to borrowers: what is promised on the line reaches them whatever fails in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

__all__ = ["GRACE", "MOST_TRIES", "REASONS", "TERMS", "OwedText", "OwedTexts", "pause_after"]

#: What is owed: the terms agreed to (12 CFR 1026.17(b)), or the reasons of a decline (12 CFR 1002.9(a)(2)).
TERMS, REASONS = "terms", "reasons"
#: How long the call itself has to send it.
GRACE = timedelta(minutes=3)
#: Spread over about two days; then a person has to see to it, well within the thirty days of the notice.
MOST_TRIES = 12
_FIRST, _LONGEST = timedelta(minutes=5), timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class OwedText:
    """One text of one case, and how often it has failed."""

    case_id: str
    what: str
    tries: int


class OwedTexts(Protocol):
    """The list of what is owed; a text leaves it in the transaction that notes that a provider took it."""

    def owe(self, case_id: str, what: str, first_at: datetime) -> None: ...

    def due(self, at: datetime, limit: int = 20) -> Sequence[OwedText]:
        """What should have gone out by then, longest waiting first."""
        ...

    def again(self, owed: OwedText, next_at: datetime) -> None: ...

    def paid(self, case_id: str, what: str) -> None: ...


def pause_after(tries: int) -> timedelta:
    """How long to wait after so many failures: five minutes, doubling, at most six hours."""
    doubled: timedelta = _FIRST * (1 << min(tries, 10))
    return min(_LONGEST, doubled)
