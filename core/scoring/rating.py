"""What every model of credit risk takes and gives, whichever kind it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Protocol

__all__ = ["FEATURES", "Rater", "Rating", "Row", "Scale", "Shortfall"]

#: What a model may look at: figures of the credit report and the two sums said on the phone. No age, no sex, no
#: nationality, no name, no place, no voice.
FEATURES = (
    "utilisation",
    "late_30",
    "late_60",
    "late_90",
    "late_weighted",
    "debt_ratio",
    "monthly_income",
    "monthly_debt",
    "open_lines",
    "home_loans",
)

#: One applicant's features; ``None`` or left out: not known.
Row = Mapping[str, Decimal | None]


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Points lost against the best, under the reason a borrower would give it; the larger weighs more."""

    code: str
    points: int


@dataclass(frozen=True, slots=True)
class Rating:
    """``score``: higher is safer. ``pd`` is the chance of ninety days' arrears within two years, with six places.
    ``shortfalls`` are sorted, the heaviest first; a model that cannot explain itself gives none."""

    score: int
    pd: Decimal
    shortfalls: tuple[Shortfall, ...] = ()


class Rater(Protocol):
    """``version`` names the model with the hash of its table; ``source`` is that table's text."""

    @property
    def version(self) -> str: ...

    @property
    def source(self) -> str: ...

    @property
    def currency(self) -> str: ...

    def rate(self, row: Row) -> Rating: ...


@dataclass(frozen=True, slots=True)
class Scale:
    """Points to odds and back: ``base`` points stand for ``odds`` goods to one bad, and ``pdo`` more points double
    them."""

    base: int
    odds: Decimal
    pdo: int

    def pd(self, score: Decimal | int) -> Decimal:
        """The chance of a bad end that a score stands for, with six places."""
        with localcontext() as context:
            context.prec = 34
            odds = self.odds * (Decimal(2).ln() * (Decimal(score) - self.base) / self.pdo).exp()
            return (1 / (1 + odds)).quantize(Decimal("0.000001"))

    def score(self, pd: Decimal) -> int:
        """The whole score that stands for a chance."""
        with localcontext() as context:
            context.prec = 34
            bounded = min(max(pd, Decimal("0.000001")), Decimal("0.999999"))
            exact = self.base + self.pdo * ((1 - bounded) / bounded / self.odds).ln() / Decimal(2).ln()
            return int(exact.to_integral_value())
