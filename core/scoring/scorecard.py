"""A scorecard: a table of whole points, one list of bins a feature. The score is the sum; anyone can add it up.

The table is a JSON file with a closed schema. Its SHA-256 is part of the version that every decision names.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from core.errors import PackError
from core.scoring.rating import FEATURES, Rating, Row, Scale, Shortfall

__all__ = ["PointsBin", "Scorecard", "ScoredFeature", "parse_scorecard"]

_FORMAT = "loanline-scorecard-1"


@dataclass(frozen=True, slots=True)
class PointsBin:
    """``points`` for values from ``low`` (included) to ``high`` (not included); ``None`` is no bound."""

    low: Decimal | None
    high: Decimal | None
    points: int


@dataclass(frozen=True, slots=True)
class ScoredFeature:
    """``reason`` is the code of what a low count of points means to a borrower. ``missing`` are the points of a value
    that is not known."""

    name: str
    reason: str
    bins: tuple[PointsBin, ...]
    missing: int

    @property
    def best(self) -> int:
        return max(self.missing, *(one.points for one in self.bins))

    def points(self, value: Decimal | None) -> int:
        if value is None:
            return self.missing
        return next(one.points for one in self.bins if one.high is None or value < one.high)


@dataclass(frozen=True, slots=True)
class Scorecard:
    """``core.scoring.rating.Rater`` by addition. ``currency`` is the one its sums of money are in."""

    name: str
    currency: str
    scale: Scale
    features: tuple[ScoredFeature, ...]
    source: str
    digest: str

    @property
    def version(self) -> str:
        return f"{self.name}/sha256:{self.digest}"

    def rate(self, row: Row) -> Rating:
        given = {feature: feature.points(row.get(feature.name)) for feature in self.features}
        lost: dict[str, int] = {}
        for feature, points in given.items():
            lost[feature.reason] = lost.get(feature.reason, 0) + feature.best - points
        score = sum(given.values())
        heaviest = sorted((item for item in lost.items() if item[1] > 0), key=lambda item: (-item[1], item[0]))
        return Rating(score, self.scale.pd(score), tuple(Shortfall(*item) for item in heaviest))


def parse_scorecard(text: str) -> Scorecard:
    """Read a table of points. Raises ``PackError`` when it is malformed, leaves a gap, or uses a feature that no
    decision may look at."""
    try:
        document = json.loads(text)
        card = _card(document, text)
    except (KeyError, TypeError, ValueError, InvalidOperation):
        raise PackError("The scorecard cannot be read; make it again with loanline model train.") from None
    if document["format"] != _FORMAT or card.scale.pdo < 1 or card.scale.odds <= 0 or not card.features:
        raise PackError(f"The scorecard is not of the format {_FORMAT}; make it again.")
    names = [feature.name for feature in card.features]
    if len(set(names)) != len(names) or not set(names) <= set(FEATURES):
        raise PackError("The scorecard uses a feature that no decision may look at; leave it out.")
    for feature in card.features:
        _require_whole(feature)
    return card


def _card(document: dict[str, Any], text: str) -> Scorecard:
    scale = document["scale"]
    return Scorecard(
        name=str(document["name"]),
        currency=str(document["currency"]),
        scale=Scale(_whole(scale["base"]), Decimal(scale["odds"]), _whole(scale["pdo"])),
        features=tuple(
            ScoredFeature(
                name=str(feature["name"]),
                reason=str(feature["reason"]),
                bins=tuple(
                    PointsBin(_bound(one["low"]), _bound(one["high"]), _whole(one["points"])) for one in feature["bins"]
                ),
                missing=_whole(feature["missing"]["points"]),
            )
            for feature in document["features"]
        ),
        source=text,
        digest=hashlib.sha256(text.encode()).hexdigest(),
    )


def _require_whole(feature: ScoredFeature) -> None:
    """The bins cover every value once and their points run in one direction."""
    bins = feature.bins
    joined = all(left.high is not None and left.high == right.low for left, right in itertools.pairwise(bins))
    open_ends = bins and bins[0].low is None and bins[-1].high is None
    highs = [one.high for one in bins[:-1] if one.high is not None]
    rising = highs == sorted(set(highs))
    points = [one.points for one in bins]
    if not (joined and open_ends and rising and (points == sorted(points) or points == sorted(points, reverse=True))):
        raise PackError(f"The scorecard's bins of {feature.name} leave a gap or turn round; correct them.")


def _bound(value: object) -> Decimal | None:
    if value is None:
        return None
    bound = Decimal(str(value))
    if not bound.is_finite():
        raise ValueError
    return bound


def _whole(value: object) -> int:
    if type(value) is not int:
        raise TypeError
    return value
