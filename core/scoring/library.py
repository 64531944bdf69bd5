"""The models that come with the product: the scorecard that rates, and the challenger in its shadow."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from core.scoring.scorecard import Scorecard, parse_scorecard
from core.scoring.trees import Forest, parse_forest

__all__ = ["CARD_FILE", "FOREST_FILE", "packaged_challenger", "packaged_scorecard"]

CARD_FILE = "us-scorecard.json"
FOREST_FILE = "us-challenger.json"


@cache
def packaged_scorecard() -> Scorecard:
    """The champion. Raises ``PackError`` when its file was damaged."""
    return parse_scorecard((files("core.scoring") / "cards" / CARD_FILE).read_text("utf-8"))


@cache
def packaged_challenger() -> Forest:
    """The challenger. It is only ever compared."""
    return parse_forest((files("core.scoring") / "cards" / FOREST_FILE).read_text("utf-8"))
