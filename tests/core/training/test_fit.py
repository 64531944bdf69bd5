"""Training on small made-up loans: monotone, repeatable, the written table equal to the fitted one."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import EnvironmentProblem, InvalidInput
from core.scoring.rating import Scale
from core.scoring.scorecard import parse_scorecard
from core.training.binning import bin_feature, weights_of
from core.training.card import model_card
from core.training.fit import FeatureSpec, fit_card
from core.training.measure import deciles, groups, population_shift, quality
from core.training.past_loans import PastLoans, find_data, read_past_loans
from core.training.recipe import cross_validate, train

HEAD = (
    "id,SeriousDlqin2yrs,RevolvingUtilizationOfUnsecuredLines,age,NumberOfTime30-59DaysPastDueNotWorse,DebtRatio,"
    "MonthlyIncome,NumberOfOpenCreditLinesAndLoans,NumberOfTimes90DaysLate,NumberRealEstateLoansOrLines,"
    "NumberOfTime60-89DaysPastDueNotWorse,NumberOfDependents"
)


def made_up(count: int = 4000) -> str:
    dice = np.random.default_rng(3)
    rows = [HEAD]
    for number in range(count):
        used, ratio, late = dice.uniform(0, 1.4), dice.uniform(0, 1.2), int(dice.poisson(0.3))
        income, lines, homes = int(dice.uniform(1000, 12000)), int(dice.integers(0, 12)), int(dice.integers(0, 6))
        danger = -2.2 + 1.5 * used + 0.9 * late + 0.8 * ratio - income / 9000 - 0.1 * lines + 0.15 * homes
        bad = int(dice.uniform() < 1 / (1 + np.exp(-danger)))
        said = "NA" if number % 17 == 0 else str(income)
        rows.append(
            f"{number},{bad},{used:.4f},{20 + number % 60},{late},{ratio:.4f},{said},{lines},{late // 2},{homes},0,0"
        )
    return "\n".join(rows) + "\n"


@pytest.fixture(scope="module")
def loans(tmp_path_factory: pytest.TempPathFactory) -> PastLoans:
    path = tmp_path_factory.mktemp("loans") / "loans.csv"
    path.write_text(made_up())
    return read_past_loans(path)


def test_bins_are_monotone_large_enough_and_few() -> None:
    dice = np.random.default_rng(1)
    values = dice.uniform(0, 1, 5000)
    bad = (dice.uniform(0, 1, 5000) < values**2).astype(int)
    values[::10] = np.nan
    found = bin_feature(values, bad, rising=False, smallest=0.05, most=6)
    seen = [one for one in found.bins if not one.missing]
    rates = [one.bads / one.count for one in seen]
    assert rates == sorted(rates)
    assert 2 < len(seen) <= 6
    assert min(one.count for one in seen) >= 250
    assert sum(one.count for one in found.bins) == 5000
    assert found.bins[-1].missing
    weights = weights_of(found, np.array([0.01, 0.99, np.nan]))
    assert weights[0] > weights[2] > weights[1]


def test_the_wrong_direction_leaves_one_bin() -> None:
    values = np.arange(1000.0)
    bad = (values > 500).astype(int)
    assert len(bin_feature(values, bad, rising=True).bins) == 1
    with pytest.raises(InvalidInput):
        bin_feature(values, np.zeros(1000, dtype=int), rising=True)


def test_weight_of_evidence_by_hand() -> None:
    values = np.repeat([0.0, 1.0], 100)
    bad = np.concatenate([np.repeat([1, 0], [10, 90]), np.repeat([1, 0], [40, 60])])
    first, second = bin_feature(values, bad, rising=False).bins
    assert (first.goods, first.bads, second.goods, second.bads) == (90, 10, 60, 40)
    assert first.woe == pytest.approx(np.log((90.5 / 150.5) / (10.5 / 50.5)))


def test_the_written_table_says_what_was_fitted(loans: PastLoans) -> None:
    trained = train(loans, "test", "USD", trees=25)
    assert train(loans, "test", "USD", trees=25).card_text == trained.card_text
    card = parse_scorecard(trained.card_text)
    scores = trained.fitted.scores(loans.features)
    for at in range(0, 4000, 137):
        row = {
            name: None if np.isnan(values[at]) else Decimal(repr(float(values[at])))
            for name, values in loans.features.items()
        }
        assert card.rate(row).score == scores[at]
    shares = json.loads(trained.card_text)["scores"]["shares"]
    assert sum(float(share) for share in shares) == pytest.approx(1, abs=1e-3)
    measured = quality(trained.fitted.pd(loans.features), loans.bad)
    assert measured.auc > 0.75
    assert abs(trained.fitted.pd(loans.features).mean() - loans.bad.mean()) < 0.01


def test_a_feature_against_its_own_evidence_is_refused() -> None:
    """``echo`` looks risky alone, and protects once ``cause`` is known: its points would turn round."""
    dice = np.random.default_rng(5)
    cause = dice.normal(0, 1, 6000)
    echo = cause + dice.normal(0, 0.4, 6000)
    bad = (dice.uniform(0, 1, 6000) < 1 / (1 + np.exp(-(4 * cause - 3 * echo)))).astype(int)
    specs = {name: FeatureSpec(False, name, name) for name in ("cause", "echo")}
    with pytest.raises(InvalidInput) as caught:
        fit_card({"cause": cause, "echo": echo}, bad, specs, Scale(600, Decimal(20), 40))
    assert caught.value.field == "echo"


def test_cross_validation_and_the_card(loans: PastLoans) -> None:
    folds = cross_validate(loans, trees=25)
    assert 0.7 < folds.card.auc < 0.95
    assert (folds.card_pd > 0).all()
    page = model_card(loans, folds, train(loans, "test", "USD", trees=25), "test")
    assert "62 and over" in page
    assert f"{folds.card.auc:.4f}" in page


def test_quality_by_hand() -> None:
    measured = quality(np.array([0.9, 0.4, 0.4, 0.1]), np.array([1, 1, 0, 0]))
    assert (measured.auc, measured.ks) == (pytest.approx(0.875), pytest.approx(0.5))
    assert measured.brier == pytest.approx((0.01 + 0.36 + 0.16 + 0.01) / 4)


def test_deciles_groups_and_shift() -> None:
    pd = np.linspace(0.01, 0.5, 1000)
    bad = (np.arange(1000) % 4 == 0).astype(int)
    assert [one.people for one in deciles(pd, bad)] == [100] * 10
    rows = groups(np.where(np.arange(1000) < 500, "young", "old"), pd, bad, 0.4)
    assert {row.name: row.ratio for row in rows}["young"] == 1
    assert population_shift(pd, pd, np.array([0.1, 0.2])) == 0
    assert population_shift(pd, pd + 0.2, np.array([0.1, 0.2])) > 0.25


def test_a_file_that_is_not_the_table_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ("", "a,b\n1,2\n", HEAD + "\n", made_up(3).replace(",", ";")):
        (tmp_path / "x.csv").write_text(text)
        with pytest.raises(InvalidInput):
            read_past_loans(tmp_path / "x.csv")

    def nowhere(name: str) -> Any:
        return None

    monkeypatch.setattr("importlib.util.find_spec", nowhere)
    with pytest.raises(EnvironmentProblem, match="empulse"):
        find_data()
