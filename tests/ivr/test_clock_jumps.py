"""The clock of the machine jumps by a day in the middle of a call (R14): calls live on the sound's time, the audit log
on its own numbers, and a code whose age nobody can know opens nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ivr.line import LineEnded
from ivr.replay.caller import newest_code
from ivr.system import SystemClock
from tests.ivr.small_line import CALL, SmallLine, by_keys

DAY = timedelta(days=1)


class Jumping:
    """The machine's clock, set right or wrong by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.off, right = timedelta(0), SystemClock.now
        monkeypatch.setattr(SystemClock, "now", lambda clock: self._of(right(clock)))

    def _of(self, right: datetime) -> datetime:
        return right + self.off


def _turn(line: SmallLine, prompt_id: str) -> str:
    if prompt_id.startswith("code"):
        assert CALL.caller is not None
        return newest_code(line.house.sms_inbox.texts_to(CALL.caller)) or ""
    return by_keys(prompt_id)


@pytest.mark.parametrize("jumps", [(DAY, -DAY, DAY), (-DAY, DAY, timedelta(hours=1)), (-timedelta(hours=1), DAY, -DAY)])
async def test_a_call_goes_on_whatever_the_clock_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jumps: tuple[timedelta, ...]
) -> None:
    clock, line = Jumping(monkeypatch), SmallLine(tmp_path)
    await line.answer()
    for place, jump in zip(("full_name.ask", "amount.ask", "summary.ask"), jumps, strict=True):
        await line.until(place, by_keys)
        clock.off += jump
        await line.hush(3000)
        assert not line.runner.over
        assert line.line.played[-1] == place, "no time ran out early"
    await line.until("goodbye.accepted", lambda prompt: _turn(line, prompt))
    await line.prompts_out()
    await line.house.switchboard.ended("CA1", "completed")
    found, storage = line.house.storage.verify_audit(), line.house.storage
    with storage.begin() as work:
        record = work.records.read("CA1")
        answer = work.applications.answer(record.case_id)
    storage.close()
    assert (line.runner.outcome, found.whole, found.unanchored) == ("accepted", True, 0)
    assert answer is not None
    assert [entry.kind for entry in record.journal][-1] == "terms_sent", "in the order in which it happened"


async def test_a_code_of_another_day_opens_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, line = Jumping(monkeypatch), SmallLine(tmp_path)
    await line.answer()
    await line.until("code.ask", by_keys)
    clock.off += DAY
    await line.keys(_turn(line, "code.ask"))
    await line.prompts_out()
    if not line.runner.over:
        await line.give(LineEnded("closed"))
    with line.house.storage.engine.connect() as rows:
        assert rows.exec_driver_sql("SELECT count(*) FROM applications").scalar() == 0
    assert line.runner.outcome != "accepted"
    line.house.storage.close()
