"""Somebody says: this is not my loan. Freeze first, then look into it by the clock; who decides was not involved."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from core.applicant import PhoneNumber
from core.application import Status
from core.errors import Conflict, Forbidden, InvalidInput, NotFound, PackError, Shredded
from core.fraud import FraudLabel, Label
from core.jurisdiction.pack import Pack
from core.lending.deadlines import runs_out
from core.lending.dispute import Cause, Dispute, DisputeState, Verdict
from core.lending.loan import LoanState
from core.ports import Clock, Ids, Storage, UnitOfWork

__all__ = ["blocked", "decide", "desk", "of_case", "open_dispute", "report_by_phone"]

_SHORTEST_WHY = 10
_LONGEST_WHY = 2000
_OVER = frozenset({LoanState.WITHDRAWN, LoanState.CANCELLED, LoanState.FROZEN})


#: What a cause teaches the fraud signals: label and kind. A fault of our own system teaches nothing of callers.
_TEACHES = {
    Cause.STOLEN_IDENTITY: (Label.FRAUD, "account_takeover"),
    Cause.SOMEBODY_CLOSE: (Label.FRAUD, "account_takeover"),
    Cause.TRICKED: (Label.FRAUD, "coached_borrower"),
    Cause.OUR_STAFF: (Label.FRAUD, "insider"),
    Cause.OWN_LOAN: (Label.GENUINE, "none"),
}


def open_dispute(
    storage: Storage,
    clock: Clock,
    ids: Ids,
    pack: Pack,
    *,
    case_id: str,
    told_in: str,
    story: str,
    opened_by: str,
) -> Dispute:
    """Freeze the application and the loan of ``case_id`` at once and start the pack's clocks.

    Nothing is paid out, falls due or is claimed from then on. While a dispute is open, the same is returned again.
    ``told_in`` is the call or the channel; ``story`` is sealed. Raises ``PackError`` for a pack without the clock
    ``dispute_answer``, and ``StorageError``: then nothing is frozen and the person must be told so.
    """
    with storage.begin() as work:
        made = _open(work, clock, ids, pack, case_id, told_in, story, opened_by)
        work.commit()
    return made


def report_by_phone(
    storage: Storage, clock: Clock, ids: Ids, pack: Pack, *, phone: PhoneNumber | None, case_id: str, call_id: str
) -> list[Dispute]:
    """A caller says it, with no login: every loan that was asked for from their number is frozen. Where there is none,
    the call's own case is the dispute, for a person to find the loan. Freezing too much is mended in a day; freezing
    too little is not."""
    story = "Said on the telephone."
    with storage.begin() as work:
        cases = list(work.loans.of_number(phone)) if phone is not None else []
        living = [case for case in cases if work.loans.get(case).state not in _OVER - {LoanState.FROZEN}]
        made = [_open(work, clock, ids, pack, one, call_id, story, "caller") for one in living or [case_id]]
        work.commit()
    return made


def blocked(storage: Storage, clock: Clock, dispute_id: str, proof: str, who: str) -> Dispute:
    """The bureau confirmed, under its reference ``proof``, that the entry is blocked. The first proof stands."""
    if not 3 <= len(proof.strip()) <= 80:
        raise InvalidInput("proof", "give the bureau's reference, 3 to 80 characters")
    with storage.begin() as work:
        dispute = work.disputes.get(dispute_id)
        if dispute.blocked_at is not None:
            return dispute
        dispute = replace(dispute, blocked_at=clock.now(), proof=proof.strip())
        work.disputes.keep(dispute)
        work.audit.append(who, "dispute.blocked", dispute.case_id, {"dispute": dispute_id})
        work.commit()
    return dispute


def decide(
    storage: Storage,
    clock: Clock,
    dispute_id: str,
    who: str,
    verdict: Verdict,
    cause: Cause,
    why: str,
    *,
    hands: Collection[str] = (),
) -> Dispute:
    """Decide an open dispute, with the reason in words (sealed).

    ``upheld`` cancels the loan: nobody owes it, and what was paid is owed back. ``rejected`` lets it go on where it
    stood; what fell due meanwhile is due today, without interest for the wait. Raises ``Forbidden`` for whoever opened
    the dispute, reviewed the application or took part in the call (``hands``), ``Conflict`` when it was decided
    before, ``InvalidInput`` for a cause that does not fit, and ``NotFound``.
    """
    if not _SHORTEST_WHY <= len(why.strip()) <= _LONGEST_WHY:
        raise InvalidInput("why", f"say in {_SHORTEST_WHY} to {_LONGEST_WHY} characters why")
    if (verdict is Verdict.REJECTED) != (cause is Cause.OWN_LOAN):
        raise InvalidInput("cause", "own_loan goes with rejected, every other cause with upheld")
    with storage.begin() as work:
        dispute = work.disputes.get(dispute_id)
        if dispute.state is not DisputeState.OPEN:
            raise Conflict("This dispute is decided; open another one for something new.")
        involved = {dispute.opened_by, *hands, *(note.actor for note in work.reviews.of(dispute.case_id))}
        if who in involved:
            raise Forbidden("You took part in this case; somebody else decides the dispute.")
        now = clock.now()
        if verdict is Verdict.UPHELD:
            _cancel(work, dispute, now)
        else:
            _go_on(work, dispute, now)
        dispute = replace(
            dispute,
            state=DisputeState(verdict.value),
            decided_at=now,
            decided_by=who,
            cause=cause,
            why=why.strip(),
        )
        work.disputes.keep(dispute)
        if cause in _TEACHES:
            said, typology = _TEACHES[cause]
            work.fraud_labels.add(FraudLabel(dispute.case_id, said, "dispute", typology, who, now))
        detail = {"dispute": dispute_id, "verdict": verdict.value, "cause": cause.value}
        work.audit.append(who, "dispute.decided", dispute.case_id, detail)
        work.commit()
    return dispute


def desk(storage: Storage, state: DisputeState | None = DisputeState.OPEN, limit: int = 100) -> list[Dispute]:
    """The one that must be answered first in front. Those whose keys were destroyed are passed over."""
    found = []
    with storage.begin() as work:
        for dispute_id in work.disputes.in_state(state, limit):
            try:
                found.append(work.disputes.get(dispute_id))
            except Shredded:
                continue
    return found


def of_case(storage: Storage, case_id: str) -> list[Dispute]:
    with storage.begin() as work:
        return work.disputes.of_case(case_id)


def _open(
    work: UnitOfWork, clock: Clock, ids: Ids, pack: Pack, case_id: str, told_in: str, story: str, opened_by: str
) -> Dispute:
    for earlier in work.disputes.of_case(case_id):
        if earlier.state is DisputeState.OPEN:
            return earlier
    now = clock.now()
    try:
        held = work.applications.get(case_id).status
    except NotFound:
        held = None
    try:
        held_loan = work.loans.get(case_id).state
    except NotFound:
        held_loan = None
    if held is not None and held is not Status.FROZEN:
        work.applications.set_status(case_id, Status.FROZEN)
    if held_loan is not None and held_loan not in _OVER:
        work.loans.set_state(case_id, LoanState.FROZEN)
    dispute = Dispute(
        ids.new("dispute"),
        case_id,
        told_in,
        opened_by,
        now,
        story.strip()[:_LONGEST_WHY],
        runs_out(pack.clock("dispute_answer"), now),
        _block_by(pack, now),
        held,
        held_loan,
    )
    work.disputes.open(dispute)
    work.audit.append(opened_by, "dispute.opened", case_id, {"dispute": dispute.dispute_id, "told_in": told_in})
    return dispute


def _block_by(pack: Pack, now: datetime) -> datetime | None:
    try:
        return runs_out(pack.clock("theft_block"), now)
    except PackError:
        return None


def _cancel(work: UnitOfWork, dispute: Dispute, now: datetime) -> None:
    if dispute.held_loan is None or dispute.held_loan in _OVER:
        return
    book = work.loans.book(dispute.case_id)
    if book.running:
        work.loans.post(dispute.case_id, book.cancel(f"cancel:{dispute.dispute_id}", now.date(), now))
    work.loans.set_state(dispute.case_id, LoanState.CANCELLED)


def _go_on(work: UnitOfWork, dispute: Dispute, now: datetime) -> None:
    if dispute.held is not None and dispute.held is not Status.FROZEN:
        work.applications.thaw(dispute.case_id, dispute.held)
    if dispute.held_loan is None or dispute.held_loan in _OVER:
        return
    work.loans.set_state(dispute.case_id, dispute.held_loan)
    if dispute.held_loan is LoanState.RUNNING:
        book = work.loans.book(dispute.case_id)
        work.loans.post(dispute.case_id, book.fall_due(now.date(), now, not_before=now.date()))
