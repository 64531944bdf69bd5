"""The model card: what the scorecard is, how good it was measured to be, and what it must not be used for."""

from __future__ import annotations

import hashlib

import numpy as np

from core.training.measure import Quality, deciles, groups, population_shift
from core.training.past_loans import PastLoans
from core.training.recipe import SCALE, Folds, Trained

__all__ = ["model_card"]

_AGES = ((0, "under 30"), (30, "30 to 44"), (45, "45 to 61"), (62, "62 and over"))
#: The score that the packaged policy's first band asks for.
_CUT_OFF = 520


def model_card(loans: PastLoans, folds: Folds, trained: Trained, name: str) -> str:
    """The page in Markdown. Every figure is measured on people the model had not seen."""
    parts = [_HEAD.format(name=name, rows=f"{len(loans.bad):,}", share=f"{loans.bad.mean():.2%}")]
    parts += [_quality(folds), _points(trained), _calibration(loans, folds), _stability(loans, folds)]
    parts += [_fairness(loans, folds), _limits(trained)]
    return "\n".join(parts)


def _quality(folds: Folds) -> str:
    def row(what: str, one: Quality) -> str:
        return f"| {what} | {one.auc:.4f} | {one.ks:.4f} | {one.brier:.5f} |"

    lines = [
        "## How well it ranks",
        "",
        "Means of five stratified folds; bins, weights and points are made anew in each.",
        "",
        "| | AUC | KS | Brier |",
        "|---|---|---|---|",
        row("this scorecard (whole points)", folds.card),
        row("the same with age, for comparison only", folds.card_with_age),
        row("the challenger in its shadow (boosted trees)", folds.forest),
        row("the same with age, for comparison only", folds.forest_with_age),
        row("five such forests averaged, for comparison only", folds.forests),
        row("five with age, for comparison only", folds.forests_with_age),
        "",
        f"Leaving age out costs the scorecard {folds.card_with_age.auc - folds.card.auc:.4f} of AUC, the challenger",
        f"{folds.forest_with_age.auc - folds.forest.auc:.4f}. It stays out: age is a prohibited basis,",
        "and the exception for sound systems is not used (12 CFR 1002.2(z) and 1002.6(b)(2)). Figures quoted for this",
        "table, such as .857 and .559 for a scorecard or .866 and .579 for boosted trees, are measured on all its",
        "columns unless they say otherwise: hold them against the rows with age. Averaging five forests gains next to",
        "nothing without age, so one stands in the shadow.",
        "",
        "What the same method reaches on other public tables is in [scorecard-elsewhere.md](scorecard-elsewhere.md).",
        "",
    ]
    return "\n".join(lines)


def _points(trained: Trained) -> str:
    fitted = trained.fitted
    lines = [
        "## Points",
        "",
        f"{SCALE.base} points stand for {SCALE.odds} goods to one bad; {SCALE.pdo} more double that. The table with",
        "every bin is `core/scoring/cards/us-scorecard.json`; its SHA-256 is in the versions of each decision.",
        "",
        "| Feature | Information value | Least | Most | Better when |",
        "|---|---|---|---|---|",
    ]
    for name, spec in fitted.specs.items():
        points = fitted.points[name]
        lines.append(
            f"| {spec.label} | {fitted.bins[name].information_value:.3f} | {min(points)} | {max(points)} "
            f"| {'higher' if spec.rising else 'lower'} |"
        )
    return "\n".join([*lines, ""])


def _calibration(loans: PastLoans, folds: Folds) -> str:
    lines = [
        "## Predicted and happened",
        "",
        "Tenths of the people from the safest on, by the chance they were given when unseen.",
        "",
        "| Tenth | Predicted | Happened | Challenger predicted | Challenger happened |",
        "|---|---|---|---|---|",
    ]
    pairs = zip(deciles(folds.card_pd, loans.bad), deciles(folds.forest_pd, loans.bad), strict=True)
    for number, (mine, other) in enumerate(pairs, 1):
        lines.append(
            f"| {number} | {mine.predicted:.2%} | {mine.happened:.2%} | {other.predicted:.2%} | {other.happened:.2%} |"
        )
    return "\n".join([*lines, ""])


