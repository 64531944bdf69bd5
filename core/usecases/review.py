"""People decide what the rules leave to people: a queue with reasons, two of them for large sums, never one's own work.

That the second person is another one than the first, and neither took part in the call, is checked here and not in any
screen (maker is not checker).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from core.application import Channel, Status
from core.codec import from_plain
from core.decision.checks import NO_CHECKS
from core.decision.decide import decide_by_person
from core.decision.facts import facts_of
from core.decision.keeping import KeptReceipt, ReviewNote
from core.decision.model import Decision, Facts, Outcome, Reason
from core.decision.reasons import MOST_REASONS, reason, reasons_a_person_may_give
from core.decision.receipt import bundle
from core.errors import Conflict, Forbidden, InvalidInput, Shredded
from core.lending.owing import REASONS
from core.money import Money
from core.ports import Clock, Storage, StoredApplication, UnitOfWork
from core.privacy import standing
from core.usecases.decisions import Rulebook
from core.usecases.holds import require_free
from core.usecases.verify import CREDIT_REPORT, TAKEN_BACK

__all__ = ["Reviewed", "Verdict", "Waiting", "queue", "say"]

_SHORTEST_REASON = 10
_LONGEST_REASON = 2000


class Verdict(StrEnum):
    APPROVE = "approve"
    DECLINE = "decline"
    INCOMPLETE = "incomplete"


_STATUS = {
    Verdict.APPROVE: Status.APPROVED,
    Verdict.DECLINE: Status.DECLINED,
    Verdict.INCOMPLETE: Status.INCOMPLETE,
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """One case in the queue: why it waits, since when, what is asked for, and who said yes already. No name."""

    case_id: str
    since: datetime
    amount: Money
    reasons: tuple[Reason, ...]
    approved_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """``settled`` is False while a second person's yes is awaited; then ``decision`` is still the first one."""

    status: Status
    settled: bool
    decision: Decision


def queue(storage: Storage, limit: int = 50) -> list[Waiting]:
    """Cases that wait for a person, longest waiting first. Those whose keys were destroyed wait for nobody."""
    with storage.begin() as work:
        found = []
        for case_id in work.applications.in_status(Status.REVIEW, limit):
            try:
                stored = work.applications.get(case_id)
            except Shredded:
                continue
            found.append(
                Waiting(
                    case_id,
                    stored.application.received_at,
                    stored.application.amount.value,
                    stored.decision.reasons,
                    tuple(sorted(_standing_yes(work.reviews.of(case_id)))),
                )
            )
    return found


def say(
    storage: Storage,
    clock: Clock,
    rules: Rulebook,
    case_id: str,
    reviewer: str,
    verdict: Verdict,
    why: str,
    *,
    codes: tuple[str, ...] = (),
    hands: Collection[str] = (),
) -> Reviewed:
    """One reviewer's verdict on a case in review, with the reason in words (sealed).

    A decline names one to four reason ``codes`` for the borrower. An approval above the policy's
    ``second_person_above`` waits for a second person; it makes the offers that the rules allow today, and none where
    they allow none; without the credit report, once the person took the consent to it back. ``hands`` are the staff
    who took part in the call: none of them may review it. Raises
    ``Forbidden`` for them and for the same person twice, ``Conflict`` when the case is not in review or no offer is
    allowed, ``InvalidInput``, ``NotFound`` and ``StorageError``.
    """
    why = why.strip()
    if not _SHORTEST_REASON <= len(why) <= _LONGEST_REASON:
        raise InvalidInput("why", f"say in {_SHORTEST_REASON} to {_LONGEST_REASON} characters why")
    given = _given(verdict, codes)
    if reviewer in hands:
        raise Forbidden("You took part in this call; somebody else reviews it.")
    with storage.begin() as work:
        stored = work.applications.get(case_id)
        if stored.status is not Status.REVIEW:
            raise Conflict("This case does not wait for a review; reload the queue.")
        before = _standing_yes(work.reviews.of(case_id))
        if verdict is Verdict.APPROVE:
            require_free(work, case_id)
        if verdict is Verdict.APPROVE and reviewer in before:
            raise Forbidden("You said yes to this case already; a second person has to agree.")
        work.reviews.add(case_id, ReviewNote(reviewer, verdict.value, why, clock.now()))
        waits, kept = False, work.receipts.of(case_id)
        facts = _facts(stored, kept, standing(work.consents.of(case_id), CREDIT_REPORT), clock)
        decision = _declined(stored.decision, given, verdict)
        if verdict is Verdict.APPROVE:
            decision = _approved(facts, rules)
            waits = _large(decision, rules) and not before
        work.audit.append(
            reviewer, "review.said", case_id, {"verdict": verdict.value, "codes": list(codes), "waits": waits}
        )
        if waits:
            work.commit()
            return Reviewed(Status.REVIEW, settled=False, decision=stored.decision)
        _settle(work, clock, rules, case_id, verdict, decision, facts, kept)
        work.audit.append(reviewer, "review.settled", case_id, {"outcome": decision.outcome.value})
        work.commit()
    return Reviewed(_STATUS[verdict], settled=True, decision=decision)


