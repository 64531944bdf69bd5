"""A written copy that the call could not send is sent later, once; what was sent is not owed."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.applicant import PhoneNumber
from core.errors import ProviderTimeout, Shredded
from core.lending.owing import GRACE, OwedText
from core.storage.owed_texts import SqlOwedTexts
from core.usecases.shred import plan_call, shred
from ivr.owed_texts import OwedCopies
from ivr.replay.caller import newest_code
from ivr.system import SystemClock
from ivr.telemetry import Metrics
from tests.ivr.small_line import CALL, SmallLine, by_keys


class Later(SystemClock):
    """A clock that can be put forward."""

    ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


class Provider:
    """Takes texts, or does not."""

    def __init__(self) -> None:
        self.fails = False
        self.sent: list[tuple[str, str]] = []

    async def send(self, to: PhoneNumber, text: str) -> str:
        if self.fails:
            raise ProviderTimeout("The provider took no message in time.")
        self.sent.append((to.value, text))
        return "SM1"


class Desk:
    def __init__(self, line: SmallLine) -> None:
        self.line, self.clock, self.provider = line, Later(), Provider()
        self.copies = OwedCopies(
            line.house.storage, self.clock, self.provider, lambda case: f"https://line.example/t/{case}", Metrics()
        )

    def owed(self, ahead: timedelta = timedelta(days=9)) -> list[OwedText]:
        with self.line.house.storage.begin() as unit:
            assert isinstance(unit.owed_texts, SqlOwedTexts)
            return list(unit.owed_texts.due(self.clock.now() + ahead))

    def kinds(self) -> list[str]:
        with self.line.house.storage.begin() as unit:
            return [entry.kind for entry in unit.journal.read(self.line.runner.state.case_id)]


async def _accepted(folder: Path, monkeypatch: pytest.MonkeyPatch, *, text_fails: bool) -> Desk:
    """A call that came to a yes, its text taken by the provider or not."""
    line = await SmallLine(folder).answer()
    await line.until("code.ask", by_keys)
    inbox = line.house.sms_inbox
    code = newest_code(inbox.texts_to(CALL.caller))  # type: ignore[arg-type]  # this call has a number
    if text_fails:

        async def refuse(_to: PhoneNumber, _text: str) -> str:
            raise ProviderTimeout("The provider took no message in time.")

        monkeypatch.setattr(inbox, "send", refuse)
    await line.keys(code or "")
    await line.until("goodbye.accepted", by_keys)
    return Desk(line)


async def test_a_copy_that_was_sent_in_the_call_is_not_owed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = await _accepted(tmp_path, monkeypatch, text_fails=False)
    assert "terms_sent" in desk.kinds()
    assert desk.owed() == []


async def test_a_copy_that_failed_is_sent_later_and_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = await _accepted(tmp_path, monkeypatch, text_fails=True)
    case = desk.line.runner.state.case_id
    assert "terms_unsent" in desk.kinds()
    assert await desk.copies.send_due() == 0, "the call has its time first"
    desk.clock.ahead = GRACE + timedelta(seconds=1)
    assert await desk.copies.send_due() == 1
    assert await desk.copies.send_due() == 0
    [(to, text)] = desk.provider.sent
    assert to == "+14155550123"
    assert "APR" in text
    assert f"/t/{case}" in text
    assert desk.kinds()[-1] == "terms_sent"


async def test_a_provider_that_stays_away_is_asked_ever_more_rarely(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await _accepted(tmp_path, monkeypatch, text_fails=True)
    desk.provider.fails = True
    desk.clock.ahead = GRACE + timedelta(seconds=1)
    assert await desk.copies.send_due() == 0
    assert [owed.tries for owed in desk.owed()] == [1]
    assert desk.owed(timedelta(minutes=4)) == [], "five minutes before the next try"
    desk.clock.ahead += timedelta(minutes=6)
    assert await desk.copies.send_due() == 0
    assert [owed.tries for owed in desk.owed()] == [2]


async def test_what_was_owed_to_a_person_who_was_erased_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await _accepted(tmp_path, monkeypatch, text_fails=True)
    with desk.line.house.storage.begin() as unit:
        unit.owed_texts.paid(desk.line.runner.state.case_id, "terms")
        unit.owed_texts.owe(desk.line.runner.state.case_id, "no_such_text", desk.clock.now())
        unit.commit()
    desk.clock.ahead = timedelta(hours=1)
    monkeypatch.setattr(desk.copies, "_text", _gone)
    assert await desk.copies.send_due() == 0
    assert desk.owed() == []


async def test_a_copy_is_sent_once_though_the_record_of_the_call_is_destroyed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await _accepted(tmp_path, monkeypatch, text_fails=True)
    storage = desk.line.house.storage
    shred(storage, plan_call(storage, CALL.call_id), "os.tester")
    desk.clock.ahead = GRACE + timedelta(seconds=1)
    assert await desk.copies.send_due() == 1
    assert await desk.copies.send_due() == 0
    assert len(desk.provider.sent) == 1


def _gone(_owed: OwedText) -> tuple[PhoneNumber, str]:
    raise Shredded("The keys of this person are destroyed.")


async def test_the_worker_outlives_whatever_goes_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = await _accepted(tmp_path, monkeypatch, text_fails=True)
    rounds: list[int] = []

    async def breaks() -> int:
        rounds.append(1)
        raise RuntimeError("something nobody thought of")

    monkeypatch.setattr(desk.copies, "send_due", breaks)
    monkeypatch.setattr("ivr.owed_texts._EVERY_S", 0.01)
    worker = asyncio.create_task(desk.copies.run())
    await asyncio.sleep(0.2)
    assert not worker.done()
    assert len(rounds) > 1
    worker.cancel()
