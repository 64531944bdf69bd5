"""The book of a loan: it always balances, ends at zero, and no cent appears or is lost."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.decision.model import Terms
from core.errors import Conflict, InvalidInput
from core.finance.schedule import Method, Plan, schedule
from core.lending.ledger import Account, Entry, Kind, Ledger, Posting
from core.money import Money
from tests.core.decision.builders import usd

START = date(2026, 12, 1)
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


def lent(
    amount: str = "5000.00", months: int = 12, rate: str = "12.5", fees: str = "0.00", method: str = "equal_instalment"
) -> Ledger:
    """The book of a loan that was agreed to and not paid out."""
    principal = usd(amount)
    rows = schedule(Plan(principal, Decimal(rate), months, Method(method), START))
    return Ledger(Terms(principal, Decimal(rate), Decimal(0), "us_app_j", months, method, START, usd(fees), rows))


def paid_out(**how: str) -> Ledger:
    book = lent(**how)  # type: ignore[arg-type]  # only text is given here
    return book.with_posted(book.disburse("out:1", START, NOON))


def on_day(book: Ledger, day: date) -> Ledger:
    return book.with_posted(book.fall_due(day, NOON))


def pays(book: Ledger, amount: str, ref: str = "in:1", day: date = date(2027, 1, 1)) -> Ledger:
    return book.with_posted(book.pay(usd(amount), ref, day, NOON))


def test_the_pay_out_keeps_the_fees_back() -> None:
    book = paid_out(fees="50.00")
    assert book.balance(Account.CASH) == usd("-4950.00")
    assert (book.owed, book.due_now, book.balance(Account.FEES_EARNED)) == (usd("5000.00"), usd("0.00"), usd("-50.00"))
    with pytest.raises(Conflict):
        book.disburse("out:2", START, NOON)


def test_an_instalment_falls_due_on_its_day_and_once() -> None:
    book = paid_out()
    assert book.fall_due(date(2026, 12, 31), NOON) == ()
    book = on_day(book, date(2027, 1, 1))
    first = book.terms.instalments[0]
    assert book.due_now == first.payment == usd("445.41")
    assert (book.balance(Account.INTEREST_DUE), book.balance(Account.PRINCIPAL_DUE)) == (
        first.interest,
        first.principal,
    )
    assert book.fall_due(date(2027, 1, 31), NOON) == ()


def test_a_payment_goes_to_the_oldest_instalment_and_there_to_the_interest_first() -> None:
    book = pays(on_day(paid_out(), date(2027, 2, 1)), "450.00")
    first, second = book.terms.instalments[:2]
    assert book.settled()[0] == (first.interest, first.principal)
    assert book.settled()[1] == (usd("4.59"), usd("0.00"))
    assert book.due_now == first.payment + second.payment - usd("450.00")


def test_what_is_paid_ahead_waits_and_is_used() -> None:
    book = pays(paid_out(), "500.00")
    assert (book.credit, book.due_now, book.owed) == (usd("500.00"), usd("0.00"), usd("4500.00"))
    book = on_day(book, date(2027, 1, 1))
    assert (book.credit, book.due_now) == (usd("54.59"), usd("0.00"))
    book = on_day(book, date(2027, 2, 1))
    assert (book.credit, book.due_now) == (usd("0.00"), usd("390.82"))


@pytest.mark.parametrize("amount", ["0.00", "-5.00", "5344.99"])
def test_no_payment_of_nothing_or_of_more_than_is_left(amount: str) -> None:
    book = paid_out()
    assert book.still_to_pay < usd("5344.99")
    with pytest.raises(InvalidInput):
        book.pay(usd(amount), "in:1", START, NOON)


def test_a_bounced_payment_is_due_again_and_bounces_once() -> None:
    book = pays(on_day(paid_out(), date(2027, 1, 1)), "500.00")
    book = book.with_posted(book.bounce("in:1", date(2027, 1, 5), NOON))
    assert (book.due_now, book.credit, book.paid) == (usd("445.41"), usd("0.00"), usd("0.00"))
    assert book.owed == usd("5000.00") + book.terms.instalments[0].interest
    with pytest.raises(Conflict):
        book.bounce("in:1", date(2027, 1, 6), NOON)
    with pytest.raises(Conflict):
        book.bounce("in:404", date(2027, 1, 6), NOON)


def test_a_cancelled_loan_is_owed_by_nobody_and_its_payments_go_back() -> None:
    book = pays(on_day(paid_out(fees="50.00"), date(2027, 2, 1)), "600.00")
    book = book.with_posted(book.cancel("cancel:1", date(2027, 2, 3), NOON))
    assert (book.due_now, book.credit, book.balance(Account.PRINCIPAL)) == (usd("0.00"), usd("600.00"), usd("0.00"))
    assert book.fall_due(date(2028, 1, 1), NOON) == ()
    with pytest.raises(Conflict):
        pays(book, "10.00", "in:2")
    book = book.with_posted(book.refund("refund:1", date(2027, 2, 4), NOON))
    assert (book.credit, book.still_to_pay) == (usd("0.00"), usd("0.00"))
    # The lender is out exactly what it sent: the loss less what it had booked as earned.
    earned = book.balance(Account.INTEREST_EARNED) + book.balance(Account.FEES_EARNED)
    assert book.balance(Account.LOSS) + earned == -book.balance(Account.CASH) == usd("4950.00")
    with pytest.raises(Conflict):
        book.refund("refund:2", date(2027, 2, 4), NOON)


def test_a_payment_that_comes_back_after_the_cancellation_is_not_owed_back() -> None:
    book = pays(on_day(paid_out(), date(2027, 1, 1)), "445.41")
    book = book.with_posted(book.cancel("cancel:1", date(2027, 2, 3), NOON))
    book = book.with_posted(book.bounce("in:1", date(2027, 2, 5), NOON))
    assert (book.credit, book.paid) == (usd("0.00"), usd("0.00"))


def test_what_fell_due_in_a_freeze_may_be_claimed_from_its_end_on() -> None:
    book = paid_out()
    made = book.fall_due(date(2027, 2, 15), NOON, not_before=date(2027, 2, 15))
    assert [posting.day for posting in made] == [date(2027, 2, 15), date(2027, 2, 15)]


def test_a_posting_that_does_not_balance_is_refused() -> None:
    with pytest.raises(InvalidInput):
        Posting(1, Kind.PAID, "in:1", START, NOON, (Entry(Account.CASH, usd("1.00")),))
    mixed = (Entry(Account.CASH, usd("1.00")), Entry(Account.CREDIT, Money(-100, "EUR")))
    with pytest.raises(InvalidInput):
        Posting(1, Kind.PAID, "in:1", START, NOON, mixed)


def test_an_instalment_of_nothing_is_booked_too() -> None:
    book = on_day(paid_out(rate="0", method="interest_only", months=3), date(2027, 3, 1))  # type: ignore[arg-type]  # months is a number
    assert len(book.fallen_due) == 3
    assert pays(book, "5000.00").still_to_pay == usd("0.00")


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.data())
def test_whatever_happens_no_cent_appears_or_is_lost(data: st.DataObject) -> None:
    book = paid_out(
        amount=f"{data.draw(st.integers(200, 9999))}.{data.draw(st.integers(0, 99)):02}",
        rate=data.draw(st.sampled_from(["0", "7.77", "12.5", "35.99"])),
        method=data.draw(st.sampled_from([one.value for one in Method])),
        fees=data.draw(st.sampled_from(["0.00", "12.34"])),
    )
    day = START
    for step in range(data.draw(st.integers(1, 25))):
        day += timedelta(days=data.draw(st.integers(0, 45)))
        book = on_day(book, day)
        most = book.still_to_pay.minor
        if data.draw(st.booleans()) and most > 0:
            amount = Money(data.draw(st.integers(1, most)), "USD")
            book = book.with_posted(book.pay(amount, f"in:{step}", day, NOON))
            if data.draw(st.integers(0, 4)) == 0:
                book = book.with_posted(book.bounce(f"in:{step}", day, NOON))
        assert sum((book.balance(account) for account in Account), book.zero) == book.zero
        assert book.credit >= book.zero
        assert not (book.credit and book.due_now)
        assert book.balance(Account.CASH) == book.paid + book.terms.fees - book.terms.principal
        assert book.still_to_pay == book.terms.total - book.paid
        for account, sign in ((Account.PRINCIPAL, 1), (Account.PRINCIPAL_DUE, 1), (Account.INTEREST_DUE, 1)):
            assert book.balance(account).minor * sign >= 0
    book = on_day(book, date(2030, 1, 1))
    if book.still_to_pay:
        book = book.with_posted(book.pay(book.still_to_pay, "in:last", day, NOON))
    assert (book.owed, book.due_now, book.credit) == (book.zero,) * 3
    assert -book.balance(Account.INTEREST_EARNED) == book.terms.total - book.terms.principal
