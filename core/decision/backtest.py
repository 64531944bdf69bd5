"""Past decisions held against how the loans ended, under the rules of then or under others. Pure, exact, no names.

Only loans that were made can end, so that a backtest says nothing of the people who were declined: for them it counts
what would be decided now, and no more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from core.decision.decide import decide
from core.decision.model import Decision, Facts, Outcome
from core.decision.policy import Policy, Rules
from core.decision.rated import features_of
from core.decision.studies import area_under_curve
from core.errors import InvalidInput
from core.jurisdiction.pack import Pack
from core.money import Money
from core.scoring.rating import Rater, Rating

__all__ = ["Backtest", "BandRow", "Past", "backtest"]

_PLACES = Decimal("0.0001")
_UNSCORED = "not scored"


@dataclass(frozen=True, slots=True)
class Past:
    """One decision as it was made, and whether its loan went bad; ``None``: it has not ended, or was never made."""

    facts: Facts
    decision: Decision
    bad: bool | None


@dataclass(frozen=True, slots=True)
class BandRow:
    """The applicants of one score band. ``predicted`` and ``happened`` are means over the loans that ended."""

    band: str
    people: int
    approved_then: int
    approved_now: int
    ended: int
    bad: int
    predicted: Decimal | None
    happened: Decimal | None


@dataclass(frozen=True, slots=True)
class Backtest:
    """``lent_then`` and ``lost_then`` count the loans that ended; ``lent_now`` and ``lost_now`` what of them would be
    lent, and lost, by today's offers. ``auc`` and ``brier`` are ``None`` without scored loans of both kinds."""

    people: int
    ended: int
    rows: tuple[BandRow, ...]
    lent_then: Money
    lost_then: Money
    lent_now: Money
    lost_now: Money
    auc: Decimal | None
    brier: Decimal | None


@dataclass(frozen=True, slots=True)
class _Seen:
    past: Past
    now: Decision
    rating: Rating | None
    band: str


def backtest(cases: Iterable[Past], pack: Pack, policy: Policy, rater: Rater | None, loss_share: Decimal) -> Backtest:
    """Decide every case again on its own facts and day. The first offer counts as lent, ``loss_share`` of a bad loan
    as lost. Raises ``InvalidInput`` when there is no case, and what ``decide`` raises."""
    rules = policy.rules_for(pack)
    seen = [_seen(one, pack, policy, rules, rater) for one in cases]
    if not seen:
        raise InvalidInput("decisions", "there are none stored yet; decide some applications first")
    ended = [one for one in seen if one.past.bad is not None]
    scored = [(one.rating.pd, bool(one.past.bad)) for one in ended if one.rating is not None]
    both = len({bad for _, bad in scored}) == 2
    lent_then, lost_then = _sums([(one.past.decision, one.past.bad) for one in ended], pack, loss_share)
    lent_now, lost_now = _sums([(one.now, one.past.bad) for one in ended], pack, loss_share)
    return Backtest(
        people=len(seen),
        ended=len(ended),
        rows=tuple(_row(name, [one for one in seen if one.band == name]) for name in _names(rules, seen)),
        lent_then=lent_then,
        lost_then=lost_then,
        lent_now=lent_now,
        lost_now=lost_now,
        auc=area_under_curve([pd for pd, _ in scored], [bad for _, bad in scored]) if both else None,
        brier=_mean([(pd - int(bad)) ** 2 for pd, bad in scored]) if both else None,
    )


def _seen(past: Past, pack: Pack, policy: Policy, rules: Rules, rater: Rater | None) -> _Seen:
    row = features_of(past.facts)
    usable = rater is not None and row is not None and rater.currency == past.facts.amount.currency
    rating = rater.rate(row) if rater is not None and row is not None and usable else None
    return _Seen(past, decide(past.facts, pack, policy, rater), rating, _band(rules, rating))


def _band(rules: Rules, rating: Rating | None) -> str:
    if rating is None or not rules.score_bands:
        return _UNSCORED
    band = rules.band_of(rating.score)
    return f"from {band.least}" if band is not None else f"under {rules.score_bands[0].least}"


def _names(rules: Rules, seen: list[_Seen]) -> list[str]:
    """The bands that somebody is in, the lowest first."""
    lowest = [f"under {rules.score_bands[0].least}"] if rules.score_bands else []
    order = [*lowest, *(f"from {band.least}" for band in rules.score_bands), _UNSCORED]
    there = Counter(one.band for one in seen)
    return [name for name in order if there[name]]


def _row(name: str, inside: list[_Seen]) -> BandRow:
    ended = [one for one in inside if one.past.bad is not None]
    chances = [one.rating.pd for one in ended if one.rating is not None]
    bad = sum(bool(one.past.bad) for one in ended)
    return BandRow(
        band=name,
        people=len(inside),
        approved_then=sum(one.past.decision.outcome is Outcome.APPROVE for one in inside),
        approved_now=sum(one.now.outcome is Outcome.APPROVE for one in inside),
        ended=len(ended),
        bad=bad,
        predicted=_mean(chances) if chances else None,
        happened=(Decimal(bad) / len(ended)).quantize(_PLACES) if ended else None,
    )


def _sums(made: list[tuple[Decision, bool | None]], pack: Pack, loss_share: Decimal) -> tuple[Money, Money]:
    """What the first offers come to, and what of it is lost on the bad ones."""
    lent = lost = Money.zero(pack.currency)
    for decision, bad in made:
        if decision.outcome is Outcome.APPROVE:
            principal = decision.offers[0].principal
            lent = lent + principal
            lost = lost + Money.rounded(principal.major * loss_share * int(bool(bad)), pack.currency)
    return lent, lost


def _mean(values: list[Decimal]) -> Decimal:
    return (sum(values, Decimal(0)) / len(values)).quantize(_PLACES)
