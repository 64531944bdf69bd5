"""Intake: application, decision and audit row together, once; an error never approves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.application import Application, Status
from core.decision.model import Decision, Outcome
from core.errors import IdempotencyMismatch, LoanlineError, PackError
from core.evidence import Answer
from core.risk import RiskLevel, RiskReport
from core.storage.store import SqlStorage
from core.usecases.intake import fingerprint, submit
from tests.core.storage.people import HandClock, answer, application, decision, heard, opened, risk, usd

pytestmark = pytest.mark.usefixtures("either_database")


@pytest.fixture
def storage(tmp_path: Path) -> SqlStorage:
    return opened(tmp_path)


def send(
    storage: SqlStorage, made: Any = None, about: Application | None = None, report: RiskReport | None = None
) -> Decision:
    decide = made if callable(made) else lambda *_: made or decision()
    return submit(storage, HandClock(), about or application(), report or risk(), decide)


def status(storage: SqlStorage, case: str = "case_1") -> Status:
    with storage.begin() as work:
        return work.applications.get(case).status


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome.APPROVE, Status.APPROVED),
        (Outcome.DECLINE, Status.DECLINED),
        (Outcome.REVIEW, Status.REVIEW),
        (Outcome.INCOMPLETE, Status.INCOMPLETE),
    ],
)
def test_everything_is_stored_together(storage: SqlStorage, outcome: Outcome, expected: Status) -> None:
    assert send(storage, decision(outcome)) == decision(outcome)
    with storage.begin() as work:
        stored = work.applications.get("case_1")
        note = work.audit_note(1)
    assert (stored.application, stored.decision, stored.risk) == (application(), decision(outcome), risk())
    assert stored.status is expected
    assert note == fingerprint(stored.application, stored.decision, stored.risk)
    row = storage.prove("1")["row"]
    assert (row["action"], row["subject"], row["detail"]["outcome"]) == ("application.decided", "case_1", outcome.value)
    assert storage.verify_audit().rows == 1


def test_the_second_submission_returns_the_stored_decision(storage: SqlStorage) -> None:
    first = send(storage)

    def never(*_: object) -> Decision:
        raise AssertionError("decided twice")

    again = application(received_at=HandClock().now().replace(hour=11))
    heard_again = replace(again, amount=Answer(again.amount.value, (*again.amount.evidence, heard("yes"))))
    for repeat in (application(), again, heard_again, application(call_id="CA2"), application(call_id=None)):
        assert send(storage, never, repeat, risk(RiskLevel.OBSERVE)) == first
    assert storage.verify_audit().rows == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": answer(usd("9000.00"))},
        {"term_months": answer(24)},
        {"owner_verified": False},
        {"jurisdiction": "cn"},
    ],
)
def test_other_content_is_a_mismatch(storage: SqlStorage, changes: dict[str, Any]) -> None:
    send(storage)
    with pytest.raises(IdempotencyMismatch):
        send(storage, None, application(**changes))
    assert storage.verify_audit().rows == 1


def test_a_call_has_one_application(storage: SqlStorage) -> None:
    send(storage)
    with pytest.raises(IdempotencyMismatch, match="another case"):
        send(storage, None, application("case_2", "CA1"))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("Zebulon 7391"), "unexpected_error"),
        (PackError("no pack"), "pack_error"),
        (RecursionError(), "unexpected_error"),
    ],
)
def test_an_error_in_the_decision_is_looked_at_by_a_person(storage: SqlStorage, error: Exception, said: str) -> None:
    def fail(*_: object) -> Decision:
        raise error

    made = send(storage, fail)
    assert (made.outcome, made.offers, made.reasons[0].code) == (Outcome.REVIEW, (), "decision_failed")
    assert said in made.reasons[0].text
    assert "Zebulon" not in made.reasons[0].text
    assert status(storage) is Status.REVIEW


@pytest.mark.parametrize(
    ("made", "report", "code"),
    [
        (lambda *_: replace(decision(), offers=()), risk(), "no_offer"),
        (lambda *_: decision(), RiskReport.failed("no audio"), "risk_unsettled"),
        (lambda *_: decision(), risk(complete=False), "risk_unsettled"),
        (lambda *_: decision(), risk(RiskLevel.HOLD), "risk_unsettled"),
        (lambda *_: "approve", risk(), "decision_failed"),
        (lambda *_: None, risk(), "decision_failed"),
    ],
)
def test_an_approval_that_does_not_hold_is_looked_at_by_a_person(
    storage: SqlStorage, made: Any, report: RiskReport, code: str
) -> None:
    stored = send(storage, made, report=report)
    assert (stored.outcome, stored.offers, stored.reasons[0].code) == (Outcome.REVIEW, (), code)
    assert status(storage) is Status.REVIEW


def test_a_decline_stands_whatever_the_risk_says(storage: SqlStorage) -> None:
    assert send(storage, decision(Outcome.DECLINE), report=RiskReport.failed("x")).outcome is Outcome.DECLINE


def test_when_storing_fails_nothing_is_there(storage: SqlStorage) -> None:
    with storage.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE audit RENAME TO audit_away")
    with pytest.raises(LoanlineError):
        send(storage)
    with storage.engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM applications").scalar() == 0
        connection.exec_driver_sql("ALTER TABLE audit_away RENAME TO audit")
    assert send(storage) == decision()
