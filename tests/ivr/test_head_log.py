"""Every signed head is a line of the log, and the log alone proves that no tail was cut."""

from __future__ import annotations

import io
import sqlite3
from pathlib import Path

from core.storage.opening import DATA_FILE, HEADS_FILE
from core.storage.store import SqlStorage
from ivr.settings import Settings
from ivr.system import SystemClock
from ivr.telemetry import configure_logging, log_head
from ivr.vault import open_vault


def note(storage: SqlStorage, times: int) -> None:
    for number in range(times):
        with storage.begin() as work:
            work.audit.append("line", "case.noted", "case_1", {"number": number})
            work.commit()


def test_a_cut_of_database_and_heads_is_found_by_the_log(tmp_path: Path) -> None:
    stream = io.StringIO()
    configure_logging(stream=stream)
    storage = open_vault(Settings(data_dir=tmp_path / "data"), SystemClock())
    note(storage, 3)
    saved = [(tmp_path / "data" / HEADS_FILE).read_bytes()]
    storage.tell_heads(log_head)
    note(storage, 3)
    log = tmp_path / "line.log"
    log.write_text('{"event": "something_else"}\n' + stream.getvalue(), "utf-8")
    found = storage.verify_audit(log)
    assert (found.whole, found.heads, found.rows) == (True, 3, 6)
    storage.close()
    (tmp_path / "data" / HEADS_FILE).write_bytes(saved[0])
    with sqlite3.connect(tmp_path / "data" / DATA_FILE) as database:
        database.execute("DELETE FROM audit WHERE seq > 3")
        rows = database.execute("SELECT leaf FROM audit ORDER BY seq").fetchall()
        from core.security.audit import Frontier  # noqa: PLC0415 - only the forger of this test needs it

        frontier = Frontier()
        for (leaf,) in rows:
            frontier = frontier.append(leaf)
        database.execute("UPDATE audit_state SET size = ?, peaks = ?", (frontier.size, frontier.to_bytes()))
    storage = open_vault(Settings(data_dir=tmp_path / "data"), SystemClock())
    assert storage.verify_audit().whole
    cut = storage.verify_audit(log)
    assert not cut.whole
    assert "3 are left" in cut.problems[0]
    storage.close()
