"""Decisions by the rules in force, the same for every channel; and stored decisions made again or under other rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.application import Application
from core.decision.checks import NO_CHECKS, Checks, Past
from core.decision.facts import facts_of
from core.decision.policy import Policy
from core.decision.receipt import Replay, replay
from core.decision.shadow import Judged, judge
from core.errors import LoanlineError, NotFound, Shredded
from core.jurisdiction.pack import Pack
from core.ports import Clock, Storage
from core.risk import RiskReport
from core.scoring.rating import Rater
from core.usecases.intake import Decide

__all__ = ["Again", "Rulebook", "again", "bundle_of", "read_bundles"]


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The rules in force: pack, policy, the scorecard that rates, and the challenger that is only compared."""

    pack: Pack
    policy: Policy
    champion: Rater | None = None
    challenger: Rater | None = None

    def decider(
        self,
        clock: Clock,
        checks: Checks = NO_CHECKS,
        evidence: Sequence[Mapping[str, Any]] = (),
        past: Past | None = None,
    ) -> Decide:
        """What ``core.usecases.intake.submit`` asks for: decides on today's facts and bundles what it decided by."""

        def decide(application: Application, risk: RiskReport) -> Judged:
            facts = facts_of(application, risk, clock.now().date(), checks, past)
            return judge(facts, self.pack, self.policy, self.champion, self.challenger, evidence)

        return decide


@dataclass(frozen=True, slots=True)
class Again:
    """One stored decision made again. ``error`` is the code of what kept it from being made; then there is no
    replay."""

    case_id: str
    kind: str
    bundle: dict[str, Any]
    replay: Replay | None
    error: str | None = None


def read_bundles(storage: Storage, limit: int, operator: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The newest bundles, (case, kind, bundle), the last of each case. One audit row says that they were read; cases
    whose keys were destroyed are passed over."""
    with storage.begin() as work:
        cases = work.receipts.cases(limit)
        work.audit.append(operator, "decisions.read", "decisions", {"cases": len(cases)})
        work.commit()
    for case_id in cases:
        try:
            with storage.begin() as work:
                kept = work.receipts.of(case_id)
        except Shredded:
            continue
        if kept:
            yield case_id, kept[-1].kind, kept[-1].bundle


def again(
    case_id: str,
    kind: str,
    bundle: dict[str, Any],
    pack: Pack | None = None,
    policy: Policy | None = None,
    rater: Rater | None = None,
) -> Again:
    """Make one stored decision again, under these rules or else its own. A failure is a finding, not an exception."""
    try:
        return Again(case_id, kind, bundle, replay(bundle, pack, policy, rater))
    except LoanlineError as error:
        return Again(case_id, kind, bundle, None, error.code)


def bundle_of(storage: Storage, case_id: str, operator: str) -> tuple[str, dict[str, Any]]:
    """The last bundle of one case and its kind; the look is an audit row. Raises ``NotFound`` and ``Shredded``."""
    with storage.begin() as work:
        kept = work.receipts.of(case_id)
        if not kept:
            raise NotFound("This case has no stored decision bundle; loanline decisions list shows those that do.")
        work.audit.append(operator, "decisions.read", case_id, {"cases": 1})
        work.commit()
    return kept[-1].kind, kept[-1].bundle
