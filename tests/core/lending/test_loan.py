"""How a loan stands, and the states it may pass through."""

from __future__ import annotations

from datetime import date

import pytest

from core.errors import IllegalTransition
from core.lending.loan import InstalmentState, LoanState, move_loan, standing
from tests.core.decision.builders import usd
from tests.core.lending.test_ledger import NOON, on_day, paid_out, pays

SECOND = date(2027, 2, 1)


def test_nothing_is_late_on_the_day_it_is_due() -> None:
    stands = standing(on_day(paid_out(), date(2027, 1, 1)), date(2027, 1, 1))
    assert (stands.days_late, stands.late_since) == (0, None)
    assert [row.state for row in stands.rows[:2]] == [InstalmentState.DUE, InstalmentState.AHEAD]
    assert stands.next_due is not None
    assert stands.next_due.number == 2


def test_lateness_counts_from_the_oldest_instalment_that_is_not_all_paid() -> None:
    book = pays(on_day(paid_out(), SECOND), "445.41")
    stands = standing(book, date(2027, 2, 11))
    assert [row.state for row in stands.rows[:3]] == ["paid", "late", "ahead"]
    assert (stands.days_late, stands.late_since, stands.due_now) == (10, SECOND, usd("445.41"))
    assert stands.rows[0].paid == usd("445.41")


def test_after_a_freeze_lateness_counts_from_its_end() -> None:
    book = paid_out()
    resumed = date(2027, 2, 15)
    book = book.with_posted(book.fall_due(resumed, NOON, not_before=resumed))
    stands = standing(book, date(2027, 2, 16))
    assert (stands.late_since, stands.days_late) == (resumed, 1)


def test_a_cancelled_loan_has_no_rows_and_what_was_paid_is_to_be_paid_back() -> None:
    book = pays(on_day(paid_out(), SECOND), "445.41")
    book = book.with_posted(book.cancel("cancel:1", SECOND, NOON))
    stands = standing(book, date(2027, 6, 1))
    assert (stands.rows, stands.days_late, stands.owed, stands.next_due) == ((), 0, usd("-445.41"), None)


def test_only_the_listed_moves_are_made_and_what_ended_stays_ended() -> None:
    for end in (LoanState.WITHDRAWN, LoanState.CANCELLED):
        for to in LoanState:
            with pytest.raises(IllegalTransition):
                move_loan(end, to)
    with pytest.raises(IllegalTransition):
        move_loan(LoanState.RUNNING, LoanState.WITHDRAWN)
    with pytest.raises(IllegalTransition):
        move_loan(LoanState.WAITING, LoanState.CANCELLED)
    assert move_loan(LoanState.RUNNING, LoanState.FROZEN) is LoanState.FROZEN
