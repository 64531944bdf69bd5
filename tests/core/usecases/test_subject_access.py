"""An export has everything of a person's case, and names the other cases that may be theirs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.applicant import Last4
from core.events import JournalEntry
from core.fraud import VoiceScope
from core.jurisdiction.library import packaged
from core.ports import CallBack
from core.risk import RiskLevel
from core.storage.links import same_identity
from core.storage.store import SqlStorage
from core.usecases import holds
from core.usecases.erasure import erase
from core.usecases.fraud import agree
from core.usecases.intake import submit
from core.usecases.shred import plan_call, plan_person, shred
from core.usecases.subject_access import export
from tests.core.storage.people import (
    PHONE,
    START,
    HandClock,
    answer,
    application,
    decision,
    opened,
    risk,
    store_call,
)

pytestmark = pytest.mark.usefixtures("either_database")
REASON = "asked in writing, checked against the id"


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def storage(tmp_path: Path, clock: HandClock) -> SqlStorage:
    """One woman who applied twice, and somebody else."""
    storage = opened(tmp_path, clock)
    for number in (1, 2, 3):
        case, call = f"case_{number}", f"CA{number}"
        store_call(storage, case, call)
        last4 = {} if number < 3 else {"national_id_last4": answer(Last4("0004"))}
        submit(storage, clock, application(case, call, **last4), risk(), lambda *_: decision())
    return storage


def test_what_stands_outside_of_the_application_is_in_it_too(storage: SqlStorage, clock: HandClock) -> None:
    agree(storage, clock, "case_1", VoiceScope.BIOMETRIC, "form.2026-17", "os.tester")
    with storage.begin() as work:
        work.call_backs.add(CallBack("CA1", "case_1", PHONE, "asked_for_person", START, START))
        work.deep_checks.ask("CA1", START)
        work.deep_checks.settle("CA1", risk(RiskLevel.HOLD), START)
        work.commit()
    found = export(storage, clock, "case_1", "os.tester", REASON).document
    (case,) = found["cases"]
    assert case["call_backs"][0]["phone"] == PHONE.value
    assert case["voice_terms"][0]["document"] == "form.2026-17"
    assert case["calls"][0]["checked_again"]["report"]["level"] == int(RiskLevel.HOLD)
    assert len(found["not_in_here"]) == 4
    json.dumps(found)


def test_what_one_call_established_stays_when_another_is_destroyed(storage: SqlStorage, clock: HandClock) -> None:
    with storage.begin() as work:
        work.records.open_call("CA9", "case_1", START, recording=False)
        work.journal.append("case_1", JournalEntry("noted", START, "CA9", {"word": "marmalade"}))
        work.audit.append("m.reyes", "call.viewed", "CA1")
        work.commit()
    shred(storage, plan_call(storage, "CA1"), "os.tester")
    found = export(storage, clock, "case_1", "os.tester", REASON).document
    established = found["cases"][0]["established"]
    assert established[:2] == ["destroyed", "destroyed"]
    assert established[-1]["data"] == {"word": "marmalade"}
    looks = [(row["actor"], row["action"]) for row in found["who_looked_and_decided"]]
    assert ("m.reyes", "call.viewed") in looks, "who looked at a call stays known when the call does not"


def test_other_cases_of_the_same_identity_are_named_and_not_mixed_in(storage: SqlStorage, clock: HandClock) -> None:
    found = export(storage, clock, "case_2", "os.tester", REASON)
    assert found.others == ("case_1",)
    assert "case_1" not in json.dumps(found.document)
    assert (same_identity(storage.engine, "case_3"), same_identity(storage.engine, "case_9")) == ([], [])
    assert erase(storage, clock, packaged("us"), "case_1", "os.tester").others == ("case_2",)
    shred(storage, plan_person(storage, "case_1"), "os.tester")
    assert export(storage, clock, "case_2", "os.tester", REASON).others == ()


def test_the_operator_hears_of_an_inquiry(storage: SqlStorage, clock: HandClock) -> None:
    assert not export(storage, clock, "case_1", "os.tester", REASON).held
    holds.place(storage, clock, "case_1", "f.analyst", "Three calls from one room.", "CA1")
    assert export(storage, clock, "case_1", "os.tester", REASON).held
