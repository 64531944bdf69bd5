"""A process that dies at any commit, or at any moment, leaves a store that is whole and goes on."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.application import Status
from core.errors import IllegalTransition, NotFound
from core.events import JournalEntry
from core.usecases.intake import submit
from core.usecases.offer import accept
from tests.core.decision.builders import US
from tests.core.storage.people import PHONE, START, HandClock, application, decision, heard, opened, risk, store_call

ROOT = Path(__file__).parents[3]

WRITER = """
import itertools, sys
from pathlib import Path
from core.events import JournalEntry
from tests.core.storage.people import START, opened
storage = opened(Path(sys.argv[1]))
for number in itertools.count(1):
    with storage.begin() as work:
        work.journal.append("case_1", JournalEntry("slot_confirmed", START, f"CA{number % 7}", {"n": number}))
        work.audit.append("line", "case.noted", "case_1", {"n": number})
        work.commit()
    print(number, flush=True)
"""


def check_and_go_on(folder: Path) -> None:
    """Of each step all is there or nothing, and doing the steps again ends the same."""
    clock = HandClock()
    storage = opened(folder, clock)
    assert storage.verify_audit().whole
    with storage.begin() as work:
        entries = work.journal.read("case_1")
        assert len(entries) in {0, 2}
        try:
            status = work.applications.get("case_1").status
        except NotFound:
            status = None
        answer = work.applications.answer("case_1")
        assert (answer is not None) == (status is Status.ACCEPTED)
    rows = storage.verify_audit().rows
    assert rows == {None: 0, Status.APPROVED: 1, Status.ACCEPTED: 2}[status]
    if not entries:
        store_call(storage)
    assert submit(storage, clock, application(), risk(), lambda *_: decision()) == decision()
    assert accept(storage, clock, US, "case_1", 0, heard("yes")) == decision().offers[0]
    with storage.begin() as work:
        assert work.applications.get("case_1").status is Status.ACCEPTED
        found = work.journal.find_open(PHONE, START)
        assert found is not None
        assert len(found.entries) == 2
    end = storage.verify_audit()
    assert (end.rows, end.whole, end.unanchored) == (2, True, 0)
    storage.close()


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "after"])
def test_dying_at_every_commit(tmp_path: Path, when: str) -> None:
    command = [sys.executable, "-m", "tests.core.storage.crash_worker", str(tmp_path), when]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    died = int(done.stdout)
    assert died > 10, "the hook saw the commits of migration, keys, call, intake and answer"
    for number in range(1, died + 1):
        check_and_go_on(tmp_path / str(number))


@pytest.mark.slow
def test_killed_in_mid_write_loses_nothing_that_was_told(tmp_path: Path) -> None:
    told = 0
    for round_ in range(4):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(20)]
        time.sleep(0.013 * round_)
        process.kill()
        lines += process.stdout.read().splitlines()
        process.stdout.close()
        process.wait()
        told += len([line for line in lines if line.strip()])
        storage = opened(tmp_path)
        with storage.begin() as work:
            entries = work.journal.read("case_1")
        found = storage.verify_audit()
        storage.close()
        assert told <= len(entries) <= told + round_ + 1
        assert found.rows == len(entries)
        assert found.whole
    assert all(isinstance(entry, JournalEntry) for entry in entries)
    assert len(entries) >= 80


def test_a_second_submission_after_acceptance_changes_nothing(tmp_path: Path) -> None:
    storage = opened(tmp_path)
    store_call(storage)
    submit(storage, HandClock(), application(), risk(), lambda *_: decision())
    accept(storage, HandClock(), US, "case_1", 0, heard("yes"))
    assert submit(storage, HandClock(), application(), risk(), lambda *_: decision()) == decision()
    with storage.begin() as work, pytest.raises(IllegalTransition):
        work.applications.set_status("case_1", Status.APPROVED)
