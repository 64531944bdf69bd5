"""How soon a prompt falls silent when the caller speaks over it, in lockstep, where stream time is exact."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.rehearsal import replay_houses
from ivr.replay.manifest import read_fixture
from ivr.replay.runner import play_one
from ivr.settings import load_settings
from ivr.system import SystemClock

pytestmark = pytest.mark.slow

CALLS = Path(__file__).parents[2] / "audio_fixtures" / "calls"


async def test_the_prompt_stops_soon_after_the_caller_begins(tmp_path: Path) -> None:
    async with replay_houses(load_settings(data_dir=tmp_path)) as house:
        played = await play_one(read_fixture(CALLS / "barge_in.call.toml"), house, SystemClock())
    cut = next(prompt for prompt in played.heard if prompt.flushed)
    spoke = next(said for said in played.said if said.words == "i work full time")
    # 220 ms of speech make sure that it is speech; the clip itself begins with a little silence.
    assert cut.end_ms - spoke.start_ms <= 600
