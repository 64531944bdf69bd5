"""The decision: facts, a jurisdiction pack and the lender's policy in; an explained outcome out. Pure.

Order: what is not sure makes the application incomplete; what cannot be lent at all is declined; what does not fit
is counter-offered or declined; what fits goes to a person when the risk report holds it, and is approved otherwise.

The score, where there is one, bounds the amount and adds to the price by the policy's bands.

The fraud/credit wall: risk is read in ``_routed`` only, which can turn an approval into a review and nothing else.
A ``STEP_UP`` that comes in here was met: whoever asks for the step hands in a ``HOLD`` where what was shown does not
settle why it was asked for. Without the owner's one-time code nothing is decided at all.
"""

from __future__ import annotations

import hashlib

from core.catalogue import Purpose
from core.codec import to_json
from core.decision.checks import FileKind, State
from core.decision.facts import require_sound
from core.decision.model import Decision, Facts, Outcome, Reason, Terms, Versions
from core.decision.offers import find_offers
from core.decision.policy import Policy, Rules
from core.decision.pricing import Desk
from core.decision.rated import Standing, standing
from core.decision.reasons import FIELD_GROUPS, MOST_REASONS, principal_reasons, reason
from core.decision.versions import code_version
from core.errors import InvalidInput, PackError
from core.jurisdiction.pack import Pack, Product
from core.risk import RiskLevel
from core.scoring.rating import Rater

__all__ = ["NO_MODEL", "decide", "decide_by_person", "hash_of_facts", "versions_of"]

#: The model version of a decision that no scorecard took part in.
NO_MODEL = "none"
#: A stated income above so many times the wage on record is gone through by a person.
MOST_OVER_WAGE = 2

_Verdict = tuple[Outcome, tuple[Reason, ...], tuple[Terms, ...]]


def decide(facts: Facts, pack: Pack, policy: Policy, rater: Rater | None = None) -> Decision:
    """Decide one application. Equal inputs give equal decisions, to the byte.

    ``rater`` is the scorecard in force; it scores whoever has a credit report that can bear it. Raises
    ``InvalidInput`` naming an absurd fact, and ``PackError`` when the pack is not the applicant's, is not in force,
    has no rate cap for the day, or the policy does not cover it. Neither ever approves.
    """
    return _decided(facts, pack, policy, rater, by_person=False)


def decide_by_person(facts: Facts, pack: Pack, policy: Policy, rater: Rater | None = None) -> Decision:
    """What these facts come to when a person has looked at everything that brought a person in, and says yes.

    A person lifts what only a person may lift and nothing else: caps, affordability, limits and knock-outs stand, so
    the outcome may still be a decline. Raises what ``decide`` raises.
    """
    return _decided(facts, pack, policy, rater, by_person=True)


def _decided(facts: Facts, pack: Pack, policy: Policy, rater: Rater | None, *, by_person: bool) -> Decision:
    require_sound(facts)
    if facts.jurisdiction.upper() != pack.jurisdiction:
        raise PackError(f"The pack {pack.jurisdiction} is not the applicant's; choose the pack of their place.")
    if facts.amount.currency != pack.currency:
        raise InvalidInput("amount", f"this line lends in {pack.currency}")
    pack.require_in_force(facts.decided_on)
    pack.caps_on(facts.decided_on)
    stands = standing(facts, policy.rules_for(pack), rater)
    outcome, reasons, offers = _verdict(facts, pack, policy, stands, by_person=by_person)
    return Decision(
        outcome=outcome,
        reasons=principal_reasons(reasons),
        offers=offers,
        score=stands.rating.score if stands.rating else None,
        versions=versions_of(pack, policy, rater),
        inputs_hash=hash_of_facts(facts),
    )


def hash_of_facts(facts: Facts) -> str:
    """SHA-256 of the canonical JSON of the facts, in hex."""
    return hashlib.sha256(to_json(facts)).hexdigest()


def versions_of(pack: Pack, policy: Policy, rater: Rater | None = None) -> Versions:
    """Names and hashes of everything a decision under this pack, policy and model is made with."""
    return Versions(
        policy=f"{policy.version}/sha256:{policy.digest}",
        model=rater.version if rater else NO_MODEL,
        pack=f"{pack.jurisdiction}/{pack.version}/sha256:{pack.digest}",
        code=code_version(),
    )


