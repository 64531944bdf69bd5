"""The borrower's answer to an offer. The yes is kept with the exact terms and the hearing it rests on."""

from __future__ import annotations

from datetime import timedelta

from core.application import Channel, Status
from core.decision.model import Terms
from core.errors import IdempotencyMismatch, InvalidInput
from core.evidence import Evidence
from core.jurisdiction.pack import Pack
from core.lending.loan import Loan, LoanState
from core.lending.owing import GRACE, TERMS
from core.ports import Clock, OfferAnswer, Storage
from core.usecases.holds import require_free

__all__ = ["accept", "refuse"]


def accept(storage: Storage, clock: Clock, pack: Pack, case_id: str, offer_index: int, assent: Evidence) -> Terms:
    """Accept offer number ``offer_index`` (from 0) of an approved case; returns the terms agreed to.

    The loan is opened with it and waits as long as ``pack`` gives to change one's mind; no money moves here.
    Accepting the same offer again returns the same terms. Raises ``IllegalTransition`` when the case is not approved,
    ``IdempotencyMismatch`` when another offer was accepted, ``InvalidInput`` for an offer that was not made,
    ``Conflict`` while a hold stands, ``NotFound`` and ``StorageError``.
    """
    with storage.begin() as work:
        earlier = work.applications.answer(case_id)
        if earlier is not None and earlier.terms is not None:
            if earlier.offer_index != offer_index:
                raise IdempotencyMismatch("Another offer of this case was accepted; read that one.")
            return earlier.terms
        offers = work.applications.get(case_id).decision.offers
        require_free(work, case_id)
        if type(offer_index) is not int or not 0 <= offer_index < len(offers):
            raise InvalidInput("offer_index", "choose one of the offers that were made")
        terms, now = offers[offer_index], clock.now()
        work.applications.set_status(case_id, Status.ACCEPTED)
        work.applications.keep_answer(case_id, OfferAnswer(offer_index, terms, assent, now))
        free_until = now + timedelta(hours=pack.cooling_off_hours(terms.principal))
        work.loans.open(Loan(case_id, LoanState.WAITING, now, free_until, terms))
        if work.applications.get(case_id).application.channel is Channel.PHONE:
            work.owed_texts.owe(case_id, TERMS, now + GRACE)
        work.audit.append(
            "borrower", "offer.accepted", case_id, {"offer": offer_index, "call": assent.call_id or "none"}
        )
        work.commit()
    return terms


def refuse(storage: Storage, clock: Clock, case_id: str, refusal: Evidence) -> None:
    """Refuse all offers of an approved case. Refusing again changes nothing. Raises ``IllegalTransition``."""
    with storage.begin() as work:
        if work.applications.get(case_id).status is Status.REFUSED:
            return
        work.applications.set_status(case_id, Status.REFUSED)
        work.applications.keep_answer(case_id, OfferAnswer(None, None, refusal, clock.now()))
        work.audit.append("borrower", "offer.refused", case_id, {"call": refusal.call_id or "none"})
        work.commit()
