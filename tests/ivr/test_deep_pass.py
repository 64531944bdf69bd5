"""The second look at a call: what it finds, that it survives a crash, and that it stays quiet about what is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import ivr.deep_pass
from antifraud.facts import CallContext
from antifraud.repeats import fingerprint
from core.application import Status
from core.events import TranscriptLine
from core.fraud import TraceKind
from core.jurisdiction.library import packaged
from core.privacy import ConsentRecord, How
from core.risk import ConsentClass, RiskLevel
from core.storage.opening import open_storage
from core.storage.store import SqlStorage
from core.usecases.consents import withdraw
from core.usecases.shred import plan_call, shred
from ivr.deep_pass import DeepPass, Material, look, spoken_consents
from speech.audio import encode_mulaw
from tests.antifraud.test_repeats import babble
from tests.core.storage.people import application, decision, risk

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
SPOKEN = frozenset({ConsentClass.NONE, ConsentClass.RECORDING})
RECORDED = ConsentRecord("recording", True, "consent.ask", "ab12", NOW, How.CALL)


class Standing:
    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0


class Here(Executor):
    """Does the work in this process."""

    def __init__(self, *_: Any, **__: Any) -> None: ...

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - as an executor does
            done.set_exception(error)
        return done


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[SqlStorage]:
    store = open_storage(tmp_path / "data", tmp_path / "keyring.json", None, Standing())
    yield store
    store.close()


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ivr.deep_pass, "ProcessPoolExecutor", Here)


def recorded(storage: SqlStorage, call_id: str, seed: int) -> None:
    """A closed call of twelve seconds with one answer, its fingerprint kept and its second look asked for."""
    sound = babble(12, seed)
    with storage.begin() as work:
        work.records.open_call(call_id, f"case_{call_id}", NOW, recording=True)
        work.consents.enter(f"case_{call_id}", RECORDED)
        work.records.append_audio(call_id, "caller", 0, encode_mulaw(sound))
        work.records.append_line(call_id, TranscriptLine("line", 0, 900, "How much?", "heard", prompt_id="amount.ask"))
        work.records.append_line(call_id, TranscriptLine("caller", 1000, 11_500, "he told me to say", "final"))
        work.records.close_call(call_id, "accepted", NOW)
        work.traces.keep(call_id, TraceKind.SOUND, fingerprint(sound).pack(), NOW)
        work.deep_checks.ask(call_id, NOW)
        work.commit()


def state(storage: SqlStorage, call_id: str) -> tuple[str, int]:
    with storage.begin() as work:
        check = work.deep_checks.of(call_id)
    assert check is not None
    return check.state, check.tries


@pytest.mark.usefixtures("here")
async def test_a_copy_is_found_later_and_said_so(storage: SqlStorage) -> None:
    for call, seed in (("CA1", 1), ("CA2", 2), ("CA3", 1)):
        recorded(storage, call, seed)
    assert await DeepPass(storage, Standing(), SPOKEN, 90).run() == 3
    with storage.begin() as work:
        found = {call: work.deep_checks.of(call) for call in ("CA1", "CA2", "CA3")}
    levels = {call: check.report.level for call, check in found.items() if check and check.report}
    assert levels == {"CA1": RiskLevel.HOLD, "CA2": RiskLevel.NONE, "CA3": RiskLevel.HOLD}
    wording = next(s for s in found["CA2"].report.signals if s.name == "wording.told_what_to_say")  # type: ignore[union-attr]  # checked above
    assert wording.value == 1
    with storage.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT subject FROM audit WHERE action = 'fraud.found_later'").scalars()
        assert sorted(rows) == ["CA1", "CA3"]
    assert await DeepPass(storage, Standing(), SPOKEN, 90).run() == 0


@pytest.mark.usefixtures("here")
async def test_a_recording_whose_consent_was_taken_back_is_left_alone(storage: SqlStorage) -> None:
    recorded(storage, "CA1", 1)
    withdraw(storage, Standing(), "case_CA1", "recording", "a.agent")
    assert await DeepPass(storage, Standing(), SPOKEN, 90).run() == 1
    with storage.begin() as work:
        check = work.deep_checks.of("CA1")
    assert check is not None
    assert check.report is None


@pytest.mark.usefixtures("here")
async def test_what_was_destroyed_is_given_up_without_a_word(storage: SqlStorage) -> None:
    recorded(storage, "CA1", 1)
    shred(storage, plan_call(storage, "CA1"), "operator")
    assert await DeepPass(storage, Standing(), SPOKEN, 90).run() == 1
    with storage.begin() as work:
        assert work.deep_checks.waiting(9) == []


@pytest.mark.usefixtures("here")
async def test_what_fails_is_tried_again_and_then_given_up(
    storage: SqlStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(storage, "CA1", 1)
    monkeypatch.setattr(ivr.deep_pass, "look", lambda _material: (_ for _ in ()).throw(RuntimeError("killed")))
    second = DeepPass(storage, Standing(), SPOKEN, 90)
    assert [await second.run() for _ in range(4)] == [0, 0, 1, 0]
    assert state(storage, "CA1") == ("given_up", 3)


@pytest.mark.usefixtures("here")
async def test_a_busy_line_comes_first(storage: SqlStorage) -> None:
    recorded(storage, "CA1", 1)
    asked: list[bool] = []

    def busy() -> bool:
        asked.append(True)
        return len(asked) < 3

    work = asyncio.create_task(DeepPass(storage, Standing(), SPOKEN, 90).keep_running(busy, pause_s=0.01))
    for _ in range(500):
        await asyncio.sleep(0.01)
        if state(storage, "CA1")[0] == "done":
            break
    work.cancel()
    assert state(storage, "CA1")[0] == "done"
    assert len(asked) >= 3


@pytest.mark.slow
async def test_the_work_is_done_in_another_process(storage: SqlStorage) -> None:
    recorded(storage, "CA1", 1)
    assert await DeepPass(storage, Standing(), SPOKEN, 90).run() == 1
    assert state(storage, "CA1") == ("done", 0)


def test_a_call_without_sound_is_looked_at_too() -> None:
    report = look(Material(b"", (), (), CallContext(), SPOKEN, assistive=False))
    assert (report.level, report.complete) == (RiskLevel.NONE, True)


def test_a_spoken_yes_allows_what_the_pack_says() -> None:
    assert spoken_consents(packaged("us")) == SPOKEN


@pytest.mark.usefixtures("here")
async def test_the_carriers_word_is_read_from_the_decision(storage: SqlStorage) -> None:
    recorded(storage, "CA1", 1)
    answer = {
        "provider": "carrier",
        "value": {"known": True, "days_since_port": 3, "forwarded": False, "line_type": "voip"},
    }
    with storage.begin() as work:
        work.applications.add(application("case_CA1", "CA1"), decision(), risk(), Status.APPROVED)
        work.receipts.keep("case_CA1", "decided", {"evidence": [{"value": 7}, answer]}, NOW)
        work.commit()
    await DeepPass(storage, Standing(), SPOKEN, 90).run()
    with storage.begin() as work:
        check = work.deep_checks.of("CA1")
    assert check is not None
    assert check.report is not None
    assert (check.report.level, check.report.reasons) == (RiskLevel.STEP_UP, ("NUMBER_MOVED",))
    signals = {signal.name: signal for signal in check.report.signals}
    assert (signals["number.forwarded"].value, signals["number.line"].value) == (0.0, 1.0)
