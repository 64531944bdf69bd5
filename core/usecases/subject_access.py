"""Everything kept about one person, for that person; and what that person says is wrong in it.

GDPR articles 15, 16 and 20; PIPL articles 45 and 46; in the United States state privacy laws and 15 USC 1681g ask for
parts of it. Exports are limited to ten an hour for each member of staff, and each is an audit row with its reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, select

from core.applicant import Last4, PersonName, PhoneNumber
from core.codec import to_plain
from core.errors import Conflict, InvalidInput, NotFound, Shredded
from core.fraud import LinkKind
from core.ports import Clock, StoredCall, UnitOfWork
from core.privacy import Correction
from core.storage.ages import people
from core.storage.engine import reading
from core.storage.figures import audit_page, times_of
from core.storage.links import same_identity
from core.storage.store import SqlStorage
from core.storage.tables import call_backs, calls, cases, links, voice_terms

__all__ = ["EXPORTS_AN_HOUR", "FIELDS", "Export", "correct", "export"]

EXPORTS_AN_HOUR = 10
_LONGEST = 200
_LATEST = 10_000
_UNREADABLE = (
    "Keyed hashes by which a telephone number or an identity is found again; nobody can read them back.",
    "Figures that machines compare, made from recordings: the fingerprint of a call and, where you signed, a voice.",
    "The hash of the last one-time code, for a day, and texts that are still to be sent.",
    "The label that the search for fraud may have given a case.",
)
#: What may be corrected, with the check that a value must pass.
FIELDS: dict[str, Callable[[str], Any]] = {
    "full_name": PersonName,
    "national_id_last4": Last4,
    "date_of_birth": date.fromisoformat,
    "phone": PhoneNumber,
    **dict.fromkeys(("monthly_income", "employment", "monthly_debt", "amount", "term_months", "purpose"), str),
}


@dataclass(frozen=True, slots=True, repr=False)
class Export:
    """``document`` is JSON-ready; ``calls`` are the records whose sound goes beside it.

    What only the operator is told: ``others`` are the ids of cases in which somebody gave the same identity, and
    ``held`` says that an inquiry is open, in which case the files name it.
    """

    document: dict[str, Any]
    calls: tuple[StoredCall, ...]
    others: tuple[str, ...]
    held: bool


def export(storage: SqlStorage, clock: Clock, person: str, operator: str, reason: str) -> Export:
    """Collect everything of a person (the id of a case). What was destroyed stands as ``destroyed``, and what is kept
    in a form that nobody reads is named in ``not_in_here``.

    The audit rows are committed before anything is opened. Raises ``NotFound``, ``Conflict`` above the limit,
    ``InvalidInput`` without a reason, ``Tampered``, ``WrongKey`` and ``StorageError``.
    """
    if len(reason.strip()) < 3:
        raise InvalidInput("reason", "say in a few words who asked for it and how you know that it is this person")
    with reading(storage.engine) as connection:
        theirs = list(
            connection.scalars(select(cases.c.case_id).where(cases.c.subject_id == person).order_by(cases.c.opened_at))
        )
        spoken = {
            case_id: list(connection.scalars(select(calls.c.call_id).where(calls.c.case_id == case_id)))
            for case_id in theirs
        }
        wishes = {
            case_id: list(connection.scalars(select(call_backs.c.call_id).where(call_backs.c.case_id == case_id)))
            for case_id in theirs
        }
        signed = {case_id: _signed(connection, case_id) for case_id in theirs}
    if not theirs:
        raise NotFound("There is no such person; a person's id is the id of a case of theirs.")
    since = clock.now() - timedelta(hours=1)
    if len(times_of(storage.engine, operator, "data.exported", since)) >= EXPORTS_AN_HOUR:
        raise Conflict("Ten exports in an hour are the limit; wait, or ask a colleague.")
    with storage.begin() as work:
        try:
            work.audit.append(operator, "data.exported", person, {"cases": len(theirs)}, note=reason.strip())
        except Shredded:
            work.audit.append(operator, "data.exported", person, {"cases": len(theirs)})
        work.commit()
    records: list[StoredCall] = []
    with storage.begin() as work:
        documents = [
            _case(work, case_id, wishes[case_id], signed[case_id])
            | {"calls": [_call(work, call, records) for call in spoken[case_id]]}
            for case_id in theirs
        ]
    about = [*theirs, *(call for case_id in theirs for call in spoken[case_id])]
    looks = [row.content() for each in about for row in audit_page(storage.engine, subject=each, limit=_LATEST)]
    document = {
        "format": "loanline-subject-access/1",
        "person": person,
        "made_at": clock.now().isoformat(),
        "cases": documents,
        "who_looked_and_decided": looks,
        "not_in_here": list(_UNREADABLE),
    }
    held = any(each.person == person and each.matter == "inquiry" for each in people(storage.engine))
    return Export(document, tuple(records), tuple(same_identity(storage.engine, person)), held)


def correct(storage: SqlStorage, clock: Clock, case_id: str, field: str, value: str, operator: str) -> None:
    """Take down what a person says is right. What was said and decided stays as it is, and the correction stands beside
    it, wherever the case is shown. Raises ``InvalidInput``, ``NotFound`` and ``StorageError``."""
    check = FIELDS.get(field)
    if check is None:
        raise InvalidInput("field", f"choose one of {', '.join(FIELDS)}")
    value = value.strip()
    if not 0 < len(value) <= _LONGEST:
        raise InvalidInput(field, f"write between one and {_LONGEST} characters")
    try:
        check(value)
    except InvalidInput:
        raise
    except ValueError:
        raise InvalidInput(field, "write the date as 1985-03-12") from None
    with storage.begin() as work:
        work.applications.get(case_id)
        work.corrections.add(case_id, Correction(field, value, clock.now(), operator))
        work.audit.append(operator, "data.corrected", case_id, {"field": field})
        work.commit()


def _signed(connection: Connection, case_id: str) -> list[dict[str, Any]]:
    """What the person of a case signed about their voice."""
    theirs = select(links.c.value_index).where(links.c.case_id == case_id, links.c.kind == LinkKind.PERSON.value)
    rows = connection.execute(select(voice_terms).where(voice_terms.c.person_index.in_(theirs)))
    return [
        {
            "scope": row.scope,
            "document": row.document,
            "agreed_at": row.agreed_at.isoformat(),
            "withdrawn_at": row.withdrawn_at.isoformat() if row.withdrawn_at else None,
        }
        for row in rows
    ]


def _case(work: UnitOfWork, case_id: str, wishes: list[str], signed: list[dict[str, Any]]) -> dict[str, Any]:
    parts: dict[str, Callable[[], Any]] = {
        "application": lambda: to_plain(work.applications.get(case_id).application),
        "decision": lambda: to_plain(work.applications.get(case_id).decision),
        "call_checks": lambda: to_plain(work.applications.get(case_id).risk),
        "answer": lambda: to_plain(work.applications.answer(case_id)),
        "loan": lambda: to_plain(work.loans.get(case_id)),
        "loan_book": lambda: [to_plain(each) for each in work.loans.book(case_id).postings],
        "disputes": lambda: [to_plain(each) for each in work.disputes.of_case(case_id)],
        "consents": lambda: [to_plain(each) for each in work.consents.of(case_id)],
        "corrections": lambda: [to_plain(each) for each in work.corrections.of(case_id)],
        "reviews": lambda: [to_plain(each) for each in work.reviews.of(case_id)],
        "established": lambda: _established(work, case_id),
        "call_backs": lambda: [_kept(partial(_wish, work, call)) for call in wishes],
        "decided_with": lambda: [each.bundle for each in work.receipts.of(case_id)],
    }
    return {"case_id": case_id, "voice_terms": signed} | {name: _kept(read) for name, read in parts.items()}


def _wish(work: UnitOfWork, call_id: str) -> Any:
    return to_plain(work.call_backs.get(call_id))


def _established(work: UnitOfWork, case_id: str) -> Any:
    """Entry by entry: those of one call may be destroyed, and those of another stay."""
    left = work.journal.left(case_id)
    if left and not any(left):
        raise Shredded("Every entry was destroyed on purpose.")
    return [to_plain(entry) if entry is not None else "destroyed" for entry in left]


def _call(work: UnitOfWork, call_id: str, records: list[StoredCall]) -> dict[str, Any]:
    try:
        record = work.records.read(call_id)
    except Shredded:
        return {"call_id": call_id, "record": "destroyed"}
    records.append(record)
    return {
        "call_id": call_id,
        "started_at": record.started_at.isoformat(),
        "ended_at": record.ended_at.isoformat() if record.ended_at else None,
        "outcome": record.outcome,
        "complete": record.complete,
        "transcript": [to_plain(line) for line in record.lines],
        "checked_again": to_plain(work.deep_checks.of(call_id)),
    }


def _kept(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except Shredded:
        return "destroyed"
    except NotFound:
        return None