def _settle(
    work: UnitOfWork,
    clock: Clock,
    rules: Rulebook,
    case_id: str,
    verdict: Verdict,
    decision: Decision,
    facts: Facts,
    kept: list[KeptReceipt],
) -> None:
    work.applications.settle(case_id, decision, _STATUS[verdict])
    if verdict is Verdict.DECLINE and work.applications.get(case_id).application.channel is Channel.PHONE:
        work.owed_texts.owe(case_id, REASONS, clock.now())  # nobody is on the line who could be told
    if verdict is Verdict.APPROVE:
        evidence = kept[-1].bundle["evidence"] if facts.checks.evidence else ()
        made = bundle(facts, decision, rules.pack, rules.policy, rules.champion, None, evidence, by_person=True)
        work.receipts.keep(case_id, "settled", made, clock.now())


def _given(verdict: Verdict, codes: tuple[str, ...]) -> tuple[Reason, ...]:
    """The reasons a reviewer gives a borrower (12 CFR 1002.9(b)(2): specific, at most four)."""
    allowed = reasons_a_person_may_give()
    if verdict is Verdict.APPROVE:
        if codes:
            raise InvalidInput("codes", "an approval needs no reason codes; leave them out")
        return ()
    if not 1 <= len(codes) <= MOST_REASONS or not set(codes) <= set(allowed):
        raise InvalidInput("codes", f"give one to four of {', '.join(allowed)}")
    return tuple(reason(code) for code in dict.fromkeys(codes))


def _standing_yes(notes: list[ReviewNote]) -> set[str]:
    """Who said yes and was not followed by another verdict."""
    agreed: set[str] = set()
    for note in notes:
        agreed = agreed | {note.actor} if note.bound and note.verdict == Verdict.APPROVE.value else set()
    return agreed


def _facts(stored: StoredApplication, kept: list[KeptReceipt], allowed: bool, clock: Clock) -> Facts:
    """Today's facts, with what the outside said when the case was decided; without it, once the person has taken the
    consent back that it was asked under."""
    checks = from_plain(Facts, kept[-1].bundle["facts"], "facts").checks if kept else NO_CHECKS
    if checks.evidence and not allowed:
        checks = TAKEN_BACK
    return facts_of(stored.application, stored.risk, clock.now().date(), checks)


def _approved(facts: Facts, rules: Rulebook) -> Decision:
    decision = decide_by_person(facts, rules.pack, rules.policy, rules.champion)
    if decision.outcome is not Outcome.APPROVE:
        codes = ", ".join(one.code for one in decision.reasons)
        raise Conflict(f"The rules allow no offer here ({codes}), and a review cannot lift them; decline the case.")
    return decision


def _declined(first: Decision, given: tuple[Reason, ...], verdict: Verdict) -> Decision:
    outcome = Outcome.INCOMPLETE if verdict is Verdict.INCOMPLETE else Outcome.DECLINE
    return replace(first, outcome=outcome, reasons=given, offers=())


def _large(decision: Decision, rules: Rulebook) -> bool:
    limit = rules.policy.rules_for(rules.pack).second_person_above
    return max(terms.principal for terms in decision.offers) > limit
