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
