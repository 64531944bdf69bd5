"""Lists and counts over the plain columns: ids, times and static names. Nothing is decrypted here."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from sqlalchemy import Engine, func, select

from core.storage.audit_rows import AuditRow
from core.storage.engine import reading
from core.storage.tables import applications, audit, call_backs, calls, journal, receipts

__all__ = [
    "ApplicationRow",
    "CallRow",
    "DayFigures",
    "acts_since",
    "audit_page",
    "hands_on",
    "list_applications",
    "list_records",
    "since_then",
    "times_of",
    "wrong_sign_ins",
]

_HANDS = ("call.nudged", "call.taken_over")


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    case_id: str
    call_id: str | None
    received_at: datetime
    status: str
    outcome: str


@dataclass(frozen=True, slots=True)
class CallRow:
    call_id: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    recording: bool


@dataclass(frozen=True, slots=True)
class DayFigures:
    """What happened since a moment. ``by_hour``: calls by their hour of start (UTC)."""

    calls: int
    open_calls: int
    outcomes: Mapping[str, int]
    decisions: Mapping[str, int]
    by_hour: Mapping[int, int]
    median_seconds: float | None
    call_backs_waiting: int
    #: Median seconds from a call's begin to its decision; ``None`` where none was decided.
    seconds_to_decision: float | None = None
    #: Cases on which a fraud hold stands, whenever it was placed.
    held: int = 0

    def share(self, *outcomes: str) -> float | None:
        """The share of ended calls with one of these outcomes; ``None`` before any ended."""
        ended = sum(self.outcomes.values())
        return sum(self.outcomes.get(name, 0) for name in outcomes) / ended if ended else None


def list_applications(engine: Engine, *, status: str = "", limit: int = 200) -> list[ApplicationRow]:
    """Newest first; of one status where it is given."""
    columns = (applications.c.case_id, applications.c.call_id, applications.c.received_at)
    query = select(*columns, applications.c.status, applications.c.outcome)
    if status:
        query = query.where(applications.c.status == status)
    with reading(engine) as connection:
        rows = connection.execute(query.order_by(applications.c.received_at.desc()).limit(limit))
        return [ApplicationRow(*row) for row in rows]


def list_records(engine: Engine, limit: int = 200) -> list[CallRow]:
    """Calls, newest first."""
    query = select(calls.c.call_id, calls.c.started_at, calls.c.ended_at, calls.c.outcome, calls.c.recording)
    with reading(engine) as connection:
        return [CallRow(*row) for row in connection.execute(query.order_by(calls.c.started_at.desc()).limit(limit))]


def hands_on(engine: Engine, case_id: str, *more_calls: str) -> frozenset[str]:
    """The staff who took part in any call of a case, or in one of ``more_calls``: none of them may review what came of
    it. A case can have several calls, and a call several cases."""
    spoken = select(calls.c.call_id).where(calls.c.case_id == case_id)
    learnt = select(journal.c.call_id).where(journal.c.case_id == case_id)
    about = audit.c.subject.in_(spoken) | audit.c.subject.in_(learnt) | audit.c.subject.in_(more_calls)
    query = select(audit.c.actor).where(audit.c.action.in_(_HANDS), about).distinct()
    with reading(engine) as connection:
        return frozenset(connection.scalars(query))


def audit_page(engine: Engine, *, before: int | None = None, subject: str = "", limit: int = 100) -> list[AuditRow]:
    """Rows of the audit log below number ``before``, newest first; about one ``subject`` where it is given."""
    query = select(
        audit.c.seq, audit.c.at, audit.c.actor, audit.c.action, audit.c.subject, audit.c.detail, audit.c.leaf
    )
    if before is not None:
        query = query.where(audit.c.seq < before)
    if subject:
        query = query.where(audit.c.subject == subject)
    with reading(engine) as connection:
        rows = connection.execute(query.order_by(audit.c.seq.desc()).limit(limit))
        return [_row(row) for row in rows]


def since_then(engine: Engine, since: datetime) -> DayFigures:
    """Count what began after ``since``."""
    with reading(engine) as connection:
        rows = connection.execute(
            select(calls.c.started_at, calls.c.ended_at, calls.c.outcome).where(calls.c.started_at >= since)
        ).all()
        decided = connection.execute(
            select(applications.c.outcome, func.count())
            .where(applications.c.received_at >= since)
            .group_by(applications.c.outcome)
        ).all()
        spent = connection.execute(
            select(calls.c.started_at, receipts.c.at)
            .join(applications, applications.c.call_id == calls.c.call_id)
            .join(receipts, receipts.c.case_id == applications.c.case_id)
            .where(receipts.c.kind == "decided", receipts.c.at >= since)
        ).all()
        marks = connection.execute(
            select(journal.c.case_id, journal.c.kind)
            .where(journal.c.kind.in_(("hold_placed", "hold_released")))
            .order_by(journal.c.case_id, journal.c.seq)
        ).all()
        waiting = connection.execute(
            select(func.count()).select_from(call_backs).where(call_backs.c.state == "waiting")
        ).scalar_one()
    spans = [(row.ended_at - row.started_at).total_seconds() for row in rows if row.ended_at is not None]
    return DayFigures(
        calls=len(rows),
        open_calls=sum(row.ended_at is None for row in rows),
        outcomes=Counter(row.outcome.partition(":")[0] for row in rows if row.outcome is not None),
        decisions={row[0]: row[1] for row in decided},
        by_hour=Counter(row.started_at.hour for row in rows),
        median_seconds=median(spans) if spans else None,
        call_backs_waiting=int(waiting),
        seconds_to_decision=median((row[1] - row[0]).total_seconds() for row in spent) if spent else None,
        held=sum(kind == "hold_placed" for kind in {row[0]: row[1] for row in marks}.values()),
    )


def wrong_sign_ins(engine: Engine, since: datetime, most: int = 3) -> dict[str, int]:
    """Accounts at which a wrong password or code was tried more than ``most`` times since then, and how often."""
    query = (
        select(audit.c.subject, func.count())
        .where(audit.c.action == "staff.refused", audit.c.at >= since)
        .group_by(audit.c.subject)
        .having(func.count() > most)
    )
    with reading(engine) as connection:
        return {row[0]: int(row[1]) for row in connection.execute(query)}


def acts_since(engine: Engine, action: str, since: datetime) -> list[AuditRow]:
    """Every row of one action since then, newest first."""
    query = select(audit).where(audit.c.action == action, audit.c.at >= since).order_by(audit.c.seq.desc())
    with reading(engine) as connection:
        return [_row(row) for row in connection.execute(query)]


def _row(row: Any) -> AuditRow:
    return AuditRow(row.seq, row.at, row.actor, row.action, row.subject, json.loads(row.detail), bytes(row.leaf))


def times_of(engine: Engine, actor: str, action: str, since: datetime) -> list[datetime]:
    """When this actor did this, from ``since`` on, oldest first."""
    query = select(audit.c.at).where(audit.c.actor == actor, audit.c.action == action, audit.c.at >= since)
    with reading(engine) as connection:
        return list(connection.scalars(query.order_by(audit.c.seq)))
