from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from antifraud.network import link_counts
from core.fraud import Edge, LinkKind, Seen, Sharing

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
ME, MINE = b"me", b"my number"
KNOWN = (LinkKind.PERSON, LinkKind.PAPERS, LinkKind.NUMBER)


def seen(hours: float, person: bytes | None, number: bytes | None = b"other") -> Seen:
    return Seen(NOW - timedelta(hours=hours), f"case_{hours}", person, number)


def counted(sharing: Sharing, edges: tuple[Edge, ...] = ()) -> dict[tuple[str, int], int]:
    return {(one.kind, one.window_hours): one.others for one in link_counts(sharing, edges, KNOWN, NOW)}


def test_others_are_counted_once_each_and_by_window() -> None:
    rows = (seen(2, b"a"), seen(5, b"a"), seen(30, b"b"), seen(500, b"c"), seen(1, ME), seen(1, None))
    found = counted(Sharing(ME, MINE, {LinkKind.NUMBER: rows}))
    assert [found["number", hours] for hours in (24, 168, 2160)] == [1, 2, 3]


def test_an_identity_from_other_numbers() -> None:
    rows = (seen(2, ME, b"x"), seen(20, ME, MINE), seen(100, ME, b"y"), seen(3, ME, None))
    found = counted(Sharing(ME, MINE, {LinkKind.PERSON: rows}))
    assert (found["identity", 24], found["identity", 168]) == (1, 2)


def test_nobody_is_another_applicant_before_the_identity_is_known() -> None:
    assert link_counts(Sharing(None, MINE, {LinkKind.NUMBER: (seen(1, b"a"),)}), (), KNOWN, NOW) == ()


def test_what_the_case_is_not_known_by_is_not_counted() -> None:
    assert ("payee", 2160) not in counted(Sharing(ME, MINE, {}))


@pytest.mark.parametrize(("from_number", "lookers"), [(b"old", 2), (MINE, 0)])
def test_looks_count_only_when_the_number_is_new(from_number: bytes, lookers: int) -> None:
    looks = tuple(
        (NOW - timedelta(hours=hours), who) for hours, who in ((5, "ann"), (9, "ann"), (70, "bo"), (400, "cy"))
    )
    found = counted(Sharing(ME, MINE, {LinkKind.PERSON: (seen(900, ME, from_number),)}, looks))
    assert found["record_look", 168] == lookers


def test_looks_at_somebody_who_never_called_count_as_nothing() -> None:
    assert counted(Sharing(ME, MINE, {}, ((NOW, "ann"),)))["record_look", 168] == 0


def test_a_network_hangs_together_by_more_than_one_kind_of_thing() -> None:
    numbers = tuple(Edge(LinkKind.NUMBER, "me", f"c{n}", bytes([n])) for n in range(7))
    assert counted(Sharing(ME, MINE, {}), numbers)["network", 2160] == 0
    papers = Edge(LinkKind.PAPERS, "c1", "d", b"d")
    assert counted(Sharing(ME, MINE, {}), (*numbers, papers))["network", 2160] == 8
