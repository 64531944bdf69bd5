"""Destroying, holding and rotating keys: audited, blocked by a hold, safe with the line up."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from core.errors import Conflict, InvalidInput, NotFound, Shredded
from core.events import JournalEntry
from core.storage.store import SqlStorage
from core.usecases import staff
from core.usecases.intake import submit
from core.usecases.roles import Role
from core.usecases.shred import hold, plan_call, plan_person, rotate, shred
from tests.core.storage.people import (
    PHONE,
    START,
    HandClock,
    application,
    decision,
    opened,
    risk,
    store_call,
)

pytestmark = pytest.mark.usefixtures("either_database")


@pytest.fixture
def storage(tmp_path: Path) -> SqlStorage:
    storage = opened(tmp_path)
    store_call(storage)
    store_call(storage, "case_2", "CA2")
    submit(storage, HandClock(), application(), risk(), lambda *_: decision())
    return storage


def actions(storage: SqlStorage) -> list[str]:
    rows = storage.verify_audit().rows
    return [storage.prove(str(seq))["row"]["action"] for seq in range(1, rows + 1)]


def test_a_plan_destroys_nothing(storage: SqlStorage) -> None:
    plan = plan_call(storage, "CA1")
    assert (plan.objects, plan.person, plan.hold) == (("call:CA1", "talk:case_1/CA1"), "case_1", None)
    assert len(plan_person(storage, "case_1").objects) == 3
    with storage.begin() as work:
        assert work.records.read("CA1").complete


def test_a_shredded_call_is_gone_and_the_decision_stays(storage: SqlStorage) -> None:
    shred(storage, plan_call(storage, "CA1"), "os.operator")
    with storage.begin() as work:
        with pytest.raises(Shredded):
            work.records.read("CA1")
        with pytest.raises(Shredded):
            work.journal.read("case_1")
        assert work.applications.get("case_1").decision == decision()
        assert work.records.read("CA2").complete
    assert actions(storage)[-1] == "keys.shredded"
    with pytest.raises(NotFound):
        plan_call(storage, "CA1")


def test_a_shredded_person_is_gone_altogether(storage: SqlStorage) -> None:
    with storage.begin() as work:
        work.codes.store("case_1", "apply", "042137", "x", START)
        work.commit()
    shred(storage, plan_person(storage, "case_1"), "os.operator")
    with storage.begin() as work:
        for read in (lambda: work.records.read("CA1"), lambda: work.applications.get("case_1")):
            with pytest.raises(Shredded):
                read()
        found = work.journal.find_open(PHONE, START)
        assert found is not None
        assert found.case_id == "case_2"
        with pytest.raises(Shredded):
            work.journal.append("case_1", JournalEntry("noted", START, "CA9"))
        assert work.codes.check("case_1", "apply", "042137", "x", START) == "expired"
    assert storage.verify_audit().whole
    with pytest.raises(NotFound):
        plan_person(storage, "case_1")


def test_a_legal_hold_blocks_both(storage: SqlStorage) -> None:
    plans = [plan_call(storage, "CA1"), plan_person(storage, "case_1")]
    hold(storage, "case_1", "dispute", "os.legal")
    assert plan_call(storage, "CA1").hold == "dispute"
    for plan in plans:
        with pytest.raises(Conflict, match="legal hold"):
            shred(storage, plan, "os.operator")
    hold(storage, "case_1", None, "os.legal")
    shred(storage, plans[1], "os.operator")
    assert actions(storage)[-3:] == ["keys.held", "keys.released", "keys.shredded"]
    with pytest.raises(NotFound):
        hold(storage, "nobody", "dispute", "os.legal")
    with pytest.raises(InvalidInput):
        hold(storage, "case_2", "because of Zebulon", "os.legal")


def test_a_staff_account_is_no_person_to_destroy(storage: SqlStorage) -> None:
    """Its id would be lost for good, and signing in would say something else than that it is wrong."""
    staff.add(storage, HandClock(), "m.reyes", Role.VIEWER, "several words that fit no list", "os.root")
    for what in (lambda: plan_person(storage, "staff:m.reyes"), lambda: hold(storage, "staff:m.reyes", "x", "os.root")):
        with pytest.raises(NotFound):
            what()


def test_rotation_with_the_line_up(storage: SqlStorage) -> None:
    stop = threading.Event()
    written: list[int] = []

    def line() -> None:
        while not stop.wait(0.05):  # at full speed it would make keys faster than small batches with rests can wrap
            with storage.begin() as work:
                seq = work.journal.append(f"case_9{len(written)}", JournalEntry("noted", START, f"CA9{len(written)}"))
                work.commit()
            written.append(seq)

    worker = threading.Thread(target=line)
    worker.start()
    done = [rotate(storage, "os.operator", forget_old=True, batch=2) for _ in range(3)]
    stop.set()
    worker.join()
    assert [each.version for each in done] == [2, 3, 4]
    assert done[0].forgotten == (1,)
    assert done[-1].rewrapped >= 2
    assert storage.upkeep.known_versions() == [4]
    with storage.begin() as work:
        assert work.records.read("CA1").complete
        assert work.applications.get("case_1").decision == decision()
        for number in range(len(written)):
            assert len(work.journal.read(f"case_9{number}")) == 1


def test_a_rotation_that_was_cut_off_goes_on(storage: SqlStorage) -> None:
    storage.upkeep.use_version(storage.keyring.add_version())
    storage.keyring.add_version()
    done = rotate(storage, "os.operator", forget_old=True)
    assert (done.version, done.forgotten) == (3, (1, 2))
    assert storage.upkeep.versions_in_use() == {3}
    with storage.begin() as work:
        assert work.records.read("CA1").complete


def test_a_rotation_lets_the_lines_own_writers_in_after_each_batch(tmp_path: Path) -> None:
    """Without a rest its next transaction begins before any of them looks again, and the line is locked out."""
    storage = opened(tmp_path)
    for number in range(5):
        store_call(storage, f"case_{number}", f"CA{number}")
    rests: list[float] = []

    def rest(seconds: float) -> None:
        rests.append(seconds)
        store_call(storage, f"case_rest_{len(rests)}", f"CArest{len(rests)}")

    done = rotate(storage, "os.tester", batch=2, rest=rest)
    assert done.rewrapped == 5
    assert len(rests) == 3
    assert min(rests) > 0.1, "waiting writers of SQLite look every 100 ms"
    assert storage.verify_audit().whole
