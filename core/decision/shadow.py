"""The challenger beside the champion: what it would have said, kept for comparison. It never decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.codec import to_plain
from core.decision.decide import decide
from core.decision.model import Decision, Facts
from core.decision.policy import Policy
from core.decision.rated import features_of
from core.decision.receipt import bundle
from core.errors import LoanlineError
from core.jurisdiction.pack import Pack
from core.scoring.rating import Rater

__all__ = ["Judged", "judge", "shadow_of"]


@dataclass(frozen=True, slots=True)
class Judged:
    """A decision and its bundle (``core.decision.receipt.bundle``), which holds the challenger's opinion too."""

    decision: Decision
    receipt: dict[str, Any]


def judge(
    facts: Facts,
    pack: Pack,
    policy: Policy,
    champion: Rater | None = None,
    challenger: Rater | None = None,
    evidence: Sequence[Mapping[str, Any]] = (),
) -> Judged:
    """Decide by the champion, ask the challenger, and bundle both. Raises what ``decide`` raises for the champion; a
    challenger that fails is noted and changes nothing. ``evidence`` are the outside's answers behind the facts."""
    decision = decide(facts, pack, policy, champion)
    shadow = shadow_of(facts, decision, pack, policy, champion, challenger)
    return Judged(decision, bundle(facts, decision, pack, policy, champion, shadow, evidence))


def shadow_of(
    facts: Facts, decision: Decision, pack: Pack, policy: Policy, champion: Rater | None, challenger: Rater | None
) -> dict[str, Any] | None:
    """Both models' scores and chances, and the outcome and largest offer under the challenger; ``None`` where nobody
    was scored. ``decision`` is the champion's; it is the challenger's too where both scores fall in one band."""
    row = features_of(facts)
    if row is None or champion is None or challenger is None or champion.currency != facts.amount.currency:
        return None
    try:
        other = challenger.rate(row)
        mine, rules = champion.rate(row), policy.rules_for(pack)
        same = rules.band_of(mine.score) == rules.band_of(other.score)
        under = decision if same else decide(facts, pack, policy, challenger)
    except LoanlineError as error:
        return {"model": challenger.version, "failed": error.code}
    return {
        "model": challenger.version,
        "score": other.score,
        "pd": str(other.pd),
        "outcome": under.outcome.value,
        "largest": to_plain(max((terms.principal for terms in under.offers), default=None)),
        "champion_score": mine.score,
        "champion_pd": str(mine.pd),
        "features": {name: None if value is None else str(value) for name, value in sorted(row.items())},
    }
