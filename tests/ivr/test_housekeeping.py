"""The daily run: once a day, made up for after a pause, one node only, calls first, never silent when it fails."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import ivr.housekeeping
from core.errors import Shredded, StorageError
from core.jurisdiction.library import packaged
from core.storage.opening import open_storage
from core.storage.store import SqlStorage
from core.storage.tables import calls, cases
from core.usecases import retention
from core.usecases.retention import Terms, run, run_daily
from ivr.bootstrap import build
from ivr.housekeeping import DailyRetention
from ivr.settings import load_settings
from ivr.telemetry import Metrics, configure_logging
from tests.core.storage.people import START, HandClock, opened, store_call

PACK = packaged("us")
HOUR = 3


@pytest.fixture
def clock() -> HandClock:
    """Of a day on which the recording of ``store_call`` is past its term, after the hour."""
    return HandClock((START + timedelta(days=200)).replace(hour=12))


@pytest.fixture
def storage(tmp_path: Path, clock: HandClock) -> SqlStorage:
    made = opened(tmp_path, clock)
    store_call(made)
    return made


class Daily:
    """What is under test, with hands on it."""

    def __init__(self, storage: SqlStorage, clock: HandClock) -> None:
        self.metrics, self.calls = Metrics(), 0
        self.it = DailyRetention(storage, clock, PACK, Terms(), HOUR, self.metrics, lambda: self.calls > 0)


def runs(storage: SqlStorage) -> int:
    with storage.engine.connect() as rows:
        found = rows.exec_driver_sql("SELECT count(*) FROM audit WHERE action = 'retention.run'").scalar()
    return int(found or 0)


async def test_it_runs_once_a_day_and_destroys_what_is_due(storage: SqlStorage, clock: HandClock) -> None:
    daily = Daily(storage, clock)
    assert await daily.it.look()
    with storage.begin() as work, pytest.raises(Shredded):
        work.records.read("CA1")
    done = []
    for _ in range(24 * 4):
        clock.forward(minutes=15)
        if await daily.it.look():
            done.append((clock.now().hour, clock.now().minute))
    assert done == [(HOUR, 0)]
    assert runs(storage) == 2
    assert storage.verify_audit().whole


async def test_a_day_that_was_missed_is_made_up_for_once(storage: SqlStorage, clock: HandClock, tmp_path: Path) -> None:
    assert await Daily(storage, clock).it.look()
    storage.close()
    clock.forward(days=4)
    again = opened(tmp_path, clock)
    daily = Daily(again, clock)
    assert [await daily.it.look() for _ in range(3)] == [True, False, False]


async def test_before_the_hour_it_waits_for_it(storage: SqlStorage, clock: HandClock) -> None:
    daily = Daily(storage, clock)
    assert await daily.it.look()
    clock.at = clock.at.replace(hour=2, minute=59) + timedelta(days=1)
    assert not await daily.it.look()
    clock.forward(minutes=1)
    assert await daily.it.look()


async def test_calls_come_first_for_two_hours(storage: SqlStorage, clock: HandClock) -> None:
    daily = Daily(storage, clock)
    daily.calls = 1
    for _ in range(12):
        assert not await daily.it.look()
        clock.forward(minutes=9)
    clock.forward(minutes=12)
    assert await daily.it.look()


async def test_a_run_in_the_future_of_a_wrong_clock_does_not_count(storage: SqlStorage, clock: HandClock) -> None:
    clock.forward(days=400)
    assert await Daily(storage, clock).it.look()
    clock.forward(days=-400)
    assert await Daily(storage, clock).it.look()


async def test_a_clock_that_jumped_ahead_destroys_nothing(
    storage: SqlStorage, clock: HandClock, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging()
    daily = Daily(storage, clock)
    assert await daily.it.look()
    store_call(storage, "case_2", "CA2")
    with storage.engine.begin() as connection:  # it is of today
        connection.execute(calls.update().where(calls.c.call_id == "CA2").values(started_at=clock.now()))
        connection.execute(cases.update().where(cases.c.case_id == "case_2").values(last_at=clock.now()))
    clock.forward(days=400)
    assert not await daily.it.look()
    assert 'name="retention_failed",why="conflict"' in daily.metrics.text().decode()
    assert "check the clock, then run loanline retention run once" in capsys.readouterr().err
    clock.forward(days=-399)
    assert await daily.it.look(), "the clock is right again"
    with storage.begin() as work:
        assert work.records.read("CA2").complete
    clock.forward(days=31)
    assert not await daily.it.look()
    run(storage, clock, PACK, Terms(), "os.tester")
    clock.forward(days=1)
    assert await daily.it.look(), "a person has looked"


def test_of_several_nodes_one_does_it(
    storage: SqlStorage, clock: HandClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All look at the same moment and find it due; one gets to it, and the others find it done."""
    nodes = [storage] + [open_storage(tmp_path / "data", tmp_path / "keyring.json", None, clock) for _ in range(3)]
    together = threading.Barrier(len(nodes), timeout=20)
    first, seen = retention.is_time, threading.local()

    def at_once(*given: Any) -> bool:
        found = first(*given)
        if not getattr(seen, "before", False):
            seen.before = True
            together.wait()
        return found

    monkeypatch.setattr(retention, "is_time", at_once)
    with ThreadPoolExecutor(len(nodes)) as pool:
        done = list(pool.map(lambda node: run_daily(node, clock, PACK, Terms(), HOUR, "line"), nodes))
    assert sum(each is not None for each in done) == 1
    assert runs(storage) == 1
    for node in nodes[1:]:
        node.close()


@pytest.mark.parametrize("error", [StorageError("The disk is full; free some space."), RuntimeError("unforeseen")])
async def test_a_failure_is_told_and_tried_again(
    storage: SqlStorage, clock: HandClock, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def broken(*_: Any) -> Any:
        raise error

    daily = Daily(storage, clock)
    with monkeypatch.context() as trouble:
        trouble.setattr(ivr.housekeeping, "run_daily", broken)
        assert not await daily.it.look()
    assert 'name="retention_failed"' in daily.metrics.text().decode()
    assert await daily.it.look()


async def test_a_running_line_does_it_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ivr.housekeeping, "_EVERY_S", 0.05)
    monkeypatch.setenv("TWILIO_FROM_NUMBER", "+18005550199")
    for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"):
        monkeypatch.setenv(name, "a" * 34)
    done = threading.Event()
    monkeypatch.setattr(ivr.housekeeping, "run_daily", lambda *_: done.set())
    house = build(load_settings(data_dir=tmp_path, public_url="https://line.example.org"), 8080)
    try:
        await house.start()
        assert await asyncio.to_thread(done.wait, 30)
    finally:
        await house.close()
