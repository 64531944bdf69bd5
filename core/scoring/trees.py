"""A gradient-boosted forest as a plain table of numbers, walked in plain Python. It rates in the shadow of the
scorecard and explains nothing, so it may not decide.

``value`` of a row is the sum of one leaf a tree; the chance is its logistic. Floats here are weights, not money, and
they are added in a fixed order, so that the same table gives the same six places everywhere.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.errors import PackError
from core.scoring.rating import FEATURES, Rating, Row, Scale

__all__ = ["Forest", "parse_forest"]

_FORMAT = "loanline-forest-1"
_LEAF = -1


@dataclass(frozen=True, slots=True)
class _Tree:
    """Columns of nodes, the root first. A leaf has feature -1 and its value in ``number``; else ``number`` is the
    bound: not above it goes left. ``lost`` says where an unknown value goes: 1 left, 0 right."""

    feature: Sequence[int]
    number: Sequence[float]
    left: Sequence[int]
    right: Sequence[int]
    lost: Sequence[int]

    def leaf(self, values: Sequence[float | None]) -> float:
        at = 0
        while self.feature[at] != _LEAF:
            value = values[self.feature[at]]
            goes_left = bool(self.lost[at]) if value is None else value <= self.number[at]
            at = self.left[at] if goes_left else self.right[at]
        return self.number[at]


@dataclass(frozen=True, slots=True)
class Forest:
    """``core.scoring.rating.Rater`` by trees, on the scale of the scorecard it shadows."""

    name: str
    currency: str
    scale: Scale
    features: tuple[str, ...]
    start: float
    trees: tuple[_Tree, ...]
    source: str
    digest: str

    @property
    def version(self) -> str:
        return f"{self.name}/sha256:{self.digest}"

    def rate(self, row: Row) -> Rating:
        known = [row.get(name) for name in self.features]
        values = [None if value is None else float(value) for value in known]
        pd = Decimal(1 / (1 + math.exp(-self.raw(values)))).quantize(Decimal("0.000001"))
        return Rating(self.scale.score(pd), pd)

    def raw(self, values: Sequence[float | None]) -> float:
        """The log odds of a bad end."""
        total = self.start
        for tree in self.trees:
            total += tree.leaf(values)
        return total


def parse_forest(text: str) -> Forest:
    """Read a forest. Raises ``PackError`` when it is malformed or uses a feature that no decision may look at."""
    try:
        document = json.loads(text)
        scale = document["scale"]
        forest = Forest(
            name=str(document["name"]),
            currency=str(document["currency"]),
            scale=Scale(int(scale["base"]), Decimal(scale["odds"]), int(scale["pdo"])),
            features=tuple(document["features"]),
            start=float(document["start"]),
            trees=tuple(_Tree(*tree) for tree in document["trees"]),
            source=text,
            digest=hashlib.sha256(text.encode()).hexdigest(),
        )
        sound = document["format"] == _FORMAT and all(_sound(tree, len(forest.features)) for tree in forest.trees)
    except (KeyError, TypeError, ValueError, ArithmeticError):
        sound = False
    if not sound:
        raise PackError("The challenger's table cannot be read; make it again with loanline model train.")
    if not set(forest.features) <= set(FEATURES):
        raise PackError("The challenger uses a feature that no decision may look at; leave it out.")
    return forest


def _sound(tree: _Tree, width: int) -> bool:
    """Every column is as long as the others, and every walk goes down to a leaf."""
    size = len(tree.feature)
    if not size or {len(tree.number), len(tree.left), len(tree.right), len(tree.lost)} != {size}:
        return False
    return all(
        feature == _LEAF or (0 <= feature < width and at < min(left, right) and max(left, right) < size)
        for at, (feature, left, right) in enumerate(zip(tree.feature, tree.left, tree.right, strict=True))
    )
