"""From what applications share to counts per window: how many *others* have the same thing, and how far it reaches.

Only keyed hashes come in, so nobody can be named here. A household shares a number and an address, so one thing shared
by two proves nothing; the limits are data (``data/repetition.toml``).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from antifraud.facts import LinkCount
from core.fraud import Edge, LinkKind, Seen, Sharing

__all__ = ["LONGEST_HOURS", "link_counts"]

LONGEST_HOURS = 2160
_OTHERS = {
    "number": LinkKind.NUMBER,
    "papers": LinkKind.PAPERS,
    "address": LinkKind.ADDRESS,
    "payee": LinkKind.PAYEE,
    "employer": LinkKind.EMPLOYER,
    "device": LinkKind.DEVICE,
}
_WINDOWS = dict.fromkeys(_OTHERS, (24, 168, LONGEST_HOURS))


def link_counts(
    sharing: Sharing, edges: Iterable[Edge], known: Iterable[LinkKind], now: datetime
) -> tuple[LinkCount, ...]:
    """Counts for every kind of thing this case is ``known`` by; nothing for the rest, which is then not assessed.

    Without a whole identity nobody can be called another applicant, so there are no counts at all.
    """
    if sharing.person is None:
        return ()
    known = frozenset(known)
    counts = [
        LinkCount(name, hours, _others(sharing.by_kind.get(kind, ()), sharing.person, now, hours))
        for name, kind in _OTHERS.items()
        if kind in known
        for hours in _WINDOWS[name]
    ]
    same = sharing.by_kind.get(LinkKind.PERSON, ())
    if sharing.number is not None:
        counts += [LinkCount("identity", hours, _numbers(same, sharing.number, now, hours)) for hours in (24, 168)]
        counts.append(LinkCount("record_look", 168, _lookers(sharing, same, now, 168)))
    counts.append(LinkCount("network", LONGEST_HOURS, _reached(edges, sharing.person)))
    return tuple(counts)


def _others(seen: Iterable[Seen], me: bytes, now: datetime, hours: int) -> int:
    since = now - timedelta(hours=hours)
    return len({one.person for one in seen if one.at >= since and one.person not in (None, me)})


def _numbers(seen: Iterable[Seen], mine: bytes, now: datetime, hours: int) -> int:
    since = now - timedelta(hours=hours)
    return len({one.number for one in seen if one.at >= since and one.number not in (None, mine)})


def _lookers(sharing: Sharing, same: tuple[Seen, ...], now: datetime, hours: int) -> int:
    """Staff who looked at this person's earlier records lately, where the call now comes from a number this person
    never called from; else looking is ordinary work and counts as nothing."""
    if not same or any(one.number == sharing.number for one in same):
        return 0
    since = now - timedelta(hours=hours)
    return len({who for at, who in sharing.looks if at >= since})


def _reached(edges: Iterable[Edge], me: bytes) -> int:
    """How many other applicants hang together with this one through more than one kind of thing; else 0."""
    edges = tuple(edges)
    if len({edge.kind for edge in edges}) < 2:
        return 0
    return len({edge.person for edge in edges if edge.person not in (None, me)})
