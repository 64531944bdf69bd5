"""What may be asked of a borrower's own past, how it is drawn, and how little it weighs."""

from __future__ import annotations

import itertools

import pytest

from core.catalogue import Purpose
from core.identity.questions import PastLoan, Recalled, Topic, draw, weight
from core.money import Money
from core.risk import RiskLevel

LOAN = PastLoan(Money.parse("1200.00", "USD"), 18, Purpose.HOME)


def counting(*numbers: int):  # type: ignore[no-untyped-def]  # a die that falls as it is told
    given = iter(numbers)
    return lambda count: str(next(given)).rjust(count, "0")


def test_a_loan_that_was_never_paid_on_has_no_month_to_ask_for() -> None:
    assert set(LOAN.truths) == {Topic.AMOUNT, Topic.TERM, Topic.PURPOSE}
    paid = PastLoan(LOAN.amount, LOAN.term_months, LOAN.purpose, paid_month=3)
    assert paid.truths[Topic.PAID_MONTH] == 3
    assert "1200" not in repr(paid)


def test_every_topic_can_be_drawn_first_and_none_twice() -> None:
    topics = tuple(Topic)
    pairs = {draw(topics, 2, counting(first, second)) for first, second in itertools.product(range(12), repeat=2)}
    assert pairs == set(itertools.permutations(topics, 2))


def test_no_more_is_drawn_than_there_is() -> None:
    assert sorted(draw(tuple(LOAN.truths), 9, counting(5, 5, 5))) == sorted(LOAN.truths)
    assert draw((), 2, counting()) == ()


RIGHT, WRONG, NOTHING = Recalled.RIGHT, Recalled.WRONG, Recalled.NOTHING


@pytest.mark.parametrize(
    ("answers", "level"),
    [
        ((), RiskLevel.NONE),
        ((RIGHT,), RiskLevel.NONE),
        ((RIGHT, RIGHT), RiskLevel.NONE),
        ((RIGHT, WRONG), RiskLevel.OBSERVE),
        ((NOTHING, RIGHT), RiskLevel.OBSERVE),
        ((WRONG,), RiskLevel.STEP_UP),
        ((WRONG, NOTHING), RiskLevel.HOLD),
        ((WRONG, WRONG), RiskLevel.HOLD),
    ],
)
def test_what_the_answers_ask_for(answers: tuple[Recalled, ...], level: RiskLevel) -> None:
    assert weight(answers) is level
