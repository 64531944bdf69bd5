"""Rows of loans, their books and disputes: once each, in order, with legal moves, gone with their keys."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from core.application import Status
from core.errors import Conflict, IllegalTransition, NotFound
from core.lending.dispute import DisputeState
from core.lending.keeping import Disputes, Loans
from core.lending.loan import LoanState
from core.ports import OfferAnswer
from core.storage.store import SqlStorage
from tests.core.storage.people import (
    PHONE,
    START,
    application,
    decision,
    dispute,
    heard,
    loan,
    opened,
    risk,
    terms,
)


@pytest.fixture
def storage(tmp_path: Path) -> SqlStorage:
    storage = opened(tmp_path)
    with storage.begin() as work:
        work.applications.add(application(), decision(), risk(), Status.APPROVED)
        work.applicants.add(application())
        work.applications.set_status("case_1", Status.ACCEPTED)
        work.applications.keep_answer("case_1", OfferAnswer(0, terms(), heard(), START))
        work.loans.open(loan())
        work.commit()
    return storage


def test_a_loan_comes_back_and_a_case_has_one(storage: SqlStorage) -> None:
    with storage.begin() as work:
        kept: Loans = work.loans
        assert kept.get("case_1") == loan()
        assert (kept.of_number(PHONE), kept.in_state(), kept.in_state(LoanState.RUNNING)) == (
            ["case_1"],
            ["case_1"],
            [],
        )
        with pytest.raises(NotFound):
            kept.get("case_2")
        with pytest.raises(Conflict):
            kept.open(loan())


def test_a_book_takes_each_number_and_each_reference_once(storage: SqlStorage) -> None:
    with storage.begin() as work:
        book = work.loans.book("case_1")
        (first,) = book.disburse("out:1", date(2026, 11, 4), START)
        work.loans.post("case_1", [first])
        assert work.loans.book("case_1").postings == (first,)
        for again in (first, replace(first, number=2), replace(first, ref="out:2")):
            with pytest.raises(Conflict):
                work.loans.post("case_1", [again])


def test_states_move_legally_only(storage: SqlStorage) -> None:
    with storage.begin() as work:
        work.loans.set_state("case_1", LoanState.WITHDRAWN)
        with pytest.raises(IllegalTransition):
            work.loans.set_state("case_1", LoanState.RUNNING)
        with pytest.raises(NotFound):
            work.loans.set_state("case_404", LoanState.RUNNING)


def test_only_a_frozen_application_thaws(storage: SqlStorage) -> None:
    with storage.begin() as work:
        with pytest.raises(IllegalTransition):
            work.applications.thaw("case_1", Status.ACCEPTED)
        work.applications.set_status("case_1", Status.FROZEN)
        work.applications.thaw("case_1", Status.ACCEPTED)
        assert work.applications.get("case_1").status is Status.ACCEPTED


def test_disputes_come_back_in_the_order_of_their_clocks(storage: SqlStorage) -> None:
    later = replace(dispute(), dispute_id="dispute_0", answer_by=START.replace(year=2027))
    with storage.begin() as work:
        kept: Disputes = work.disputes
        kept.open(later)
        kept.open(dispute())
        assert kept.in_state(DisputeState.OPEN) == ["dispute_case_1", "dispute_0"]
        kept.keep(replace(dispute(), state=DisputeState.UPHELD, proof="EX-1"))
        assert kept.get("dispute_case_1").proof == "EX-1"
        assert (kept.in_state(DisputeState.OPEN), len(kept.in_state())) == (["dispute_0"], 2)
        with pytest.raises(NotFound):
            kept.get("dispute_404")
        with pytest.raises(NotFound):
            kept.keep(replace(dispute(), dispute_id="dispute_404"))


def test_a_repaid_loan_is_no_open_loan_any_more(storage: SqlStorage) -> None:
    other = application("case_2", "CA2")
    with storage.begin() as work:
        assert work.applicants.past(other, START).open_loans == 1
        work.loans.set_state("case_1", LoanState.RUNNING)
        work.loans.set_state("case_1", LoanState.REPAID)
        assert work.applicants.past(other, START).open_loans == 0
