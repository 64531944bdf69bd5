"""Random questions about somebody's own last loan: a second factor of low weight beside the one-time code.

Who holds a stolen telephone gets the code, and still does not know what the loan before was for. People forget, so a
right answer lowers nothing and a wrong one declines nothing: NIST SP 800-63B takes such knowledge for no authenticator.
Chance comes from outside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from core.catalogue import Purpose
from core.money import Money
from core.risk import RiskLevel

__all__ = ["PastLoan", "Recalled", "Topic", "draw", "weight"]


class Topic(StrEnum):
    """What may be asked. Each is told in no other prompt of a call, so nobody hears the answer before the question."""

    AMOUNT = "last_amount"
    TERM = "last_term"
    PURPOSE = "last_purpose"
    PAID_MONTH = "last_paid"


class Recalled(StrEnum):
    """What an answer came to. ``NOTHING``: none was given, or none that was understood."""

    RIGHT = "right"
    WRONG = "wrong"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, repr=False)
class PastLoan:
    """What a borrower knows of their last loan. ``paid_month`` is that of the newest payment, 1 to 12."""

    amount: Money
    term_months: int
    purpose: Purpose
    paid_month: int | None = None

    def __repr__(self) -> str:
        return "PastLoan(•••)"

    @property
    def truths(self) -> Mapping[Topic, Money | int | Purpose]:
        """The answer to every question that can be asked."""
        known: dict[Topic, Money | int | Purpose] = {
            Topic.AMOUNT: self.amount,
            Topic.TERM: self.term_months,
            Topic.PURPOSE: self.purpose,
        }
        if self.paid_month is not None:
            known[Topic.PAID_MONTH] = self.paid_month
        return MappingProxyType(known)


def draw(topics: Sequence[Topic], count: int, digits: Callable[[int], str]) -> tuple[Topic, ...]:
    """``count`` of the topics, each once, in random order; all of them where there are fewer. ``digits`` gives random
    decimal digits."""
    left, drawn = list(topics), list[Topic]()
    while left and len(drawn) < count:
        drawn.append(left.pop(int(digits(9)) % len(left)))
    return tuple(drawn)


def weight(answers: Sequence[Recalled]) -> RiskLevel:
    """What the answers ask for. One miss beside a right answer is noted; no right answer to several questions is for a
    person to settle, who calls back."""
    missed = sum(answer is not Recalled.RIGHT for answer in answers)
    if not missed:
        return RiskLevel.NONE
    if missed < len(answers):
        return RiskLevel.OBSERVE
    return RiskLevel.HOLD if missed > 1 else RiskLevel.STEP_UP