def _stability(loans: PastLoans, folds: Folds) -> str:
    cuts = np.quantile(folds.card_pd, np.linspace(0.1, 0.9, 9))
    half = np.random.default_rng(0).permutation(len(loans.bad))
    first, second = np.array_split(half, 2)
    shift = population_shift(folds.card_pd[first], folds.card_pd[second], np.unique(cuts))
    return (
        "## Stability\n\n"
        f"Between two random halves the population stability index is {shift:.4f}, which is what chance alone gives\n"
        "here. The table has no dates, so drift over time cannot be measured on it: `loanline decisions drift` does\n"
        "that on stored decisions, against the shares of people in each bin of the table.\n"
    )


def _fairness(loans: PastLoans, folds: Folds) -> str:
    names = np.full(len(loans.age), _AGES[0][1], dtype=object)
    for least, name in _AGES[1:]:
        names[loans.age >= least] = name
    lines = [
        "## By age, as a report only",
        "",
        f"Age is no feature. The pass mark here is {_CUT_OFF} points, under which the packaged policy declines.",
        "The ratio is to the group that passes most (four fifths is the usual line).",
        "",
        "| Age | People | Went bad | Passed | Ratio | Bad among passed | AUC inside |",
        "|---|---|---|---|---|---|---|",
    ]
    cut_off = float(SCALE.pd(_CUT_OFF))
    order = [name for _, name in _AGES]
    lines += [
        f"| {row.name} | {row.people:,} | {row.bad_rate:.2%} | {row.passed:.1%} | {row.ratio:.3f} "
        f"| {row.bad_rate_of_passed:.2%} | {row.auc:.3f} |"
        for row in sorted(groups(names, folds.card_pd, loans.bad, cut_off), key=lambda one: order.index(one.name))
    ]
    note = (
        "The table holds no sex, origin or place, so nothing can be said about those groups. A lender measures\n"
        "them on its own applicants."
    )
    return "\n".join([*lines, "", note, ""])


def _limits(trained: Trained) -> str:
    digests = [hashlib.sha256(text.encode()).hexdigest() for text in (trained.card_text, trained.forest_text)]
    return _LIMITS.format(card=digests[0], forest=digests[1])


_HEAD = """# The scorecard {name}

This page is written by `loanline model train`; do not edit it by hand.

**What it is for.** The chance that a borrower with a credit report falls ninety days behind within two years. The
score bounds the amount and adds to the price by the bands of `core/decision/policy.toml`. Nobody without a report that
can bear it (no consent, no file, a thin, frozen or old one) is scored: they are decided by their debts and income.

**What it looks at.** Six figures of the credit report and of what was said on the phone. No age, sex, nationality,
origin, family, religion, health, name, place, employer, telephone number or voice: the table refuses any feature that
is not on the list in `core/scoring/rating.py`.

**Learnt from.** Give Me Some Credit: {rows} borrowers in the United States, {share} of whom went bad. The data is not
in this project; it is read from the package `empulse` when that is installed. Where no income was stated, income and
debt ratio count as unknown.

**How.** Monotone bins (`core/training/binning.py`), weight of evidence, logistic regression, whole points. Training
twice gives the same files. Without `empulse`, give the table with `--data`.
"""

_LIMITS = """## Limits

- The past loans are of one country around 2008; sums of money are in US dollars, so nobody with another currency is
  scored. A lender calibrates on its own loans before it trusts the percentages: shift the scale, keep the ranking.
- The table counts each late payment; a bureau that only tells the worst status of a line counts once a line.
- Its debt ratio holds living costs too, ours holds debt payments only, so ours is the lower of the two.
- It holds accepted borrowers only. Keep a small random sample approved below the mark to learn about the others.
- The challenger explains nothing. It is compared with the scorecard on each decision and never decides.

| File | SHA-256 |
|---|---|
| `core/scoring/cards/us-scorecard.json` | `{card}` |
| `core/scoring/cards/us-challenger.json` | `{forest}` |
"""
