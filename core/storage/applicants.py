"""What one person asked for and borrowed before, found by keyed hashes of the identity and of the telephone number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import or_, select

from core.applicant import Last4, PersonName, PhoneNumber
from core.application import Application, Status
from core.codec import from_json
from core.decision.checks import Past
from core.decision.keeping import KnownNumber
from core.errors import CryptoError
from core.lending.loan import LoanState
from core.money import Money
from core.ports import OfferAnswer
from core.security.blind_index import BlindIndex
from core.security.envelope import Place
from core.storage.fraud_labels import called_fraud
from core.storage.tables import answers, applicants, applications, loans
from core.storage.transaction import Transaction

__all__ = ["SqlApplicants"]

#: An accepted application of the time before loans were kept has none: it counts as open.
_OPEN = {None, LoanState.WAITING.value, LoanState.RUNNING.value}


class SqlApplicants:
    """``core.decision.keeping.Applicants`` in one transaction."""

    def __init__(self, work: Transaction, index: BlindIndex) -> None:
        self._work = work
        self._index = index

    def add(self, application: Application) -> None:
        person, number = self._indexes(application)
        row = {"case_id": application.case_id, "person_index": person, "number_index": number}
        self._work.execute(applicants.insert().values(**row))

    def past(self, application: Application, since: datetime) -> Past:
        person, number = self._indexes(application)
        rows = self._work.execute(
            select(applications.c.case_id, applications.c.received_at, applications.c.status)
            .add_columns(answers.c.body, loans.c.state)
            .join_from(applicants, applications)
            .outerjoin(answers, answers.c.case_id == applications.c.case_id)
            .outerjoin(loans, loans.c.case_id == applications.c.case_id)
            .where(
                or_(applicants.c.person_index == person, applicants.c.number_index == number),
                applications.c.case_id != application.case_id,
            )
        ).all()
        asked, open_loans, owed = 0, 0, Money.zero(application.amount.value.currency)
        for row in rows:
            asked += row.received_at >= since
            if row.status == Status.ACCEPTED.value and row.state in _OPEN:
                open_loans += 1
                lent = self._lent(row.case_id, row.body)
                owed = owed + lent if lent is not None and lent.currency == owed.currency else owed
        return Past(asked, open_loans, owed)

    def registered(self, name: PersonName, born: date, last4: Last4) -> KnownNumber | None:
        """Records that were destroyed on purpose are passed over."""
        rows = self._work.execute(
            select(applications.c.case_id, applications.c.application, applications.c.status)
            .add_columns(applications.c.case_id.in_(called_fraud()).label("fraud"))
            .join_from(applicants, applications)
            .where(applicants.c.person_index == self._person(name, born, last4))
            .order_by(applications.c.received_at, applications.c.case_id)
        )
        phone: PhoneNumber | None = None
        for row in rows:
            try:
                key = self._work.case_key(row.case_id)
            except CryptoError:
                continue
            place = Place("applications", "application", row.case_id)
            earlier = from_json(Application, key.open(place, row.application))
            if not earlier.owner_verified:
                continue
            phone = phone or earlier.phone.value
            if earlier.phone.value == phone and row.status == Status.ACCEPTED.value and not row.fraud:
                return KnownNumber(phone, earlier.received_at)
        return None if phone is None else KnownNumber(phone)

    def borrowed(self, name: PersonName, born: date, last4: Last4) -> Sequence[str]:
        query = (
            select(loans.c.case_id)
            .join(applicants, applicants.c.case_id == loans.c.case_id)
            .where(applicants.c.person_index == self._person(name, born, last4))
            .order_by(loans.c.opened_at.desc(), loans.c.case_id)
        )
        return list(self._work.execute(query).scalars())

    def _lent(self, case_id: str, sealed: object) -> Money | None:
        """The principal of an accepted offer; ``None`` for a record that was destroyed on purpose."""
        if sealed is None:
            return None
        try:
            key = self._work.case_key(case_id)
            answer = from_json(OfferAnswer, key.open(Place("answers", "body", case_id), sealed))  # type: ignore[arg-type]  # the column's type
        except CryptoError:
            return None
        return answer.terms.principal if answer.terms is not None else None

    def _indexes(self, application: Application) -> tuple[bytes, bytes]:
        who = application.full_name.value, application.date_of_birth.value, application.national_id_last4.value
        return self._person(*who), self._index.of("applicant_number", application.phone.value.value)

    def _person(self, name: PersonName, born: date, last4: Last4) -> bytes:
        return self._index.of("applicant", "\x1f".join((" ".join(name.value.split()), born.isoformat(), last4.value)))
