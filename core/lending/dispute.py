"""A dispute: somebody says that a loan, or an application, is not theirs. Frozen first, then looked into by the clock.

Sources of the clocks: the pack (15 USC 1681i(a)(1) and 1681c-2 in the United States, Art. 25 of the Regulation on the
Credit Reporting Industry in China).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.application import Status
from core.lending.loan import LoanState

__all__ = ["Cause", "Dispute", "DisputeState", "Verdict"]


class DisputeState(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"
    REJECTED = "rejected"


class Verdict(StrEnum):
    """``upheld``: it was not their loan, it is cancelled. ``rejected``: it was, it goes on."""

    UPHELD = "upheld"
    REJECTED = "rejected"


class Cause(StrEnum):
    """How it came to be; the three detectors of misuse learn from it."""

    STOLEN_IDENTITY = "stolen_identity"
    SOMEBODY_CLOSE = "somebody_close"
    """A relative or a carer used their data."""
    TRICKED = "tricked"
    """They called themselves, coached by a fraudster."""
    OUR_SYSTEM = "our_system"
    OUR_STAFF = "our_staff"
    OWN_LOAN = "own_loan"
    """They did ask for it."""


@dataclass(frozen=True, slots=True, repr=False)
class Dispute:
    """``case_id`` is the case that is frozen; ``told_in`` the call or the channel it was told in.

    ``answer_by``: the written answer is out by then. ``block_by``: the bureau has been told to block the entry by then
    (``None`` where the law knows no such block); ``blocked_at`` and ``proof``, the bureau's reference, say that it was.
    ``held`` and ``held_loan`` are what the application and its loan were when they were frozen, ``None`` without any.
    """

    dispute_id: str
    case_id: str
    told_in: str
    opened_by: str
    opened_at: datetime
    story: str
    answer_by: datetime
    block_by: datetime | None
    held: Status | None
    held_loan: LoanState | None
    state: DisputeState = DisputeState.OPEN
    blocked_at: datetime | None = None
    proof: str = ""
    decided_at: datetime | None = None
    decided_by: str = ""
    cause: Cause | None = None
    why: str = ""

    def __repr__(self) -> str:
        return f"Dispute({self.dispute_id}, {self.state})"

    def late(self, now: datetime) -> tuple[str, ...]:
        """Which of its clocks ran out unanswered: ``answer``, ``block``."""
        found = []
        if self.state is DisputeState.OPEN and now > self.answer_by:
            found.append("answer")
        blocked = self.block_by is None or self.blocked_at is not None or self.state is DisputeState.REJECTED
        if not blocked and self.block_by is not None and now > self.block_by:
            found.append("block")
        return tuple(found)
