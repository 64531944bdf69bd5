"""What the credit report and the registers said, boiled down to the figures a policy may see."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from core.money import Money

__all__ = ["NO_CHECKS", "Checks", "FileKind", "Past", "ReportFacts", "State"]


class State(StrEnum):
    """What became of one question to the outside. ``FAILED`` covers too late, broken and nonsense. ``REFUSED``: the
    person was asked and said no; ``NO_CONSENT``: nobody asked."""

    NOT_ASKED = "not_asked"
    NO_CONSENT = "no_consent"
    REFUSED = "refused"
    ANSWERED = "answered"
    FAILED = "failed"


class FileKind(StrEnum):
    """``THIN``: too little history to score. ``FROZEN``: the owner lets nobody look (15 USC 1681c-1(i))."""

    HIT = "hit"
    THIN = "thin"
    NO_HIT = "no_hit"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """One credit report. Late payments are counted over two years and leave out disputed lines; monthly payments
    cover every line. ``old``: dated too long ago to lend on. ``alert``: somebody asked lenders to take care."""

    kind: FileKind
    old: bool
    alert: bool
    monthly_payments: Money
    revolving_balance: Money
    revolving_limit: Money
    open_lines: int
    home_loans: int
    late_30: int
    late_60: int
    late_90: int

    @property
    def utilisation(self) -> Decimal | None:
        """Balance over limit of cards and credit lines; ``None`` without any."""
        if self.revolving_limit.minor <= 0:
            return None
        return (Decimal(self.revolving_balance.minor) / self.revolving_limit.minor).quantize(Decimal("0.0001"))


@dataclass(frozen=True, slots=True)
class Past:
    """What the same person, or the same telephone number, asked of us before: applications in the last thirty days,
    loans accepted and not closed, and what was lent in them."""

    asked_lately: int
    open_loans: int
    owed: Money


@dataclass(frozen=True, slots=True)
class Checks:
    """Everything asked of the outside about one application, and the SHA-256 of each answer as ``provider:hash``.

    ``phone_doubt``: the number is somebody else's, was moved days ago or is forwarded. ``listed``: other lenders
    listed the number for fraud. Neither is about credit: both only bring in a person.
    """

    report_state: State = State.NOT_ASKED
    report: ReportFacts | None = None
    work_state: State = State.NOT_ASKED
    monthly_wage: Money | None = None
    phone_state: State = State.NOT_ASKED
    phone_doubt: bool = False
    list_state: State = State.NOT_ASKED
    listed: bool = False
    evidence: tuple[str, ...] = ()

    @property
    def scorable(self) -> ReportFacts | None:
        """The report, when it is one that a score may rest on."""
        report = self.report
        return report if report is not None and report.kind is FileKind.HIT and not report.old else None


#: Nothing was asked of the outside.
NO_CHECKS = Checks()
