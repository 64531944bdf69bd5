"""The same thing under several names: numbers, identities, addresses, payees inside a window.

The counts come from the store; the limits are data (``data/repetition.toml``). Needs no sound and no consent of the
caller beyond the application itself.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from antifraud.signals.model import Known, NotAssessed, Reading, Rule
from core.risk import ConsentClass, EvidenceLevel

__all__ = ["RULES", "Limit", "limits"]


@dataclass(frozen=True, slots=True)
class Limit:
    """``others`` or more other applicants inside ``window_hours`` raise ``reason_code``."""

    kind: str
    window_hours: int
    others: int
    reason_code: str
    text: str


@cache
def limits() -> tuple[Limit, ...]:
    """The table of the house, in its order."""
    table = tomllib.loads(files("antifraud").joinpath("data/repetition.toml").read_text(encoding="utf-8"))
    return tuple(Limit(**row) for row in table["limit"])


def _reading(kind: str, known: Known) -> Reading:
    counts = [link for link in known.context.links if link.kind == kind]
    if not counts:
        raise NotAssessed("nothing was looked up")
    over = [
        (limit, count)
        for limit in limits()
        for count in counts
        if limit.kind == kind and limit.window_hours == count.window_hours and count.others >= limit.others
    ]
    most = max(count.others for count in counts)
    if not over:
        return Reading(float(most), "count", f"{most} others in {kind.replace('_', ' ')}: within the limit")
    limit, count = over[-1]
    text = limit.text.format(others=count.others, days=round(limit.window_hours / 24))
    return Reading(float(count.others), "count", text, reason_code=limit.reason_code)


def _rule(kind: str) -> Rule:
    def read(known: Known) -> Reading:
        return _reading(kind, known)

    return Rule(f"repetition.{kind}", ConsentClass.NONE, EvidenceLevel.STRONG, read, gating=True)


RULES = tuple(_rule(kind) for kind in dict.fromkeys(limit.kind for limit in limits()))
