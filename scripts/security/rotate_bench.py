"""How long a rotation of the top key takes, with the line up.

``python -m scripts.security.rotate_bench [--people 100000]``: keys for so many people in a store of its own, a thread
that goes on storing answers as calls do, one rotation. Exit 1 when it took a minute or more, when anything could not be
stored meanwhile, or when a key does not open afterwards.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, func, select

from core.errors import LoanlineError
from core.events import JournalEntry
from core.security.envelope import new_key
from core.storage.engine import open_engine, reading, writing
from core.storage.key_tables import subject_keys
from core.storage.keystore import newest_version, subject_place
from core.storage.opening import KEYS_FILE, open_storage
from core.storage.store import SqlStorage
from core.usecases.shred import rotate
from ivr.system import SystemClock

_MOST_SECONDS = 60.0
_AT_ONCE = 5000


class Calls:
    """Stores an answer every 50 ms, each in a case of its own or one that is there."""

    def __init__(self, storage: SqlStorage) -> None:
        self._storage, self._over = storage, threading.Event()
        self._thread = threading.Thread(target=self._work)
        self.waits_ms: list[float] = []
        self.refused = 0

    @contextmanager
    def going_on(self) -> Iterator[None]:
        self._thread.start()
        try:
            yield
        finally:
            self._over.set()
            self._thread.join()

    def _work(self) -> None:
        clock, number = SystemClock(), 0
        while number == 0 or not self._over.wait(0.05):
            number += 1
            begun = time.perf_counter()
            try:
                with self._storage.begin() as work:
                    entry = JournalEntry("noted", clock.now(), f"CA{number}", {"number": number})
                    work.journal.append(f"case_{number % 50}", entry)
                    work.audit.append("line", "case.noted", f"case_{number % 50}")
                    work.commit()
            except LoanlineError:
                self.refused += 1
            self.waits_ms.append(1000 * (time.perf_counter() - begun))


def fill(storage: SqlStorage, engine: Engine, people: int) -> None:
    """The keys of so many people, each wrapped as the key store wraps one."""
    now = SystemClock().now()
    with reading(engine) as connection:
        version, _ = newest_version(connection)
    for start in range(0, people, _AT_ONCE):
        rows = []
        for number in range(start, min(people, start + _AT_ONCE)):
            name = f"person_{number}"
            wrapped = storage.keyring.wrap(version, new_key(), subject_place(name, 1))
            rows.append({"subject_id": name, "version": 1, "kek_version": version, "wrapped": wrapped, "made_at": now})
        with writing(engine) as connection:
            connection.execute(subject_keys.insert(), rows)


def unopened(storage: SqlStorage, engine: Engine, version: int) -> int:
    """How many keys are not under this version, or do not open under it."""
    with reading(engine) as connection:
        of = subject_keys.c
        old = connection.execute(select(func.count()).where(of.kek_version != version)).scalar_one()
        rows = connection.execute(select(of.subject_id, of.version, of.wrapped).where(of.kek_version == version)).all()
    bad = 0
    for row in rows:
        try:
            storage.keyring.unwrap(version, row.wrapped, subject_place(row.subject_id, row.version))
        except LoanlineError:
            bad += 1
    return int(old) + bad


def measure(people: int) -> dict[str, float | int]:
    """Seconds of the rotation, and what became of the answers stored meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        storage = open_storage(where / "data", where / "keyring.json", None, SystemClock())
        engine = open_engine(where / "data" / KEYS_FILE)
        try:
            fill(storage, engine, people)
            calls = Calls(storage)
            with calls.going_on():
                begun, cpu = time.perf_counter(), time.process_time()
                done = rotate(storage, "bench")
                seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
            return {
                "keys": done.rewrapped,
                "seconds": round(seconds, 2),
                "cpu_seconds": round(cpu, 2),
                "stored_meanwhile": len(calls.waits_ms) - calls.refused,
                "refused": calls.refused,
                "wait_ms_median": round(statistics.median(calls.waits_ms), 1) if calls.waits_ms else 0.0,
                "wait_ms_longest": round(max(calls.waits_ms, default=0.0), 1),
                "unopened": unopened(storage, engine, done.version),
                "audit_whole": storage.verify_audit().whole,
            }
        finally:
            engine.dispose()
            storage.close()


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--people", type=int, default=100_000)
    words.add_argument("--json", action="store_true")
    given = words.parse_args()
    found = measure(given.people)
    print(json.dumps(found) if given.json else "  ".join(f"{name} {value}" for name, value in found.items()))
    good = found["keys"] >= given.people and found["audit_whole"]
    return 0 if good and found["seconds"] < _MOST_SECONDS and not found["refused"] and not found["unopened"] else 1


if __name__ == "__main__":
    sys.exit(main())
