"""Consents, exports, corrections, erasure and retention over a real store, on both databases."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.codec import to_plain
from core.errors import Conflict, InvalidIdentity, InvalidInput, NotFound, Shredded, Tampered
from core.events import JournalEntry
from core.jurisdiction.library import packaged
from core.lending.loan import LoanState
from core.ports import OfferAnswer
from core.privacy import How, standing
from core.storage.privacy_tables import consents
from core.storage.store import SqlStorage
from core.storage.tables import call_audio, call_backs, cases, codes, inbox
from core.usecases.consents import enter_heard, withdraw
from core.usecases.erasure import erase
from core.usecases.intake import submit
from core.usecases.retention import Terms, due, run
from core.usecases.shred import hold, plan_call, shred
from core.usecases.subject_access import EXPORTS_AN_HOUR, correct, export
from tests.core.storage.people import (
    LAST4,
    NAME,
    START,
    WORDS,
    HandClock,
    application,
    decision,
    heard,
    opened,
    risk,
    store_call,
    terms,
)

pytestmark = pytest.mark.usefixtures("either_database")
PACK = packaged("us")
LAW = timedelta(days=31 * 25 + 5)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def storage(tmp_path: Path, clock: HandClock) -> SqlStorage:
    """Case 1 with a recorded consent, a call and an application; case 2 with a call and nothing else."""
    storage = opened(tmp_path, clock)
    store_call(storage)
    store_call(storage, "case_2", "CA2")
    said = {
        "scope": "credit_report",
        "granted": True,
        "text_id": "us/1/credit_report",
        "text_hash": "ab" * 32,
        "evidence": to_plain(heard("yes please Zebulon")),
    }
    with storage.begin() as work:
        enter_heard(work, "case_1", JournalEntry("consent", START, "CA1", said))
        work.commit()
    submit(storage, clock, application(), risk(), lambda *_: decision())
    return storage


def ledger(storage: SqlStorage, case: str = "case_1") -> list[tuple[str, bool, How]]:
    with storage.begin() as work:
        return [(each.scope, each.granted, each.how) for each in work.consents.of(case)]


# -- consents -----------------------------------------------------------------------------------------------------


def test_the_ledger_has_every_consent_once_with_its_hearing(storage: SqlStorage) -> None:
    assert ledger(storage) == [("credit_report", True, How.CALL), ("recording", True, How.CALL)]
    with storage.begin() as work:
        spoken = work.consents.of("case_1")[0]
    assert spoken.evidence == heard("yes please Zebulon")
    assert (spoken.text_id, spoken.text_hash) == ("us/1/credit_report", "ab" * 32)


def test_what_is_taken_back_stands_no_more(storage: SqlStorage, clock: HandClock) -> None:
    withdraw(storage, clock, "case_1", "credit_report", "os.tester")
    with storage.begin() as work:
        records = work.consents.of("case_1")
    assert not standing(records, "credit_report")
    assert standing(records, "recording")
    assert not standing(records, "biometric")
    with pytest.raises(Conflict):
        withdraw(storage, clock, "case_1", "credit_report", "os.tester")


def test_an_altered_consent_is_found(storage: SqlStorage) -> None:
    for change in ({"granted": False}, {"scope": "recording"}, {"text_hash": "cd" * 32}, {"text_id": "us/2/x"}):
        with storage.engine.begin() as connection:
            before = connection.execute(select(consents).where(consents.c.number == 1)).one()
            connection.execute(consents.update().where(consents.c.number == 1).values(**change))
        with storage.begin() as work, pytest.raises(Tampered):
            work.consents.of("case_1")
        with storage.engine.begin() as connection:
            back = {name: getattr(before, name) for name in change}
            connection.execute(consents.update().where(consents.c.number == 1).values(**back))
    assert len(ledger(storage)) == 2


def test_the_fact_outlives_the_hearing(storage: SqlStorage) -> None:
    shred(storage, plan_call(storage, "CA1"), "os.tester")
    with storage.begin() as work:
        spoken = work.consents.of("case_1")[0]
    assert (spoken.scope, spoken.granted, spoken.evidence) == ("credit_report", True, None)


# -- access and correction ----------------------------------------------------------------------------------------


def test_a_person_gets_everything(storage: SqlStorage, clock: HandClock) -> None:
    correct(storage, clock, "case_1", "full_name", "Zebulon Quattlebaum-Poe", "os.tester")
    found = export(storage, clock, "case_1", "os.tester", "asked in writing, checked against the id")
    text = json.dumps(found.document, ensure_ascii=False)
    for fact in (NAME, LAST4, WORDS, "2517.00", "Quattlebaum-Poe", "policy-1", "credit_report", "data.corrected"):
        assert fact in text, fact
    case = found.document["cases"][0]
    assert case["corrections"][0]["field"] == "full_name"
    assert case["loan"] is None
    assert [call["call_id"] for call in case["calls"]] == ["CA1"]
    assert len(found.calls[0].caller_audio) == 24_000
    assert "data.exported" in {row["action"] for row in found.document["who_looked_and_decided"]}


def test_what_was_destroyed_is_named_as_such(storage: SqlStorage, clock: HandClock) -> None:
    shred(storage, plan_call(storage, "CA1"), "os.tester")
    case = export(storage, clock, "case_1", "os.tester", "asked in writing").document["cases"][0]
    assert case["calls"] == [{"call_id": "CA1", "record": "destroyed"}]
    assert case["established"] == "destroyed"
    assert case["application"]["full_name"]["value"] == NAME


def test_exports_are_few(storage: SqlStorage, clock: HandClock) -> None:
    for _ in range(EXPORTS_AN_HOUR):
        export(storage, clock, "case_2", "os.tester", "asked in writing")
    with pytest.raises(Conflict, match="Ten exports"):
        export(storage, clock, "case_2", "os.tester", "asked in writing")
    export(storage, clock, "case_2", "os.other", "asked in writing")
    clock.forward(hours=1, seconds=1)
    export(storage, clock, "case_2", "os.tester", "asked in writing")
    with pytest.raises(InvalidInput):
        export(storage, clock, "case_2", "os.tester", " ")
    with pytest.raises(NotFound):
        export(storage, clock, "case_9", "os.tester", "asked in writing")


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("score", "900", InvalidInput),
        ("full_name", "x", InvalidIdentity),
        ("date_of_birth", "12 March", InvalidInput),
        ("phone", "12", InvalidIdentity),
        ("monthly_income", " ", InvalidInput),
        ("monthly_income", "9" * 201, InvalidInput),
    ],
)
def test_a_correction_that_cannot_be_is_refused(
    storage: SqlStorage, clock: HandClock, field: str, value: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        correct(storage, clock, "case_1", field, value, "os.tester")
    with storage.begin() as work:
        assert work.corrections.of("case_1") == []


# -- erasure and retention ----------------------------------------------------------------------------------------


def test_before_the_terms_end_only_recordings_go(storage: SqlStorage, clock: HandClock) -> None:
    done = erase(storage, clock, PACK, "case_1", "os.tester")
    assert (done.whole, done.calls) == (False, ("CA1",))
    assert done.until is not None
    assert done.until > clock.now() + timedelta(days=700)
    with storage.begin() as work:
        assert work.applications.get("case_1").application == application()
        with pytest.raises(Shredded):
            work.records.read("CA1")
    clock.at = done.until
    assert erase(storage, clock, PACK, "case_1", "os.tester").whole
    with storage.begin() as work, pytest.raises(Shredded):
        work.applications.get("case_1")
    assert storage.verify_audit().whole


def test_without_an_application_everything_goes_at_once(storage: SqlStorage, clock: HandClock) -> None:
    assert erase(storage, clock, PACK, "case_2", "os.tester").whole
    with pytest.raises(NotFound):
        erase(storage, clock, PACK, "case_9", "os.tester")


def test_a_hold_and_a_running_loan_forbid_it(storage: SqlStorage, clock: HandClock) -> None:
    hold(storage, "case_2", "litigation", "os.tester")
    with pytest.raises(Conflict, match="hold"):
        erase(storage, clock, PACK, "case_2", "os.tester")
    lend(storage)
    with pytest.raises(Conflict, match="loan"):
        erase(storage, clock, PACK, "case_1", "os.tester")


def lend(storage: SqlStorage) -> None:
    from core.lending.loan import Loan  # noqa: PLC0415 - only two tests lend

    with storage.begin() as work:
        work.applications.keep_answer("case_1", OfferAnswer(0, terms(), heard(), START))
        work.loans.open(Loan("case_1", LoanState.WAITING, START, START, terms()))
        work.commit()


def test_nothing_goes_before_its_day(storage: SqlStorage, clock: HandClock) -> None:
    clock.forward(days=29)
    plan = due(storage, clock, PACK, Terms())
    assert (plan.people, plan.recordings, plan.kept) == ((), (), ())


def test_each_class_goes_on_its_day(storage: SqlStorage, clock: HandClock, tmp_path: Path) -> None:
    clock.forward(days=31)
    assert due(storage, clock, PACK, Terms()).people == (("case_2", "unfinished"),)
    run(storage, clock, PACK, Terms(), "os.tester")
    with storage.begin() as work:
        assert work.records.read("CA1").complete
        with pytest.raises(Shredded):
            work.records.read("CA2")
    clock.forward(days=150)
    assert run(storage, clock, PACK, Terms(), "os.tester").recordings == ("CA1",)
    with storage.begin() as work:
        assert work.applications.get("case_1").application == application()
    clock.at = START + LAW
    assert run(storage, clock, PACK, Terms(), "os.tester").people == (("case_1", "application"),)
    assert due(storage, clock, PACK, Terms()).people == ()
    with storage.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(call_audio)).scalar() == 0
        assert connection.execute(select(func.count()).select_from(cases)).scalar() == 2
    assert storage.verify_audit().whole


def test_holds_and_running_loans_stay_and_are_named(storage: SqlStorage, clock: HandClock) -> None:
    hold(storage, "case_2", "litigation", "os.tester")
    lend(storage)
    clock.at = START + LAW
    plan = run(storage, clock, PACK, Terms(), "os.tester")
    assert plan.people == ()
    assert set(plan.kept) == {("case_1", "unsettled"), ("case_2", "litigation"), ("CA2", "litigation")}
    with storage.begin() as work:
        assert work.records.read("CA2").complete


def test_small_rows_go_too(storage: SqlStorage, clock: HandClock) -> None:
    with storage.begin() as work:
        work.codes.store("case_1", "apply", "042137", "x", START)
        work.inbox.first_time("sms/1", "x", START)
        work.commit()
    clock.forward(days=31)
    done = run(storage, clock, PACK, replace(Terms(), unfinished=90), "os.tester")
    assert (done.rows["codes"], done.rows["deliveries"]) == (1, 1)
    with storage.engine.connect() as connection:
        for table in (codes, inbox, call_backs):
            assert connection.execute(select(func.count()).select_from(table)).scalar() == 0