def _verdict(facts: Facts, pack: Pack, policy: Policy, stands: Standing, *, by_person: bool) -> _Verdict:
    missing = _missing(facts, stands.rules)
    if missing:
        return Outcome.INCOMPLETE, missing, ()
    product = pack.product_for(facts.purpose)
    out = _knock_outs(facts, pack, product, stands.rules)
    if out or product is None:
        return Outcome.DECLINE, out, ()
    if stands.declined or stands.most < product.min_amount:
        return Outcome.DECLINE, stands.reasons or (reason("credit_report_missing"),), ()
    desk = Desk.for_facts(facts, pack, product, stands.rules)
    bounded = stands.most < min(facts.amount, product.max_amount)
    found = find_offers(desk, stands.most if bounded else facts.amount, facts.term_months, policy.most_offers)
    obstacles = found.obstacles
    if bounded:
        above = reason("amount_above_limit", amount=stands.most)
        obstacles = (*stands.reasons[: MOST_REASONS - 1], above, *obstacles)
    if not found.terms:
        return Outcome.DECLINE, (*found.obstacles, *stands.reasons), ()
    if by_person:
        return Outcome.APPROVE, (*obstacles[: MOST_REASONS - 1], reason("approved_by_person")), found.terms
    return _routed(facts, product, stands.rules, found.terms, (*obstacles, reason("fits_income")))


def _missing(facts: Facts, rules: Rules) -> tuple[Reason, ...]:
    grouped: dict[str, list[str]] = {}
    for name in facts.unsure_fields:
        if name not in FIELD_GROUPS:
            raise InvalidInput("unsure_fields", "it names a field that no application has")
        grouped.setdefault(FIELD_GROUPS[name], []).append(name.replace("_", " "))
    found = [
        reason(code, fields=", ".join(grouped[code]))
        for code in dict.fromkeys(FIELD_GROUPS.values())
        if code in grouped
    ]
    if not facts.owner_verified and "identity_unconfirmed" not in grouped:
        found.insert(0, reason("owner_unverified"))
    report = facts.checks.report
    if report is not None and report.kind is FileKind.FROZEN:
        found.append(reason("credit_file_frozen"))
    elif rules.report_needed and facts.checks.report_state in {State.NOT_ASKED, State.NO_CONSENT, State.REFUSED}:
        found.append(reason("credit_report_missing"))
    return tuple(found)


def _knock_outs(facts: Facts, pack: Pack, product: Product | None, rules: Rules) -> tuple[Reason, ...]:
    found = []
    if facts.age < pack.min_age:
        found.append(reason("underage", age=pack.min_age))
    if facts.purpose is Purpose.REPAY_DEBT:
        found.append(reason("no_loan_for_debt"))
    elif product is None:
        found.append(reason("purpose_not_offered"))
    elif facts.amount < product.min_amount:
        found.append(reason("amount_below_minimum", amount=product.min_amount))
    owed = facts.past.owed if facts.past is not None and facts.past.owed.currency == pack.currency else None
    if facts.past is not None and facts.past.open_loans >= rules.most_open_loans:
        found.append(reason("too_many_open_loans"))
    elif owed is not None and product is not None and rules.most_owed - owed < product.min_amount:
        found.append(reason("owed_already"))
    return tuple(found)


def _routed(
    facts: Facts, product: Product, rules: Rules, offers: tuple[Terms, ...], reasons: tuple[Reason, ...]
) -> _Verdict:
    held = [*_held_by_product(product), *_held_by_checks(facts, rules)]
    if not facts.risk_complete:
        held.append(reason("check_not_finished"))
    if facts.risk_level >= RiskLevel.HOLD:
        held.append(reason("check_by_person"))
    if held:
        return Outcome.REVIEW, tuple(held), ()
    return Outcome.APPROVE, reasons, offers


def _held_by_product(product: Product) -> tuple[Reason, ...]:
    return (reason("purpose_by_person"),) if product.by_person else ()


def _held_by_checks(facts: Facts, rules: Rules) -> list[Reason]:
    """Whatever was asked of the outside and did not come back good: a person looks, nothing is approved."""
    checks, report, held = facts.checks, facts.checks.report, []
    if checks.report_state is State.REFUSED:
        held.append(reason("credit_report_refused"))
    if checks.report_state is State.FAILED or (report is not None and report.old):
        held.append(reason("credit_check_unfinished"))
    if report is not None and report.alert:
        held.append(reason("fraud_alert"))
    if checks.monthly_wage is not None and facts.monthly_income.minor > MOST_OVER_WAGE * checks.monthly_wage.minor:
        held.append(reason("income_differs"))
    if State.FAILED in {checks.work_state, checks.phone_state, checks.list_state}:
        held.append(reason("check_not_finished"))
    if facts.past is not None and facts.past.asked_lately >= rules.most_asked:
        held.append(reason("asked_often"))
    if checks.listed or checks.phone_doubt:
        held.append(reason("check_by_person"))
    return held
