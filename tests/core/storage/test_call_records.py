"""Call records: consent first, sealed as they come, whole when closed, readable after a crash."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, text, update

from core.errors import Conflict, InvalidInput, NotFound, Tampered
from core.events import TranscriptLine
from core.storage.call_records import TRACKS
from core.storage.store import SqlStorage
from core.storage.tables import call_audio, call_lines, calls
from tests.core.storage.people import NAME, START, WORDS, opened, store_call

pytestmark = pytest.mark.usefixtures("either_database")


@pytest.fixture
def storage(tmp_path: Path) -> SqlStorage:
    return opened(tmp_path)


def read(storage: SqlStorage, call: str = "CA1") -> Any:
    with storage.begin() as work:
        return work.records.read(call)


def test_a_closed_call_comes_back_whole(storage: SqlStorage) -> None:
    store_call(storage)
    record = read(storage)
    assert record.caller_audio == b"\x01" * 8000 + b"\x02" * 8000 + b"\x03" * 8000
    assert record.line_audio == b"\x65" * 8000 + b"\x66" * 8000 + b"\x67" * 8000
    assert [line.text for line in record.lines] == [WORDS] * 3
    assert record.journal[0].data["value"] == NAME
    assert (record.complete, record.outcome, record.case_id) == (True, "accepted", "case_1")


def test_a_call_the_crash_cut_off_is_readable_and_incomplete(storage: SqlStorage) -> None:
    store_call(storage, close=False)
    record = read(storage)
    assert len(record.caller_audio) == 24_000
    assert (record.complete, record.ended_at) == (False, None)


def test_no_audio_before_the_caller_agreed(storage: SqlStorage) -> None:
    with storage.begin() as work:
        work.records.open_call("CA1", "case_1", START, recording=False)
        with pytest.raises(Conflict, match="not agreed"):
            work.records.append_audio("CA1", "caller", 0, b"\x01")
        work.records.append_line("CA1", TranscriptLine("line", 0, 1, "hello", "heard"))
        work.records.close_call("CA1", "refused", START)
        work.commit()
    record = read(storage)
    assert (record.caller_audio, record.line_audio, record.complete) == (b"", b"", True)


def test_opening_and_closing_twice_changes_nothing(storage: SqlStorage) -> None:
    store_call(storage)
    with storage.begin() as work:
        work.records.open_call("CA1", "case_1", START, recording=False)
        work.records.close_call("CA1", "stopped", START)
        work.commit()
        before = None
    assert (read(storage).outcome, before) == ("accepted", None)
    with storage.begin() as work, pytest.raises(Conflict):
        work.records.open_call("CA1", "case_2", START, recording=False)


def test_nothing_is_added_to_a_closed_call(storage: SqlStorage) -> None:
    store_call(storage)
    with storage.begin() as work:
        with pytest.raises(Conflict):
            work.records.append_audio("CA1", "caller", 0, b"\x01")
        with pytest.raises(Conflict):
            work.records.append_line("CA1", TranscriptLine("line", 0, 1, "late", "heard"))
        with pytest.raises(Conflict):
            work.records.allow_recording("CA1")


def test_what_does_not_fit_is_refused(storage: SqlStorage) -> None:
    store_call(storage, close=False)
    with storage.begin() as work:
        with pytest.raises(InvalidInput):
            work.records.append_audio("CA1", "both", 0, b"\x01")
        for start in (-1, 6 * 3_600_000 + 1):
            with pytest.raises(InvalidInput):
                work.records.append_audio("CA1", "line", start, b"\x01")
        with pytest.raises(InvalidInput):
            work.records.close_call("CA1", "Zebulon hung up", START)
        with pytest.raises(NotFound):
            work.records.read("CA404")
    assert set(TRACKS) == {"caller", "line"}


def test_calls_are_listed_newest_first(storage: SqlStorage) -> None:
    store_call(storage)
    store_call(storage, "case_2", "CA2", close=False)
    with storage.begin() as work:
        assert [(call, outcome) for call, _, outcome in work.records.list_calls()] == [
            ("CA1", "accepted"),
            ("CA2", None),
        ]
        assert len(work.records.list_calls(1)) == 1


@pytest.mark.parametrize(
    "change",
    [
        delete(call_audio).where(call_audio.c.track == "caller", call_audio.c.number == 3),
        delete(call_audio).where(call_audio.c.track == "caller", call_audio.c.number >= 2),
        delete(call_audio).where(call_audio.c.track == "line"),
        delete(call_audio).where(call_audio.c.number == 1),
        delete(call_lines).where(call_lines.c.number == 2),
        delete(call_lines),
        update(call_audio).where(call_audio.c.number == 1).values(start_ms=0),
        update(calls).values(manifest=None),
        update(calls).values(outcome="declined"),
        text(
            "UPDATE call_audio SET track = CASE track WHEN 'line' THEN 'caller' ELSE 'line' END, number = number + 10"
        ),
        text("UPDATE call_lines SET body = (SELECT manifest FROM calls) WHERE number = 0"),
    ],
)
def test_a_closed_call_that_lacks_or_mixes_anything_is_tampered(storage: SqlStorage, change: Any) -> None:
    store_call(storage)
    with storage.engine.begin() as connection:
        connection.execute(change)
    with pytest.raises(Tampered):
        read(storage)
