"""What may not be destroyed yet: under a hold on anybody in the call, as evidence, and for as long as a law asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.decision.model import Outcome
from core.errors import Conflict, Shredded
from core.events import JournalEntry
from core.jurisdiction.library import packaged
from core.lending.dispute import Cause, DisputeState, Verdict
from core.ports import CallBack
from core.risk import RiskLevel
from core.storage.store import SqlStorage
from core.usecases import disputes, holds
from core.usecases.erasure import erase
from core.usecases.intake import submit
from core.usecases.retention import Terms, due, run
from core.usecases.review import Verdict as Said
from core.usecases.review import say
from core.usecases.shred import hold, plan_call, shred
from tests.core.storage.people import (
    PHONE,
    START,
    HandClock,
    application,
    decision,
    dispute,
    opened,
    risk,
    store_call,
)
from tests.core.usecases.lenders import RULES

pytestmark = pytest.mark.usefixtures("either_database")
PACK = packaged("us")
LAW = timedelta(days=31 * 25 + 5)
WHY = "Three calls from one room, all under other names."


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def storage(tmp_path: Path, clock: HandClock) -> SqlStorage:
    """Case 1 with a call and an application; case 2 with a call and nothing else."""
    storage = opened(tmp_path, clock)
    store_call(storage)
    store_call(storage, "case_2", "CA2")
    submit(storage, clock, application(), risk(), lambda *_: decision())
    return storage


def taken_over_by_another(storage: SqlStorage) -> None:
    """In a new call the person of case 1 speaks first, then somebody else, whose call it is from then on."""
    with storage.begin() as work:
        work.records.open_call("CA3", "case_1", START, recording=False)
        work.journal.append("case_1", JournalEntry("noted", START, "CA3", {"word": "mine"}))
        work.journal.append("case_3", JournalEntry("noted", START, "CA3", {"word": "theirs"}))
        work.commit()


def test_a_hold_on_either_person_of_a_call_keeps_the_call(storage: SqlStorage, clock: HandClock) -> None:
    taken_over_by_another(storage)
    before = plan_call(storage, "CA3")
    assert (before.person, before.people) == ("case_3", ("case_1", "case_3"))
    hold(storage, "case_1", "litigation", "os.legal")
    assert plan_call(storage, "CA3").hold == "litigation"
    with pytest.raises(Conflict, match="legal hold"):
        shred(storage, before, "os.operator")
    clock.forward(days=181)
    run(storage, clock, PACK, Terms(unfinished=10_000), "os.operator")
    with storage.begin() as work:
        assert [entry.data["word"] for entry in work.journal.read("case_1", ("noted",))] == ["mine"]
    hold(storage, "case_1", None, "os.legal")
    shred(storage, plan_call(storage, "CA3"), "os.operator")
    with storage.begin() as work, pytest.raises(Shredded):
        work.journal.read("case_1", ("noted",))


def test_erasing_one_of_two_destroys_nothing_while_the_other_is_held(storage: SqlStorage, clock: HandClock) -> None:
    taken_over_by_another(storage)
    submit(storage, clock, application("case_3", "CA3"), risk(), lambda *_: decision())
    hold(storage, "case_1", "litigation", "os.legal")
    with pytest.raises(Conflict, match="somebody else"):
        erase(storage, clock, PACK, "case_3", "os.operator")
    with storage.begin() as work:
        assert len(work.journal.read("case_1", ("noted",))) == 1


def test_recordings_stay_while_a_dispute_is_open(storage: SqlStorage, clock: HandClock) -> None:
    with storage.begin() as work:
        work.disputes.open(dispute())
        work.commit()
    clock.forward(days=181)
    assert ("CA1", "dispute") in due(storage, clock, PACK, Terms()).kept
    run(storage, clock, PACK, Terms(), "os.operator")
    with storage.begin() as work:
        assert work.records.read("CA1").complete
        work.disputes.keep(replace(dispute(), state=DisputeState.REJECTED))
        work.commit()
    assert due(storage, clock, PACK, Terms()).recordings == ("CA1",)


def test_what_is_held_for_an_inquiry_stays(storage: SqlStorage, clock: HandClock) -> None:
    holds.place(storage, clock, "case_2", "f.analyst", WHY, "CA2")
    with pytest.raises(Conflict, match="inquiry"):
        erase(storage, clock, PACK, "case_2", "os.operator")
    clock.forward(days=181)
    assert set(due(storage, clock, PACK, Terms()).kept) == {("case_2", "inquiry"), ("CA2", "inquiry")}
    holds.release(storage, clock, "case_2", "s.visor", WHY)
    assert ("case_2", "unfinished") not in due(storage, clock, PACK, Terms()).people, "the hold was the last thing"
    clock.forward(days=31)
    assert ("case_2", "unfinished") in due(storage, clock, PACK, Terms()).people


def test_the_term_begins_with_what_a_person_decided(storage: SqlStorage, clock: HandClock) -> None:
    """12 CFR 1002.12(b)(1) counts from the notice of what was decided, and a review can take weeks."""
    asked = application("case_4", "CA_4", jurisdiction="US")
    made = submit(storage, clock, asked, risk(RiskLevel.HOLD), RULES.decider(clock))
    assert made.outcome is Outcome.REVIEW
    clock.forward(days=40)
    say(storage, clock, RULES, "case_4", "u.writer", Said.DECLINE, WHY, codes=("identity_doubtful",))
    clock.at = START + LAW
    assert due(storage, clock, PACK, Terms()).people == (("case_1", "application"), ("case_2", "unfinished"))
    clock.forward(days=40)
    assert ("case_4", "application") in due(storage, clock, PACK, Terms()).people


def test_the_term_begins_with_the_end_of_a_dispute(storage: SqlStorage, clock: HandClock) -> None:
    with storage.begin() as work:
        work.disputes.open(replace(dispute(), held=None, held_loan=None))
        work.commit()
    clock.forward(days=100)
    disputes.decide(storage, clock, "dispute_case_1", "u.writer", Verdict.UPHELD, Cause.TRICKED, WHY)
    clock.at = START + LAW
    assert ("case_1", "application") not in due(storage, clock, PACK, Terms()).people
    clock.forward(days=100)
    assert ("case_1", "application") in due(storage, clock, PACK, Terms()).people


def test_a_settled_call_back_of_a_held_person_stays(storage: SqlStorage, clock: HandClock) -> None:
    with storage.begin() as work:
        for number in (1, 2):
            work.call_backs.add(CallBack(f"CA{number}", f"case_{number}", PHONE, "asked_for_person", START, START))
            work.call_backs.settle(f"CA{number}", "reached", START)
        work.commit()
    hold(storage, "case_2", "litigation", "os.legal")
    clock.forward(days=31)
    assert run(storage, clock, PACK, Terms(unfinished=10_000), "os.operator").rows["call_backs"] == 1
    with storage.begin() as work:
        assert work.call_backs.get("CA2").phone == PHONE
