"""Reading everything back counts what opens, what was destroyed, and names what does not open."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from core.storage.opening import DATA_FILE
from core.usecases.intake import submit
from core.usecases.readback import ReadBack, read_back
from tests.core.storage.people import HandClock, application, decision, opened, risk, store_call


def test_every_record_is_tried(tmp_path: Path) -> None:
    storage = opened(tmp_path)
    for number in (1, 2, 3):
        store_call(storage, f"case_{number}", f"CA{number}")
    submit(storage, HandClock(), application(), risk(), lambda *_: decision())
    assert read_back(storage, "os.tester") == ReadBack(7, 0, ())
    storage.upkeep.destroy_subject("case_2")
    with sqlite3.connect(tmp_path / "data" / DATA_FILE) as database:
        database.execute("UPDATE call_lines SET body = zeroblob(64) WHERE call_id = 'CA3'")
        database.execute("UPDATE applications SET risk = decision")
    assert read_back(storage, "os.tester") == ReadBack(3, 2, ("call:CA3", "application:case_1"))
    assert storage.verify_audit().rows == 3
