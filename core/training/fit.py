"""Fit a scorecard: weight of evidence, logistic regression, whole points. And a challenger: trees as numbers."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from core.errors import InvalidInput
from core.scoring.rating import Scale
from core.training.binning import Binning, bin_feature, weights_of

__all__ = ["FeatureSpec", "FittedCard", "fit_card", "fit_forest", "forest_document"]

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class FeatureSpec:
    """``rising``: a higher value is a better one. ``reason``: what few points mean to a borrower."""

    rising: bool
    reason: str
    label: str


@dataclass(frozen=True, slots=True)
class FittedCard:
    """Bins, whole points by feature (one a bin, in order) and the points of an unknown value."""

    specs: dict[str, FeatureSpec]
    scale: Scale
    bins: dict[str, Binning]
    weights: dict[str, float]
    points: dict[str, list[int]]
    missing: dict[str, int]

    def scores(self, features: Mapping[str, Array]) -> Array:
        """The scores of many people at once, equal to the sums that ``core.scoring.scorecard`` makes."""
        size = len(next(iter(features.values())))
        total = np.zeros(size, dtype=int)
        for name, binning in self.bins.items():
            values = features[name]
            cuts = np.array([one.high for one in binning.bins if one.high is not None])
            found = np.array(self.points[name])[np.searchsorted(cuts, np.nan_to_num(values), side="right")]
            total += np.where(np.isnan(values), self.missing[name], found)
        return total

    def pd(self, features: Mapping[str, Array]) -> Array:
        odds = float(self.scale.odds) * 2.0 ** ((self.scores(features) - self.scale.base) / self.scale.pdo)
        return 1 / (1 + odds)

    def document(self, name: str, currency: str, about: Mapping[str, Any]) -> str:
        """The table as JSON, one bin a line, so that a person can read and compare it."""
        features = [self._feature(feature) for feature in self.specs]
        head = {
            "format": "loanline-scorecard-1",
            "name": name,
            "currency": currency,
            **about,
            "scale": {"base": self.scale.base, "odds": str(self.scale.odds), "pdo": self.scale.pdo},
        }
        lines = [f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items()]
        return "{\n" + ",\n".join(lines) + ',\n "features": [\n' + ",\n".join(features) + "\n ]\n}\n"

    def _feature(self, name: str) -> str:
        spec, binning = self.specs[name], self.bins[name]
        head = {
            "name": name,
            "label": spec.label,
            "reason": spec.reason,
            "information_value": f"{binning.information_value:.4f}",
            "weight": f"{self.weights[name]:.4f}",
        }
        seen = [one for one in binning.bins if not one.missing]
        rows = [
            {
                "low": _bound(one.low),
                "high": _bound(one.high),
                "points": points,
                "woe": f"{one.woe:.4f}",
                "people": one.count,
                "bad_rate": f"{one.bads / one.count:.4f}",
            }
            for one, points in zip(seen, self.points[name], strict=True)
        ]
        unseen = sum(one.count for one in binning.bins if one.missing)
        lost = {"points": self.missing[name], "people": unseen}
        inner = ",\n".join("    " + json.dumps(row) for row in rows)
        start = json.dumps(head, ensure_ascii=False)[:-1]
        return f'  {start},\n   "missing": {json.dumps(lost)},\n   "bins": [\n{inner}\n   ]}}'


def fit_card(
    features: Mapping[str, Array],
    bad: Array,
    specs: dict[str, FeatureSpec],
    scale: Scale,
    *,
    smallest: float = 0.005,
    most: int = 10,
) -> FittedCard:
    """Fit on past loans. Raises ``InvalidInput`` when a feature would count against its own evidence: then leave it
    out, for its points would turn round."""
    bins = {
        name: bin_feature(features[name], bad, rising=spec.rising, smallest=smallest, most=most)
        for name, spec in specs.items()
    }
    weights = np.column_stack([weights_of(bins[name], features[name]) for name in specs])
    model = LogisticRegression(C=1e6, max_iter=1000).fit(weights, bad)
    factor = scale.pdo / math.log(2)
    share = (scale.base - factor * (math.log(float(scale.odds)) + float(model.intercept_[0]))) / len(specs)
    points: dict[str, list[int]] = {}
    missing: dict[str, int] = {}
    slopes: dict[str, float] = {}
    for name, slope in zip(specs, (-float(value) for value in model.coef_[0]), strict=True):
        if slope < 0:
            raise InvalidInput(name, "this feature would count against its own evidence; leave it out")
        binning = bins[name]
        points[name] = [round(share + factor * slope * one.woe) for one in binning.bins if not one.missing]
        unknown = next((one.woe for one in binning.bins if one.missing), 0.0)
        missing[name] = round(share + factor * slope * unknown)
        slopes[name] = slope
    return FittedCard(specs, scale, bins, slopes, points, missing)


def fit_forest(
    features: Mapping[str, Array],
    bad: Array,
    specs: Mapping[str, bool | None],
    trees: int,
    *,
    tried: float = 1.0,
    seed: int = 0,
) -> HistGradientBoostingClassifier:
    """Boosted trees. ``specs``: is a higher value a better one, or (``None``) may the feature go both ways? Each
    branching looks at the share ``tried`` of the features, drawn by ``seed``."""
    table = np.column_stack([features[name] for name in specs])
    bends = {True: -1, False: 1, None: 0}
    return HistGradientBoostingClassifier(
        max_iter=trees,
        max_leaf_nodes=15,
        learning_rate=0.03,
        min_samples_leaf=200,
        early_stopping=False,
        monotonic_cst=[bends[rising] for rising in specs.values()],
        max_features=tried,
        random_state=seed,
    ).fit(table, bad)


def forest_document(
    model: HistGradientBoostingClassifier, name: str, currency: str, features: list[str], scale: Scale
) -> str:
    """The trees as JSON numbers: nothing in the file can run."""
    document = {
        "format": "loanline-forest-1",
        "name": name,
        "currency": currency,
        "scale": {"base": scale.base, "odds": str(scale.odds), "pdo": scale.pdo},
        "features": features,
        "start": float(model._baseline_prediction.ravel()[0]),
        "trees": [_columns(stage[0].nodes) for stage in model._predictors],
    }
    return json.dumps(document, separators=(",", ":")) + "\n"


def _columns(nodes: Array) -> list[list[float]]:
    leaf = nodes["is_leaf"].astype(bool)
    number = np.where(leaf, nodes["value"], nodes["num_threshold"])
    return [
        np.where(leaf, -1, nodes["feature_idx"]).astype(int).tolist(),
        [float(f"{value:.9g}") for value in number],
        np.where(leaf, 0, nodes["left"]).astype(int).tolist(),
        np.where(leaf, 0, nodes["right"]).astype(int).tolist(),
        np.where(leaf, 0, nodes["missing_go_to_left"]).astype(int).tolist(),
    ]


def _bound(value: float | None) -> str | None:
    return None if value is None else f"{value:.12g}"
