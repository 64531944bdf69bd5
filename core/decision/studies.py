"""Studies over stored decision bundles: other rules, drift, shocks, champion against challenger. Pure, exact, no names.

A bundle is what ``core.decision.receipt.bundle`` makes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from itertools import pairwise
from typing import Any

from core.codec import from_plain
from core.decision.decide import decide
from core.decision.model import Decision, Facts, Outcome
from core.decision.policy import Policy
from core.decision.rated import features_of
from core.errors import InvalidInput
from core.jurisdiction.pack import Pack
from core.money import Money
from core.scoring.rating import Rater
from core.scoring.scorecard import Scorecard

__all__ = [
    "Drift",
    "Shadowed",
    "Shock",
    "Stress",
    "area_under_curve",
    "compare_shadow",
    "decision_in",
    "drift_of",
    "expected_loss",
    "facts_in",
    "flows",
    "stress",
]

Bundle = Mapping[str, Any]

#: Shares under this count as this, so that an empty class gives no infinite index.
_FLOOR = Decimal("0.0001")
_PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Drift:
    """A population stability index: of the scores, or of one feature. ``shares`` are (class, then, now)."""

    name: str
    index: Decimal
    people: int
    shares: tuple[tuple[str, Decimal, Decimal], ...]

    @property
    def advice(self) -> str:
        """The usual reading; with few people chance alone reaches it."""
        if self.index <= Decimal("0.10"):
            return "stable"
        return "watch" if self.index <= Decimal("0.25") else "act"


@dataclass(frozen=True, slots=True)
class Shadowed:
    """Champion against challenger over scored decisions. ``outcomes`` counts (champion's, challenger's)."""

    scored: int
    outcomes: dict[tuple[str, str], int]
    mean_champion_pd: Decimal
    mean_challenger_pd: Decimal
    farthest_apart: tuple[Decimal, ...]
    failed: int


@dataclass(frozen=True, slots=True)
class Shock:
    """``income`` and ``pd`` are factors: 0.80 is a fifth less, 1.50 half as much again."""

    name: str
    income: Decimal = Decimal(1)
    pd: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Stress:
    """What the same applicants would come to under a shock. ``loss`` is the expected one on scored approvals."""

    shock: Shock
    outcomes: dict[str, int]
    lent: Money
    loss: Money


def flows(pairs: Iterable[tuple[Decision, Decision]]) -> dict[tuple[str, str], int]:
    """How many went from which outcome to which."""
    counted: Counter[tuple[str, str]] = Counter()
    counted.update((old.outcome.value, new.outcome.value) for old, new in pairs)
    return dict(counted)


def drift_of(card: Scorecard, facts: Sequence[Facts]) -> list[Drift]:
    """The score's index and each feature's, against the people the scorecard was made from.

    Raises ``InvalidInput`` when no stored decision was scored.
    """
    rows = [row for row in map(features_of, facts) if row is not None]
    if not rows:
        raise InvalidInput("decisions", "none of them was scored; drift needs decisions with a credit report")
    document = json.loads(card.source)
    scores = [card.rate(row).score for row in rows]
    cuts = [Decimal(cut) for cut in document["scores"]["cuts"]]
    then = [Decimal(share) for share in document["scores"]["shares"]]
    found = [_drift("score", then, cuts, [Decimal(score) for score in scores])]
    for feature in document["features"]:
        people = [Decimal(one["people"]) for one in feature["bins"]]
        bounds = [Decimal(one["high"]) for one in feature["bins"] if one["high"] is not None]
        values = [value for row in rows if (value := row.get(feature["name"])) is not None]
        if values:
            found.append(_drift(feature["name"], [one / sum(people) for one in people], bounds, values))
    return found


def compare_shadow(bundles: Iterable[Bundle]) -> Shadowed:
    """What the challenger would have done, from what was stored beside each decision."""
    outcomes: Counter[tuple[str, str]] = Counter()
    mine, other, failed = [], [], 0
    for one in bundles:
        shadow = one["shadow"]
        if shadow is None:
            continue
        if "failed" in shadow:
            failed += 1
            continue
        outcomes[one["decision"]["outcome"], shadow["outcome"]] += 1
        mine.append(Decimal(shadow["champion_pd"]))
        other.append(Decimal(shadow["pd"]))
    apart = sorted((abs(a - b) for a, b in zip(mine, other, strict=True)), reverse=True)[:5]
    return Shadowed(len(mine), dict(outcomes), _mean(mine), _mean(other), tuple(apart), failed)


def area_under_curve(chances: Sequence[Decimal], bad: Sequence[bool]) -> Decimal:
    """How often a bad loan was given a higher chance than a good one; ties count half. Raises ``InvalidInput``."""
    goods = sorted(chance for chance, was_bad in zip(chances, bad, strict=True) if not was_bad)
    bads = [chance for chance, was_bad in zip(chances, bad, strict=True) if was_bad]
    if not goods or not bads:
        raise InvalidInput("outcomes", "give loans of both kinds, good and bad")
    counted: Counter[Decimal] = Counter()
    counted.update(goods)
    below, total = {}, 0
    for value in sorted(counted):
        below[value] = total
        total += counted[value]
    wins = Decimal(0)
    for chance in bads:
        under = below[chance] if chance in counted else sum(counted[good] for good in counted if good < chance)
        wins += under + Decimal(counted[chance]) / 2
    return (wins / (len(goods) * len(bads))).quantize(_PLACES)


def stress(
    facts: Sequence[Facts], shock: Shock, pack: Pack, policy: Policy, rater: Rater | None, loss_share: Decimal
) -> Stress:
    """Decide the same facts with incomes and chances changed. The first offer counts as lent."""
    outcomes: Counter[str] = Counter()
    lent = loss = 0
    for one in facts:
        income = Money.rounded(one.monthly_income.major * shock.income, one.monthly_income.currency, ROUND_HALF_EVEN)
        hit = replace(one, monthly_income=income)
        decision = decide(hit, pack, policy, rater)
        outcomes[decision.outcome.value] += 1
        if decision.outcome is Outcome.APPROVE:
            lent += decision.offers[0].principal.minor
            loss += expected_loss(hit, decision, rater, shock.pd, loss_share).minor
    return Stress(shock, dict(outcomes), Money(lent, pack.currency), Money(loss, pack.currency))


def expected_loss(facts: Facts, decision: Decision, rater: Rater | None, factor: Decimal, loss_share: Decimal) -> Money:
    """Principal of the first offer, times the chance, times the share lost; zero for whoever was not scored."""
    row = features_of(facts)
    principal = decision.offers[0].principal
    if rater is None or row is None or rater.currency != principal.currency:
        return Money.zero(principal.currency)
    chance = min(rater.rate(row).pd * factor, Decimal(1))
    return Money.rounded(principal.major * chance * loss_share, principal.currency)


def facts_in(bundle: Bundle) -> Facts:
    """The facts a bundle was decided on."""
    return from_plain(Facts, bundle["facts"], "facts")


def decision_in(bundle: Bundle) -> Decision:
    """The decision of a bundle, as it was made."""
    return from_plain(Decision, bundle["decision"], "decision")


def _drift(name: str, then: Sequence[Decimal], cuts: Sequence[Decimal], values: Sequence[Decimal]) -> Drift:
    counts = [0] * len(then)
    for value in values:
        counts[sum(value >= cut for cut in cuts)] += 1
    now = [Decimal(count) / len(values) for count in counts]
    with localcontext() as context:
        context.prec = 28
        pairs = [(max(old, _FLOOR), max(new, _FLOOR)) for old, new in zip(then, now, strict=True)]
        index = sum(((new - old) * (new / old).ln() for old, new in pairs), Decimal(0))
    names = [f"under {cuts[0]}", *(f"{low} to {high}" for low, high in pairwise(cuts)), f"{cuts[-1]} and over"]
    shares = [
        (label, old.quantize(_PLACES), new.quantize(_PLACES)) for label, old, new in zip(names, then, now, strict=True)
    ]
    return Drift(name, index.quantize(_PLACES), len(values), tuple(shares))


def _mean(values: Sequence[Decimal]) -> Decimal:
    return (sum(values, Decimal(0)) / len(values)).quantize(_PLACES) if values else Decimal(0)
