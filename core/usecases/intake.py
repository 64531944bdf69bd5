"""Take in an application: decide it and store application, decision, risk and audit row in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from core.application import Application, Channel, Status, move
from core.codec import to_json, to_plain
from core.decision.model import Decision, Outcome, Reason, Versions
from core.decision.shadow import Judged
from core.errors import IdempotencyMismatch, LoanlineError, NotFound
from core.evidence import Answer
from core.fraud import LinkKind, link_values
from core.lending.owing import GRACE, REASONS
from core.ports import Clock, Storage, UnitOfWork
from core.risk import RiskLevel, RiskReport
from core.usecases import holds
from core.usecases.consents import enter_application

__all__ = ["Decide", "fingerprint", "known", "submit"]

#: Decides one application in the light of its risk report. Pure; the composition root binds policy, pack and date.
#: With a ``Judged``, the bundle is stored beside the decision.
Decide = Callable[[Application, RiskReport], Decision | Judged]

_STATUS = {
    Outcome.APPROVE: Status.APPROVED,
    Outcome.DECLINE: Status.DECLINED,
    Outcome.REVIEW: Status.REVIEW,
    Outcome.INCOMPLETE: Status.INCOMPLETE,
}


def submit(
    storage: Storage,
    clock: Clock,
    application: Application,
    risk: RiskReport,
    decide: Decide,
    delivery: tuple[str, str] | None = None,
) -> Decision:
    """Decide ``application`` once and store everything, or nothing.

    Submitting the same case or call again, with the same answers, returns the stored decision and changes nothing:
    also from another call, after a crash. Other answers raise ``IdempotencyMismatch``. An error in ``decide``, or an
    approval that the risk report does not bear or a hold forbids, is stored as ``review`` with its reason. Raises
    ``StorageError`` when nothing could be stored. ``delivery`` is the sender's key and a fingerprint of all that came
    with it: the same key with another fingerprint raises ``IdempotencyMismatch``, whatever the answers are.
    """
    with storage.begin() as work:
        _delivered(work, clock, delivery)
        stored = _stored(work, application)
    if stored is not None:
        return stored
    judged = _safely(decide, application, risk)
    decision = judged.decision
    with storage.begin() as work:
        _delivered(work, clock, delivery)
        stored = _stored(work, application)
        if stored is not None:
            return stored
        if decision.outcome is Outcome.APPROVE and holds.standing(work, application.case_id) is not None:
            judged = _for_review("held_by_staff", "Staff hold this case for an inquiry; a person decides.", judged)
            decision = judged.decision
        status = move(Status.SUBMITTED, _STATUS[decision.outcome])
        work.applications.add(application, decision, risk, status)
        work.applicants.add(application)
        if decision.outcome is Outcome.DECLINE and application.channel is Channel.PHONE:
            work.owed_texts.owe(application.case_id, REASONS, clock.now() + GRACE)
        work.links.note(application.case_id, _known_by(application), clock.now())
        enter_application(work, application)
        if judged.receipt:
            work.receipts.keep(application.case_id, "decided", judged.receipt, clock.now())
        work.audit.append(
            application.channel.value,
            "application.decided",
            application.case_id,
            _facts(application, decision, status),
            note=fingerprint(application, decision, risk),
        )
        work.commit()
    return decision


def _known_by(application: Application) -> dict[LinkKind, str]:
    name, born = application.full_name.value, application.date_of_birth.value
    return link_values(name, born, application.national_id_last4.value, application.phone.value)


def known(storage: Storage, case_id: str) -> bool:
    """Whether this case has an application already."""
    with storage.begin() as work:
        try:
            work.applications.get(case_id)
        except NotFound:
            return False
    return True


def _delivered(work: UnitOfWork, clock: Clock, delivery: tuple[str, str] | None) -> None:
    if delivery is not None:
        work.inbox.first_time(*delivery, clock.now())


def _stored(work: UnitOfWork, application: Application) -> Decision | None:
    """The decision of an earlier submission of the same request, if there was one."""
    if application.call_id is not None:
        other = work.applications.of_call(application.call_id)
        if other is not None and other != application.case_id:
            raise IdempotencyMismatch("This call has an application under another case; read that one.")
    try:
        earlier = work.applications.get(application.case_id)
    except NotFound:
        return None
    if _content(earlier.application) != _content(application):
        raise IdempotencyMismatch("This case has an application with other answers; open a new case for a new request.")
    return earlier.decision


def _content(application: Application) -> dict[str, Any]:
    """What makes two submissions the same request: the answers' values, not when or in which call they were heard."""
    content: dict[str, Any] = {
        "channel": application.channel,
        "jurisdiction": application.jurisdiction,
        "owner_verified": application.owner_verified,
    }
    for name in application.__dataclass_fields__:
        answer = getattr(application, name)
        if isinstance(answer, Answer):
            content[name] = to_plain(answer.value)
    return content


def _safely(decide: Decide, application: Application, risk: RiskReport) -> Judged:
    """What was decided, with its bundle."""
    try:
        made = decide(application, risk)
        judged = made if isinstance(made, Judged) else Judged(made, {})
        known = isinstance(judged.decision, Decision)
    except Exception as error:  # noqa: BLE001 - whatever goes wrong in a decision, a person looks at it; it never approves
        code = error.code if isinstance(error, LoanlineError) else "unexpected_error"
        return _for_review("decision_failed", f"The decision could not be made ({code}); a person looks at it.")
    if not known:
        return _for_review("decision_failed", "The decision had an unknown form; a person looks at it.")
    if judged.decision.outcome is Outcome.APPROVE:
        if not judged.decision.offers:
            return _for_review("no_offer", "An approval came without an offer; a person looks at it.", judged)
        if not risk.complete or risk.level is RiskLevel.HOLD:
            return _for_review("risk_unsettled", "The call's checks are not settled; a person looks at it.", judged)
    return judged


def _for_review(code: str, text: str, judged: Judged | None = None) -> Judged:
    made = judged.decision if judged else None
    reason = Reason(code, text, "I need a colleague to look at this before we go on.")
    versions = made.versions if made else Versions(policy="none", model="none", pack="none", code="none")
    review = Decision(
        outcome=Outcome.REVIEW,
        reasons=(reason, *(made.reasons if made else ())),
        offers=(),
        score=made.score if made else None,
        versions=versions,
        inputs_hash=made.inputs_hash if made else "",
    )
    return Judged(review, judged.receipt if judged else {})


def fingerprint(application: Application, decision: Decision, risk: RiskReport) -> str:
    """SHA-256 of all that was stored. The audit row keeps it sealed, and a salted commitment to it in the open, so
    that the row proves what was decided while the keys live, and tells nothing once they are destroyed."""
    return hashlib.sha256(b"\n".join(map(to_json, (application, decision, risk)))).hexdigest()


def _facts(application: Application, decision: Decision, status: Status) -> dict[str, Any]:
    """The plain part of the audit row: codes only."""
    return {
        "call": application.call_id or "none",
        "channel": application.channel.value,
        "outcome": decision.outcome.value,
        "status": status.value,
        "reasons": [reason.code for reason in decision.reasons],
    }
