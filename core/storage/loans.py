"""Loans, their books and disputes, sealed under the key of their case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select, update

from core.applicant import PhoneNumber
from core.codec import from_json, to_json
from core.errors import Conflict, NotFound
from core.lending.dispute import Dispute, DisputeState
from core.lending.ledger import Ledger, Posting
from core.lending.loan import Loan, LoanState, move_loan
from core.ports import OfferAnswer
from core.security.blind_index import BlindIndex
from core.security.envelope import Place
from core.storage.journal import ensure_case
from core.storage.names import plain_id, static_name
from core.storage.rows import numbered
from core.storage.tables import answers, applicants, disputes, loans, postings
from core.storage.transaction import Transaction

__all__ = ["SqlDisputes", "SqlLoans"]


class SqlLoans:
    """``core.lending.keeping.Loans`` in one transaction."""

    def __init__(self, work: Transaction, index: BlindIndex) -> None:
        self._work = work
        self._index = index

    def open(self, loan: Loan) -> None:
        """The answer with the terms must be kept already."""
        row = {
            "case_id": loan.case_id,
            "state": loan.state.value,
            "opened_at": loan.opened_at,
            "free_until": loan.free_until,
        }
        try:
            self._work.execute(loans.insert().values(**row))
        except Conflict:
            raise Conflict("This case has a loan already; read that one.") from None

    def get(self, case_id: str) -> Loan:
        joined = loans.join(answers, answers.c.case_id == loans.c.case_id)
        row = self._work.execute(
            select(loans, answers.c.body).select_from(joined).where(loans.c.case_id == case_id)
        ).one_or_none()
        if row is None:
            raise NotFound("There is no loan of this case.")
        key = self._work.case_key(case_id)
        terms = from_json(OfferAnswer, key.open(Place("answers", "body", case_id), row.body)).terms
        if terms is None:
            raise NotFound("There is no loan of this case.")
        return Loan(case_id, LoanState(row.state), row.opened_at, row.free_until, terms)

    def book(self, case_id: str) -> Ledger:
        terms = self.get(case_id).terms
        query = select(postings).where(postings.c.case_id == case_id).order_by(postings.c.number)
        rows = numbered(self._work.execute(query).all())
        key = self._work.case_key(case_id)
        sealed = [(_posting(case_id, row.number), row.body) for row in rows]
        return Ledger(terms, tuple(from_json(Posting, key.open(*one)) for one in sealed))

    def post(self, case_id: str, more: Iterable[Posting]) -> None:
        key = self._work.case_key(case_id)
        for posting in more:
            row = {
                "case_id": case_id,
                "number": posting.number,
                "ref": plain_id("ref", posting.ref),
                "kind": posting.kind.value,
                "at": posting.at,
                "body": key.seal(_posting(case_id, posting.number), to_json(posting)),
            }
            try:
                self._work.execute(postings.insert().values(**row))
            except Conflict:
                raise Conflict("The book has this posting already, or another came first; read it again.") from None

    def set_state(self, case_id: str, state: LoanState) -> None:
        held = select(loans.c.state).where(loans.c.case_id == case_id).with_for_update()
        now = self._work.execute(held).scalar_one_or_none()
        if now is None:
            raise NotFound("There is no loan of this case.")
        move_loan(LoanState(now), state)
        self._work.execute(update(loans).where(loans.c.case_id == case_id).values(state=state.value))

    def in_state(self, *states: LoanState, limit: int = 100) -> Sequence[str]:
        query = select(loans.c.case_id).order_by(loans.c.opened_at.desc(), loans.c.case_id)
        if states:
            query = query.where(loans.c.state.in_([state.value for state in states]))
        return list(self._work.execute(query.limit(limit)).scalars())

    def of_number(self, phone: PhoneNumber) -> Sequence[str]:
        number = self._index.of("applicant_number", phone.value)
        query = (
            select(loans.c.case_id)
            .join(applicants, applicants.c.case_id == loans.c.case_id)
            .where(applicants.c.number_index == number)
        )
        return list(self._work.execute(query.order_by(loans.c.opened_at, loans.c.case_id)).scalars())


class SqlDisputes:
    """``core.lending.keeping.Disputes`` in one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._work = work

    def open(self, dispute: Dispute) -> None:
        subject = ensure_case(self._work, dispute.case_id, dispute.opened_at)
        key = self._work.new_case_key(dispute.case_id, subject)
        row = {
            "dispute_id": plain_id("dispute_id", dispute.dispute_id),
            "case_id": dispute.case_id,
            "state": static_name("state", dispute.state.value),
            "opened_at": dispute.opened_at,
            "answer_by": dispute.answer_by,
            "body": key.seal(_dispute(dispute.dispute_id), to_json(dispute)),
        }
        self._work.execute(disputes.insert().values(**row))

    def keep(self, dispute: Dispute) -> None:
        sealed = self._work.case_key(dispute.case_id).seal(_dispute(dispute.dispute_id), to_json(dispute))
        changed = self._work.execute(
            update(disputes)
            .where(disputes.c.dispute_id == dispute.dispute_id)
            .values(state=dispute.state.value, body=sealed)
        )
        if changed.rowcount != 1:
            raise NotFound("There is no such dispute.")

    def get(self, dispute_id: str) -> Dispute:
        held = select(disputes).where(disputes.c.dispute_id == dispute_id).with_for_update()
        row = self._work.execute(held).one_or_none()
        if row is None:
            raise NotFound("There is no such dispute.")
        return from_json(Dispute, self._work.case_key(row.case_id).open(_dispute(dispute_id), row.body))

    def of_case(self, case_id: str) -> list[Dispute]:
        query = select(disputes.c.dispute_id).where(disputes.c.case_id == case_id)
        ids = self._work.execute(query.order_by(disputes.c.opened_at, disputes.c.dispute_id)).scalars()
        return [self.get(dispute_id) for dispute_id in list(ids)]

    def in_state(self, state: DisputeState | None = None, limit: int = 100) -> Sequence[str]:
        query = select(disputes.c.dispute_id).order_by(disputes.c.answer_by, disputes.c.dispute_id)
        if state is not None:
            query = query.where(disputes.c.state == state.value)
        return list(self._work.execute(query.limit(limit)).scalars())


def _posting(case_id: str, number: int) -> Place:
    return Place("postings", "body", f"{case_id}/{number}")


def _dispute(dispute_id: str) -> Place:
    return Place("disputes", "body", dispute_id)
