"""Nothing that a caller said lies about after a call: one fixture here, every one with ``make security``."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.replay.manifest import read_fixture
from scripts.security.canaries import Search, canaries_of, search_fixtures

pytestmark = pytest.mark.slow

KEYED = Path(__file__).parents[2] / "audio_fixtures" / "calls" / "all_keys.call.toml"


async def test_a_call_leaves_nothing_readable() -> None:
    found = await search_fixtures([KEYED])
    assert found.hits == []
    assert (found.calls, found.canaries > 4, found.files > 10) == (1, True, True)


def test_the_search_would_find_it() -> None:
    canaries = canaries_of(read_fixture(KEYED))
    assert {"full_name", "national_id_last4", "date_of_birth", "phone", "amount"} <= set(canaries.values())
    for value, kind in canaries.items():
        search = Search()
        search.look("log", f'{{"event": "x", "said": "{value}"}}'.encode(), canaries, text=True)
        assert f"log: {kind}" in search.hits


def test_four_figures_count_where_they_stand_alone_and_not_in_a_fraction_of_a_second() -> None:
    search = Search()
    by_chance = b'{"timestamp": "2026-11-22T07:41:22.363626Z", "call": "CAab3626ff"}'
    search.look("log", by_chance, {"3626": "national_id_last4"}, text=True)
    assert search.hits == []
    for told in (b'{"said": 3626}', b"ends in 3626.", b'"id":"3626"', b"pii_3626"):
        search.look("log", told, {"3626": "national_id_last4"}, text=True)
    assert len(search.hits) == 4
