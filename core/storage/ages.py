"""How old what is kept is, from plain columns alone: what the retention run may destroy, and the rows it deletes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Delete, Engine, and_, delete, func, or_, select

from core.lending.dispute import DisputeState
from core.lending.loan import LoanState
from core.storage.engine import reading, writing
from core.storage.tables import (
    answers,
    applications,
    call_audio,
    call_backs,
    call_lines,
    calls,
    cases,
    codes,
    disputes,
    inbox,
    loans,
    postings,
    staff_sessions,
)

__all__ = ["Person", "calls_of", "delete_rows", "drop_records", "ended_calls", "people"]

_OVER = (LoanState.REPAID.value, LoanState.WITHDRAWN.value, LoanState.CANCELLED.value)


@dataclass(frozen=True, slots=True)
class Person:
    """``last_at``: when anything last happened in any case. ``applied``: whether there is an application.
    ``unsettled``: whether a loan runs or a dispute is open."""

    person: str
    last_at: datetime
    applied: bool
    unsettled: bool


def people(engine: Engine) -> list[Person]:
    """Everybody of whom a case is kept."""
    last = func.max(cases.c.last_at)
    with reading(engine) as connection:
        seen = {row[0]: row[1] for row in connection.execute(select(cases.c.subject_id, last).group_by("subject_id"))}
        for column, table in (
            (applications.c.received_at, applications),
            (answers.c.at, answers),
            (postings.c.at, postings),
        ):
            query = select(cases.c.subject_id, func.max(column)).join_from(
                cases, table, cases.c.case_id == table.c.case_id
            )
            for person, at in connection.execute(query.group_by(cases.c.subject_id)):
                seen[person] = max(seen[person], at)
        applied = _people_of(connection, applications.c.case_id)
        unsettled = _people_of(connection, loans.c.case_id, loans.c.state.not_in(_OVER))
        unsettled |= _people_of(connection, disputes.c.case_id, disputes.c.state == DisputeState.OPEN.value)
    return [Person(who, at, who in applied, who in unsettled) for who, at in sorted(seen.items())]


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
    engine: Engine, *, codes_before: datetime, before: datetime, sessions_before: datetime
) -> dict[str, int]:
    """Delete what needs no destruction of keys: used-up codes, delivery keys, settled call-backs, ended sessions.
    Returns how many of each. Raises ``StorageError``."""
    wanted: dict[str, Delete] = {
        "codes": delete(codes).where(codes.c.issued_at < codes_before),
        "deliveries": delete(inbox).where(inbox.c.at < before),
        "call_backs": delete(call_backs).where(and_(call_backs.c.state != "waiting", call_backs.c.settled_at < before)),
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
