from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import Conflict, NotFound, Shredded
from core.fraud import LinkKind, TraceKind
from core.risk import RiskLevel
from core.storage.store import SqlStorage
from core.storage.transaction import Transaction
from core.usecases.shred import plan_call, shred
from tests.core.storage.people import START, opened, risk, store_call

SINCE = START - timedelta(days=90)
BODY = b"a fingerprint that must not be readable"


def kept(storage: SqlStorage, call_id: str, case_id: str, hours: float = 0) -> None:
    store_call(storage, case_id, call_id)
    with storage.begin() as work:
        work.traces.keep(call_id, TraceKind.SOUND, BODY, START + timedelta(hours=hours))
        work.links.note(case_id, {LinkKind.PERSON: case_id}, START)
        work.commit()


def calls_found(storage: SqlStorage, but_call: str = "CA9", limit: int = 10) -> list[str]:
    with storage.begin() as work:
        return [trace.call_id for trace in work.traces.newest(TraceKind.SOUND, limit, SINCE, but_call=but_call)]


def test_newest_first_without_the_call_itself(tmp_path: Path) -> None:
    storage = opened(tmp_path)
    for number, hours in ((1, 0), (2, 5), (3, 2), (4, -24 * 100)):
        kept(storage, f"CA{number}", f"case_{number}", hours)
    assert calls_found(storage) == ["CA2", "CA3", "CA1"]
    assert calls_found(storage, "CA2", limit=1) == ["CA3"]
    with storage.begin() as work:
        trace = work.traces.newest(TraceKind.SOUND, 1, SINCE, but_call="CA9")[0]
        assert (trace.body, trace.case_id) == (BODY, "case_2")
        assert trace.person == work.links.sharing("case_2", SINCE).person
        assert work.traces.newest(TraceKind.VOICE, 9, SINCE, but_call="CA9") == []


def test_a_trace_is_sealed_and_goes_with_its_call(tmp_path: Path) -> None:
    storage = opened(tmp_path)
    kept(storage, "CA1", "case_1")
    kept(storage, "CA2", "case_2")
    assert not any(BODY in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    with storage.begin() as work:
        for call in ("CA1", "CA2"):
            work.traces.keep(call, TraceKind.VOICE, b"voice", START)
        work.commit()
    shred(storage, plan_call(storage, "CA1"), "operator")
    assert calls_found(storage) == ["CA2"]
    with storage.begin() as work:
        assert [each.call_id for each in work.traces.newest(TraceKind.VOICE, 9, SINCE, but_call="none")] == ["CA2"]


def test_a_voice_of_before_opens_with_the_key_of_its_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until 22 November 2026 a voice had no key of its own; its row must not keep the later ones from being read."""
    storage = opened(tmp_path)
    kept(storage, "CA1", "case_1")
    kept(storage, "CA2", "case_2", hours=1)
    with storage.begin() as work:
        work.traces.keep("CA2", TraceKind.VOICE, b"voice", START)
        work.commit()
    with monkeypatch.context() as then, storage.begin() as work:
        then.setattr(Transaction, "new_voice_key", Transaction.new_call_key)
        work.traces.keep("CA1", TraceKind.VOICE, b"old voice", START)
        work.commit()
    with storage.begin() as work:
        found = work.traces.newest(TraceKind.VOICE, 9, SINCE, but_call="none")
    assert {trace.call_id: trace.body for trace in found} == {"CA1": b"old voice", "CA2": b"voice"}
    shred(storage, plan_call(storage, "CA1"), "operator")
    with storage.begin() as work:
        assert [each.call_id for each in work.traces.newest(TraceKind.VOICE, 9, SINCE, but_call="none")] == ["CA2"]


def test_no_trace_without_recording_or_call(tmp_path: Path) -> None:
    storage = opened(tmp_path)
    with storage.begin() as work:
        work.records.open_call("CA1", "case_1", START, recording=False)
        with pytest.raises(Conflict):
            work.traces.keep("CA1", TraceKind.SOUND, BODY, START)
        with pytest.raises(NotFound):
            work.traces.keep("CA2", TraceKind.SOUND, BODY, START)


def test_a_later_trace_replaces_the_earlier(tmp_path: Path) -> None:
    storage = opened(tmp_path)
    kept(storage, "CA1", "case_1")
    with storage.begin() as work:
        work.traces.keep("CA1", TraceKind.SOUND, b"whole", START)
        assert work.traces.newest(TraceKind.SOUND, 9, SINCE, but_call="CA9")[0].body == b"whole"


def test_work_that_is_not_settled_waits(tmp_path: Path) -> None:
    storage = opened(tmp_path)
    for number in (1, 2, 3):
        store_call(storage, f"case_{number}", f"CA{number}")
    with storage.begin() as work:
        for number in (2, 1, 3):
            work.deep_checks.ask(f"CA{number}", START + timedelta(seconds=number))
        work.deep_checks.ask("CA1", START)
        work.commit()
    with storage.begin() as work:
        assert [check.call_id for check in work.deep_checks.waiting(2)] == ["CA1", "CA2"]
        assert work.deep_checks.tried("CA1") == 1
        work.deep_checks.settle("CA1", risk(RiskLevel.STEP_UP), START)
        work.deep_checks.settle("CA2", None, START)
        work.deep_checks.settle("CA2", risk(), START)
        work.commit()
    with storage.begin() as work:
        assert [check.call_id for check in work.deep_checks.waiting(9)] == ["CA3"]
        done, given_up = work.deep_checks.of("CA1"), work.deep_checks.of("CA2")
        assert work.deep_checks.of("CA9") is None
    assert done is not None
    assert (done.state, done.tries, done.report) == ("done", 1, risk(RiskLevel.STEP_UP))
    assert given_up is not None
    assert (given_up.state, given_up.report) == ("given_up", None)


def test_the_report_goes_with_the_call(tmp_path: Path) -> None:
    storage = opened(tmp_path)
    kept(storage, "CA1", "case_1")
    with storage.begin() as work:
        work.deep_checks.ask("CA1", START)
        work.deep_checks.settle("CA1", risk(), START)
        work.commit()
    shred(storage, plan_call(storage, "CA1"), "operator")
    with storage.begin() as work, pytest.raises(Shredded):
        work.deep_checks.of("CA1")
