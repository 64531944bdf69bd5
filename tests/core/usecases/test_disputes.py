"""Not my loan: frozen at once, answered by the clock, decided by somebody who was not involved."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from core.applicant import PhoneNumber
from core.application import Status
from core.errors import Conflict, Forbidden, InvalidInput
from core.fraud import Label
from core.jurisdiction.library import packaged
from core.lending.dispute import Cause, Dispute, DisputeState, Verdict
from core.lending.loan import LoanState
from core.storage.store import SqlStorage
from core.usecases import disputes, loans
from tests.core.decision.builders import US
from tests.core.storage.people import PHONE, HandClock, opened, usd
from tests.core.usecases.lenders import agreed, running

WHY = "Compared the voice, the address and the account; it was not her."


class Numbered:
    """Ids in a row."""

    def __init__(self) -> None:
        self._next = count(1)

    def new(self, prefix: str) -> str:
        return f"{prefix}_{next(self._next)}"

    def digits(self, count: int) -> str:
        return "0" * count

    def token(self) -> str:
        return "t"


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def storage(tmp_path: Path, clock: HandClock) -> SqlStorage:
    return opened(tmp_path, clock)


IDS = Numbered()


def told(storage: SqlStorage, clock: HandClock, by: str = "a.agent") -> Dispute:
    return disputes.open_dispute(
        storage, clock, IDS, US, case_id="case_1", told_in="letter", story="I never called you.", opened_by=by
    )


def decided(storage: SqlStorage, clock: HandClock, dispute: Dispute, verdict: str, who: str = "s.super") -> Dispute:
    cause = Cause.STOLEN_IDENTITY if verdict == "upheld" else Cause.OWN_LOAN
    return disputes.decide(storage, clock, dispute.dispute_id, who, Verdict(verdict), cause, WHY)


def states(storage: SqlStorage) -> tuple[Status, LoanState]:
    with storage.begin() as work:
        return work.applications.get("case_1").status, work.loans.get("case_1").state


def test_a_dispute_freezes_at_once_and_starts_the_packs_clocks(storage: SqlStorage, clock: HandClock) -> None:
    agreed(storage, clock)
    dispute = told(storage, clock)
    assert states(storage) == (Status.FROZEN, LoanState.FROZEN)
    assert dispute.answer_by - clock.now() == timedelta(days=30)
    assert dispute.block_by is not None
    assert dispute.block_by - clock.now() == timedelta(days=4)  # Monday to Friday
    assert told(storage, clock) == dispute
    clock.forward(days=60)
    with pytest.raises(Conflict):
        loans.paid_out(storage, clock, "case_1", "bank-1", "payer")
    assert dispute.late(clock.now()) == ("answer", "block")


def test_a_frozen_loan_rests(storage: SqlStorage, clock: HandClock) -> None:
    running(storage, clock)
    told(storage, clock)
    clock.forward(days=90)
    assert loans.book_due(storage, clock, "nightly") == 0
    with pytest.raises(Conflict):
        loans.take_payment(storage, clock, "case_1", usd("10.00"), "p-1", "bank")


def test_upheld_before_the_pay_out_nothing_ever_moves(storage: SqlStorage, clock: HandClock) -> None:
    agreed(storage, clock)
    done = decided(storage, clock, told(storage, clock), "upheld")
    assert (done.state, done.cause, done.decided_by) == (DisputeState.UPHELD, Cause.STOLEN_IDENTITY, "s.super")
    assert states(storage) == (Status.FROZEN, LoanState.CANCELLED)
    clock.forward(days=9)
    with pytest.raises(Conflict):
        loans.paid_out(storage, clock, "case_1", "bank-1", "payer")


def test_upheld_after_the_pay_out_what_was_paid_goes_back(storage: SqlStorage, clock: HandClock) -> None:
    running(storage, clock)
    loans.take_payment(storage, clock, "case_1", usd("100.00"), "p-1", "bank")
    decided(storage, clock, told(storage, clock), "upheld")
    stands = loans.view(storage, clock, "case_1").standing
    assert (stands.owed, stands.credit, stands.rows) == (usd("-100.00"), usd("100.00"), ())
    loans.refunded(storage, clock, "case_1", "bank-9", "payer")
    loans.refunded(storage, clock, "case_1", "bank-9", "payer")
    assert loans.view(storage, clock, "case_1").standing.credit == usd("0.00")


def test_rejected_it_goes_on_and_the_wait_costs_nothing(storage: SqlStorage, clock: HandClock) -> None:
    terms = running(storage, clock)
    dispute = told(storage, clock)
    clock.forward(days=50)
    decided(storage, clock, dispute, "rejected")
    assert states(storage) == (Status.ACCEPTED, LoanState.RUNNING)
    stands = loans.view(storage, clock, "case_1").standing
    assert (stands.due_now, stands.days_late) == (terms.payment, 0)


def test_an_offer_that_nobody_accepted_has_run_out_after_the_dispute(storage: SqlStorage, clock: HandClock) -> None:
    with storage.begin() as work:
        from tests.core.storage.people import application, decision, risk  # noqa: PLC0415 - this test only

        work.applications.add(application(), decision(), risk(), Status.APPROVED)
        work.commit()
    decided(storage, clock, told(storage, clock), "rejected")
    with storage.begin() as work:
        assert work.applications.get("case_1").status is Status.EXPIRED


def test_whoever_was_involved_does_not_decide(storage: SqlStorage, clock: HandClock) -> None:
    agreed(storage, clock)
    dispute = told(storage, clock, by="a.agent")
    with pytest.raises(Forbidden):
        decided(storage, clock, dispute, "rejected", who="a.agent")
    with pytest.raises(Forbidden):
        disputes.decide(
            storage, clock, dispute.dispute_id, "b.agent", Verdict.REJECTED, Cause.OWN_LOAN, WHY, hands={"b.agent"}
        )
    assert states(storage) == (Status.FROZEN, LoanState.FROZEN)


@pytest.mark.parametrize(
    ("verdict", "cause", "why"),
    [
        (Verdict.UPHELD, Cause.OWN_LOAN, WHY),
        (Verdict.REJECTED, Cause.TRICKED, WHY),
        (Verdict.UPHELD, Cause.TRICKED, "short"),
    ],
)
def test_a_verdict_needs_a_cause_that_fits_and_a_reason(
    storage: SqlStorage, clock: HandClock, verdict: Verdict, cause: Cause, why: str
) -> None:
    agreed(storage, clock)
    dispute = told(storage, clock)
    with pytest.raises(InvalidInput):
        disputes.decide(storage, clock, dispute.dispute_id, "s.super", verdict, cause, why)
    assert disputes.of_case(storage, "case_1")[0].state is DisputeState.OPEN


def test_a_decided_dispute_stays_decided(storage: SqlStorage, clock: HandClock) -> None:
    agreed(storage, clock)
    dispute = told(storage, clock)
    decided(storage, clock, dispute, "upheld")
    with pytest.raises(Conflict):
        decided(storage, clock, dispute, "rejected")


def test_the_first_proof_of_the_bureaus_block_stands(storage: SqlStorage, clock: HandClock) -> None:
    agreed(storage, clock)
    dispute = told(storage, clock)
    disputes.blocked(storage, clock, dispute.dispute_id, "EX-77001", "a.agent")
    done = disputes.blocked(storage, clock, dispute.dispute_id, "EX-77002", "a.agent")
    clock.forward(days=20)
    assert (done.proof, done.late(clock.now())) == ("EX-77001", ())


def test_a_caller_freezes_every_loan_of_the_number_without_a_login(storage: SqlStorage, clock: HandClock) -> None:
    running(storage, clock)
    made = disputes.report_by_phone(storage, clock, IDS, US, phone=PHONE, case_id="case_9", call_id="CA9")
    assert [(one.case_id, one.held_loan) for one in made] == [("case_1", LoanState.RUNNING)]
    assert states(storage) == (Status.FROZEN, LoanState.FROZEN)


def test_a_caller_whose_number_has_no_loan_is_a_dispute_all_the_same(storage: SqlStorage, clock: HandClock) -> None:
    agreed(storage, clock)
    (made,) = disputes.report_by_phone(
        storage, clock, IDS, US, phone=PhoneNumber("+14155550777"), case_id="case_9", call_id="CA9"
    )
    assert (made.case_id, made.held, made.held_loan) == ("case_9", None, None)
    assert states(storage)[1] is LoanState.WAITING
    assert [one.dispute_id for one in disputes.desk(storage)] == [made.dispute_id]


def test_china_answers_in_twenty_days_and_knows_no_block(storage: SqlStorage, clock: HandClock) -> None:
    dispute = disputes.open_dispute(
        storage, clock, IDS, packaged("CN"), case_id="case_5", told_in="web", story="?", opened_by="a.agent"
    )
    assert dispute.answer_by - clock.now() == timedelta(days=20)
    assert dispute.block_by is None


@pytest.mark.parametrize(
    ("verdict", "cause", "expected"),
    [
        (Verdict.UPHELD, Cause.TRICKED, [(Label.FRAUD, "coached_borrower")]),
        (Verdict.UPHELD, Cause.OUR_STAFF, [(Label.FRAUD, "insider")]),
        (Verdict.UPHELD, Cause.OUR_SYSTEM, []),
        (Verdict.REJECTED, Cause.OWN_LOAN, [(Label.GENUINE, "none")]),
    ],
)
def test_what_was_decided_teaches_the_fraud_signals(
    storage: SqlStorage, clock: HandClock, verdict: Verdict, cause: Cause, expected: list[tuple[Label, str]]
) -> None:
    agreed(storage, clock)
    dispute = told(storage, clock)
    disputes.decide(storage, clock, dispute.dispute_id, "b.checker", verdict, cause, WHY)
    with storage.begin() as work:
        assert [(one.label, one.typology) for one in work.fraud_labels.standing()] == expected
