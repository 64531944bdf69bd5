"""Stored applications with their decisions, and what the borrowers said yes to."""

from __future__ import annotations

from sqlalchemy import select, update

from core.application import Application, Status, move, thawed
from core.codec import from_json, to_json
from core.decision.model import Decision
from core.errors import Conflict, IllegalTransition, NotFound
from core.ports import OfferAnswer, StoredApplication
from core.risk import RiskReport
from core.security.envelope import Place
from core.storage.journal import ensure_case
from core.storage.names import plain_id
from core.storage.tables import answers, applications
from core.storage.transaction import Transaction

__all__ = ["SqlApplications"]


class SqlApplications:
    """``core.ports.Applications`` in one transaction. A case has one application, and so has a call."""

    def __init__(self, work: Transaction) -> None:
        self._work = work

    def add(self, application: Application, decision: Decision, risk: RiskReport, status: Status) -> None:
        case_id, call_id = application.case_id, application.call_id
        if call_id is not None:
            plain_id("call_id", call_id)
        subject = ensure_case(self._work, case_id, application.received_at)
        key = self._work.new_case_key(case_id, subject)
        try:
            self._work.execute(
                applications.insert().values(
                    case_id=case_id,
                    call_id=call_id,
                    received_at=application.received_at,
                    status=status.value,
                    outcome=decision.outcome.value,
                    application=key.seal(_place(case_id, "application"), to_json(application)),
                    decision=key.seal(_place(case_id, "decision"), to_json(decision)),
                    risk=key.seal(_place(case_id, "risk"), to_json(risk)),
                )
            )
        except Conflict:
            raise Conflict("This case or this call has an application already; read that one.") from None

    def get(self, case_id: str) -> StoredApplication:
        """Raises ``NotFound``, ``Shredded``, ``Tampered`` or ``WrongKey``."""
        row = self._work.execute(select(applications).where(applications.c.case_id == case_id)).one_or_none()
        if row is None:
            raise NotFound("There is no application of this case.")
        key = self._work.case_key(case_id)
        return StoredApplication(
            application=from_json(Application, key.open(_place(case_id, "application"), row.application)),
            status=Status(row.status),
            decision=from_json(Decision, key.open(_place(case_id, "decision"), row.decision)),
            risk=from_json(RiskReport, key.open(_place(case_id, "risk"), row.risk)),
        )

    def of_call(self, call_id: str) -> str | None:
        return self._work.execute(
            select(applications.c.case_id).where(applications.c.call_id == call_id)
        ).scalar_one_or_none()

    def set_status(self, case_id: str, status: Status) -> None:
        now = self._work.execute(
            select(applications.c.status).where(applications.c.case_id == case_id).with_for_update()
        ).scalar_one_or_none()
        if now is None:
            raise NotFound("There is no application of this case.")
        move(Status(now), status)
        self._work.execute(update(applications).where(applications.c.case_id == case_id).values(status=status.value))

    def thaw(self, case_id: str, held: Status) -> None:
        frozen = (applications.c.case_id == case_id, applications.c.status == Status.FROZEN.value)
        done = self._work.execute(update(applications).where(*frozen).values(status=thawed(held).value))
        if done.rowcount != 1:
            raise IllegalTransition("only a frozen application can be thawed")

    def settle(self, case_id: str, decision: Decision, status: Status) -> None:
        self.set_status(case_id, status)
        sealed = self._work.case_key(case_id).seal(_place(case_id, "decision"), to_json(decision))
        self._work.execute(
            update(applications)
            .where(applications.c.case_id == case_id)
            .values(decision=sealed, outcome=decision.outcome.value)
        )

    def in_status(self, status: Status, limit: int = 50) -> list[str]:
        query = select(applications.c.case_id).where(applications.c.status == status.value)
        oldest_first = query.order_by(applications.c.received_at, applications.c.case_id)
        return list(self._work.execute(oldest_first.limit(limit)).scalars())

    def keep_answer(self, case_id: str, answer: OfferAnswer) -> None:
        key = self._work.case_key(case_id)
        self._work.execute(
            answers.insert().values(
                case_id=case_id,
                at=answer.at,
                body=key.seal(Place("answers", "body", case_id), to_json(answer)),
            )
        )

    def answer(self, case_id: str) -> OfferAnswer | None:
        sealed = self._work.execute(select(answers.c.body).where(answers.c.case_id == case_id)).scalar_one_or_none()
        if sealed is None:
            return None
        return from_json(OfferAnswer, self._work.case_key(case_id).open(Place("answers", "body", case_id), sealed))


def _place(case_id: str, column: str) -> Place:
    return Place("applications", column, case_id)
