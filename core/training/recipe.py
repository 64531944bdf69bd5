"""The recipe of the committed models: features, scale, folds; training twice on the same data gives the same files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from sklearn.model_selection import StratifiedKFold

from core.errors import EnvironmentProblem
from core.scoring.rating import Scale
from core.scoring.scorecard import Scorecard, parse_scorecard
from core.scoring.trees import Forest, parse_forest
from core.training.fit import FeatureSpec, FittedCard, fit_card, fit_forest, forest_document
from core.training.measure import Quality, quality
from core.training.past_loans import PastLoans

__all__ = ["CARD", "FOREST", "SCALE", "Folds", "Trained", "cross_validate", "train"]

Array = np.ndarray[Any, Any]

#: 600 points are twenty goods to one bad; forty more double that.
SCALE = Scale(600, Decimal(20), 40)
CARD = {
    "utilisation": FeatureSpec(False, "card_balances_high", "balance over limit on cards and credit lines"),
    "late_weighted": FeatureSpec(
        False, "payments_late", "late payments in two years: 30 days count 1, 60 days 2, 90 days and more 3"
    ),
    "debt_ratio": FeatureSpec(False, "debts_high_for_income", "monthly debt payments over monthly income"),
    "monthly_income": FeatureSpec(True, "debts_high_for_income", "monthly income"),
    "open_lines": FeatureSpec(True, "short_credit_record", "open loans and credit lines"),
    "home_loans": FeatureSpec(False, "many_home_loans", "loans on homes and land"),
}
#: Late payments may only count against somebody. The other figures go both ways: no line at all, or no debt, is no
#: better than some.
FOREST: dict[str, bool | None] = {
    "utilisation": None,
    "late_30": False,
    "late_60": False,
    "late_90": False,
    "late_weighted": False,
    "debt_ratio": None,
    "monthly_income": None,
    "monthly_debt": None,
    "open_lines": None,
    "home_loans": None,
}
#: Boosted one after another.
TREES = 300
_FOLDS = 5
#: Forests that are averaged, for the report alone; each sees this share of the people and of the features at a time.
_FORESTS, _PEOPLE, _TRIED = 5, 0.8, 0.4
_CHECKED = 300


@dataclass(frozen=True, slots=True)
class Folds:
    """Means over the folds, each measured on people its model never saw; and the chances they were given."""

    card: Quality
    card_with_age: Quality
    forest: Quality
    forest_with_age: Quality
    forests: Quality
    forests_with_age: Quality
    card_pd: Array
    forest_pd: Array


@dataclass(frozen=True, slots=True)
class Trained:
    card_text: str
    forest_text: str
    fitted: FittedCard


def train(loans: PastLoans, name: str, currency: str, trees: int = TREES) -> Trained:
    """Fit both on everything. Raises ``EnvironmentProblem`` when the written tables do not say what was fitted."""
    fitted = fit_card(loans.features, loans.bad, CARD, SCALE)
    about = {
        "target": "ninety days late within two years",
        "trained_on": f"Give Me Some Credit, {len(loans.bad)} rows",
        "scores": _shares(fitted.scores(loans.features)),
    }
    card_text = fitted.document(name, currency, about)
    model = fit_forest(loans.features, loans.bad, FOREST, trees)
    forest_text = forest_document(model, f"{name}-challenger", currency, list(FOREST), SCALE)
    rows = np.random.default_rng(0).choice(len(loans.bad), min(_CHECKED, len(loans.bad)), replace=False)
    _agree(loans.part(rows), fitted, parse_scorecard(card_text), model, parse_forest(forest_text))
    return Trained(card_text, forest_text, fitted)


def cross_validate(loans: PastLoans, trees: int = TREES) -> Folds:
    """Five stratified folds; binning, weights and points are made anew in each. What is measured with age is for the
    report alone: it is fitted here, compared and thrown away."""
    with_age = {**CARD, "age": FeatureSpec(True, "age", "age")}
    aged_forest: dict[str, bool | None] = {**FOREST, "age": None}
    found: dict[str, list[Quality]] = {"card": [], "card_with_age": [], "forest": [], "forest_with_age": []}
    found |= {"forests": [], "forests_with_age": []}
    card_pd, forest_pd = np.zeros(len(loans.bad)), np.zeros(len(loans.bad))
    for seen, unseen in StratifiedKFold(_FOLDS, shuffle=True, random_state=0).split(loans.bad, loans.bad):
        old, new = loans.part(seen), loans.part(unseen)
        card_pd[unseen] = fit_card(old.features, old.bad, CARD, SCALE).pd(new.features)
        seen_aged, unseen_aged = ({**part.features, "age": part.age} for part in (old, new))
        aged = fit_card(seen_aged, old.bad, with_age, SCALE)
        forest_pd[unseen] = _chances(fit_forest(old.features, old.bad, FOREST, trees), new.features, FOREST)
        aged_pd = _chances(fit_forest(seen_aged, old.bad, aged_forest, trees), unseen_aged, aged_forest)
        found["card"].append(quality(card_pd[unseen], new.bad))
        found["card_with_age"].append(quality(aged.pd(unseen_aged), new.bad))
        found["forest"].append(quality(forest_pd[unseen], new.bad))
        found["forest_with_age"].append(quality(aged_pd, new.bad))
        several = _averaged(old.features, old.bad, new.features, FOREST, trees)
        found["forests"].append(quality(several, new.bad))
        several = _averaged(seen_aged, old.bad, unseen_aged, aged_forest, trees)
        found["forests_with_age"].append(quality(several, new.bad))
    means = {
        name: Quality(*(float(np.mean([getattr(one, part) for one in folds])) for part in ("auc", "ks", "brier")))
        for name, folds in found.items()
    }
    return Folds(**means, card_pd=card_pd, forest_pd=forest_pd)


def _averaged(
    seen: Mapping[str, Array], bad: Array, unseen: Mapping[str, Array], specs: Mapping[str, bool | None], trees: int
) -> Array:
    """What several forests, each grown on other people, say on average."""
    chances = np.zeros(len(next(iter(unseen.values()))))
    for seed in range(_FORESTS):
        rows = np.random.default_rng(seed).choice(len(bad), int(_PEOPLE * len(bad)), replace=False)
        some = {name: values[rows] for name, values in seen.items()}
        model = fit_forest(some, bad[rows], specs, trees, tried=_TRIED, seed=seed)
        chances += _chances(model, unseen, specs) / _FORESTS
    return chances


def _chances(model: Any, features: Mapping[str, Array], names: Iterable[str]) -> Array:
    chances: Array = model.predict_proba(np.column_stack([features[name] for name in names]))[:, 1]
    return chances


def _agree(loans: PastLoans, fitted: FittedCard, card: Scorecard, model: Any, forest: Forest) -> None:
    """The tables, read as a decision reads them, give the scores and chances of what was fitted."""
    scores = fitted.scores(loans.features)
    chances = _chances(model, loans.features, FOREST)
    for at in range(len(loans.bad)):
        row = {name: _exact(values[at]) for name, values in loans.features.items()}
        same_points = card.rate(row).score == scores[at]
        if not same_points or abs(float(forest.rate(row).pd) - chances[at]) > 1e-5:
            raise EnvironmentProblem("The written model is not the fitted one: use the locked version of scikit-learn.")


def _shares(scores: Array) -> dict[str, list[str] | list[int]]:
    """Ten or so classes of the training scores and the share of people in each: what drift is measured against."""
    cuts = np.unique(np.quantile(scores, np.linspace(0.1, 0.9, 9), method="inverted_cdf")).astype(int)
    counts = np.bincount(np.searchsorted(cuts, scores, side="right"), minlength=len(cuts) + 1)
    return {"cuts": cuts.tolist(), "shares": [f"{count / len(scores):.5f}" for count in counts]}


def _exact(value: float) -> Decimal | None:
    return None if np.isnan(value) else Decimal(repr(float(value)))
