"""A clean first application, everything spoken: at most 14 prompts and under four minutes on the telephone."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.rehearsal import replay_houses
from ivr.replay.compare import judge
from ivr.replay.manifest import read_fixture
from ivr.replay.runner import play_one
from ivr.settings import load_settings
from ivr.system import SystemClock

pytestmark = pytest.mark.slow

HAPPY_PATH = Path(__file__).parents[2] / "audio_fixtures" / "calls" / "happy_path.call.toml"
MOST_PROMPTS = 14
LONGEST_MS = 4 * 60 * 1000


async def test_a_clean_application_is_short(tmp_path: Path) -> None:
    async with replay_houses(load_settings(data_dir=tmp_path / "data")) as house:
        played = await play_one(read_fixture(HAPPY_PATH), house, SystemClock())
    assert judge(played).ok
    assert played.result is not None
    assert len(played.result.prompts) <= MOST_PROMPTS, played.result.prompts
    assert played.stream_ms < LONGEST_MS
    assert all(said.words or said.prompt_id == "code.ask" for said in played.said), (
        "every answer but the code is spoken"
    )
