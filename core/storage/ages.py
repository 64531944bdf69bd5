"""How old what is kept is, from plain columns alone: what the retention run may destroy, and the rows it deletes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Delete, Engine, and_, delete, func, or_, select

from core.lending.dispute import DisputeState
from core.lending.loan import LoanState
from core.storage.engine import reading, writing
from core.storage.tables import (
    answers,
    applications,
    audit,
    call_audio,
    call_backs,
    call_lines,
    calls,
    cases,
    codes,
    disputes,
    inbox,
    journal,
    loans,
    postings,
    staff_sessions,
)

__all__ = ["Person", "calls_of", "delete_rows", "drop_records", "ended_calls", "people"]

#: What staff do to a case that begins its term anew: the law counts from the notice of what was decided.
_HAPPENINGS = ("review.said", "review.settled", "dispute.opened", "dispute.decided", "data.corrected")
_OVER = (LoanState.REPAID.value, LoanState.WITHDRAWN.value, LoanState.CANCELLED.value)


@dataclass(frozen=True, slots=True)
class Person:
    """``last_at``: when anything last happened in any case. ``applied``: whether there is an application.
    ``unsettled``: whether a loan runs or a dispute is open. ``matter``: what the recordings are evidence in: an open
    ``dispute``, or an ``inquiry`` for which a case is held."""

    person: str
    last_at: datetime
    applied: bool
    unsettled: bool
    matter: str | None = None


def people(engine: Engine) -> list[Person]:
    """Everybody of whom a case is kept."""
    last = func.max(cases.c.last_at)
    with reading(engine) as connection:
        seen = {row[0]: row[1] for row in connection.execute(select(cases.c.subject_id, last).group_by("subject_id"))}
        for case_id, at, which in (
            (applications.c.case_id, applications.c.received_at, ()),
            (answers.c.case_id, answers.c.at, ()),
            (postings.c.case_id, postings.c.at, ()),
            (audit.c.subject, audit.c.at, (audit.c.action.in_(_HAPPENINGS),)),
        ):
            query = select(cases.c.subject_id, func.max(at)).join(case_id.table, cases.c.case_id == case_id)
            for person, newest in connection.execute(query.where(*which).group_by(cases.c.subject_id)):
                seen[person] = max(seen[person], newest)
        applied = _people_of(connection, applications.c.case_id)
        disputed = _people_of(connection, disputes.c.case_id, disputes.c.state == DisputeState.OPEN.value)
        unsettled = disputed | _people_of(connection, loans.c.case_id, loans.c.state.not_in(_OVER))
        held = _held(connection)
    return [
        Person(
            who,
            at,
            who in applied,
            who in unsettled,
            "dispute" if who in disputed else "inquiry" if who in held else None,
        )
        for who, at in sorted(seen.items())
    ]


def _held(connection: Connection) -> set[str]:
    """Persons of whom a case is held for a fraud inquiry: the newest mark of the case says so."""
    marks = (
        select(journal.c.case_id, cases.c.subject_id, journal.c.kind)
        .join_from(journal, cases)
        .where(journal.c.kind.in_(("hold_placed", "hold_released")))
        .order_by(journal.c.seq)
    )
    newest = {row.case_id: (row.subject_id, row.kind) for row in connection.execute(marks)}
    return {person for person, kind in newest.values() if kind == "hold_placed"}


def _people_of(connection: Connection, case_id: object, *where: object) -> set[str]:
    query = select(cases.c.subject_id).join(case_id.table, cases.c.case_id == case_id).where(*where)  # type: ignore[attr-defined,arg-type]  # a column
    return set(connection.scalars(query))


def ended_calls(engine: Engine, before: datetime) -> list[str]:
    """Calls that began before this moment, oldest first; also those that no crash let end."""
    with reading(engine) as connection:
        return list(
            connection.scalars(select(calls.c.call_id).where(calls.c.started_at < before).order_by(calls.c.started_at))
        )


def calls_of(engine: Engine, person: str) -> list[str]:
    """The calls of a person's cases, oldest first."""
    query = select(calls.c.call_id).join_from(calls, cases).where(cases.c.subject_id == person)
    with reading(engine) as connection:
        return list(connection.scalars(query.order_by(calls.c.started_at)))


def delete_rows(
    engine: Engine,
    *,
    codes_before: datetime,
    before: datetime,
    sessions_before: datetime,
    held: Collection[str] = (),
) -> dict[str, int]:
    """Delete what needs no destruction of keys: used-up codes, delivery keys, settled call-backs (but those of persons
    who are ``held``), ended sessions. Returns how many of each. Raises ``StorageError``."""
    theirs = select(cases.c.case_id).where(cases.c.subject_id.in_(held))
    settled = and_(call_backs.c.state != "waiting", call_backs.c.settled_at < before)
    wanted: dict[str, Delete] = {
        "codes": delete(codes).where(codes.c.issued_at < codes_before),
        "deliveries": delete(inbox).where(inbox.c.at < before),
        "call_backs": delete(call_backs).where(settled, call_backs.c.case_id.not_in(theirs)),
        "sessions": delete(staff_sessions).where(
            or_(staff_sessions.c.ended_at < sessions_before, staff_sessions.c.began_at < sessions_before)
        ),
    }
    with writing(engine) as connection:
        return {name: connection.execute(statement).rowcount for name, statement in wanted.items()}


def drop_records(engine: Engine, call_ids: list[str]) -> int:
    """Free the disk of records whose keys are destroyed; returns how many pieces went. Raises ``StorageError``."""
    gone = 0
    for call_id in call_ids:
        with writing(engine) as connection:
            for table in (call_audio, call_lines):
                gone += connection.execute(delete(table).where(table.c.call_id == call_id)).rowcount
    return gone
