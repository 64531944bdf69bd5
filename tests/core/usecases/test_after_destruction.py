"""What stays when a call's record, or another person, is destroyed can be worked with as before."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.application import Status
from core.decision.model import Outcome
from core.errors import Conflict, Shredded, Unauthenticated
from core.events import JournalEntry
from core.jurisdiction.library import packaged
from core.risk import RiskLevel
from core.storage.store import SqlStorage
from core.usecases import holds
from core.usecases.fraud import reported
from core.usecases.intake import submit
from core.usecases.offer import accept
from core.usecases.review import queue
from core.usecases.shred import plan_call, plan_person, shred
from core.usecases.written_copy import MOST_WRONG, open_copy
from tests.core.decision.builders import US
from tests.core.storage.people import LAST4, START, HandClock, application, decision, heard, opened, risk, store_call

WHY = "Three calls from one room, all under other names."


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def storage(tmp_path: Path, clock: HandClock) -> SqlStorage:
    """Two persons with a call and an application each."""
    storage = opened(tmp_path, clock)
    for number in (1, 2):
        case, call = f"case_{number}", f"CA{number}"
        store_call(storage, case, call)
        submit(storage, clock, application(case, call), risk(), lambda *_: decision())
    return storage


def test_a_hold_outlives_the_record_of_the_call_in_which_it_was_placed(storage: SqlStorage, clock: HandClock) -> None:
    holds.place(storage, clock, "case_1", "f.analyst", WHY, "CA1")
    shred(storage, plan_call(storage, "CA1"), "os.tester")
    with pytest.raises(Conflict, match="held"):
        accept(storage, clock, US, "case_1", 0, heard())
    holds.release(storage, clock, "case_1", "s.visor", WHY)
    accept(storage, clock, US, "case_1", 0, heard())
    holds.place(storage, clock, "case_1", "f.analyst", WHY)
    with storage.begin() as work:
        standing = holds.standing(work, "case_1")
    assert standing is not None
    assert (standing.placed_by, standing.why) == ("f.analyst", WHY)


def test_a_call_of_two_persons_opens_no_more_when_one_is_destroyed(storage: SqlStorage) -> None:
    with storage.begin() as work:
        work.records.open_call("CA9", "case_1", START, recording=False)
        work.journal.append("case_1", JournalEntry("noted", START, "CA9"))
        work.journal.append("case_2", JournalEntry("noted", START, "CA9"))
        work.commit()
        assert storage.upkeep.people_of_call("CA9") == ["case_1", "case_2"]
    shred(storage, plan_person(storage, "case_1"), "os.tester")
    with storage.begin() as work:
        assert len(work.journal.read("case_2", ("noted",))) == 1
        with pytest.raises(Shredded):
            work.records.read("CA9")


def test_the_written_copy_stays_and_still_counts_wrong_digits(storage: SqlStorage, clock: HandClock) -> None:
    shred(storage, plan_call(storage, "CA1"), "os.tester")
    pack = packaged("us")
    assert open_copy(storage, clock, pack, "case_1", LAST4).status is Status.APPROVED
    for _ in range(MOST_WRONG):
        with pytest.raises(Unauthenticated):
            open_copy(storage, clock, pack, "case_1", "9999")
    with pytest.raises(Conflict):
        open_copy(storage, clock, pack, "case_1", LAST4)


def test_the_queue_of_reviews_goes_on_without_a_person_who_was_destroyed(storage: SqlStorage, clock: HandClock) -> None:
    for number in (3, 4):
        asked = application(f"case_{number}", f"CA{number}")
        submit(storage, clock, asked, risk(RiskLevel.HOLD), lambda *_: decision(Outcome.REVIEW))
    shred(storage, plan_person(storage, "case_3"), "os.tester")
    assert [one.case_id for one in queue(storage)] == ["case_4"]


def test_the_evaluation_leaves_out_the_destroyed_and_takes_the_report_that_is_left(storage: SqlStorage) -> None:
    with storage.begin() as work:
        for number in (1, 2):
            work.receipts.keep(f"case_{number}", "decided", {}, START)
        work.deep_checks.ask("CA2", START)
        work.deep_checks.settle("CA2", risk(RiskLevel.HOLD), START)
        work.commit()
    assert {one.case_id: one.report.level for one in reported(storage)}["case_2"] is RiskLevel.HOLD
    shred(storage, plan_person(storage, "case_1"), "os.tester")
    shred(storage, plan_call(storage, "CA2"), "os.tester")
    assert {one.case_id: one.report.level for one in reported(storage)} == {"case_2": RiskLevel.NONE}
