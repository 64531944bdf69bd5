"""The call journal: what each case has established, entry by entry, sealed under a key of the case *and* the call, so
that destroying either person's or the call's keys takes exactly its own entries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, update

from core.applicant import PhoneNumber
from core.codec import from_json, to_json
from core.errors import NotFound, Shredded
from core.events import JournalEntry
from core.ports import OpenCase
from core.security.blind_index import BlindIndex
from core.security.envelope import Place
from core.storage.names import plain_id, static_name
from core.storage.rows import none_missing
from core.storage.tables import calls, cases, journal
from core.storage.transaction import Transaction

__all__ = ["SqlJournal", "ensure_case"]

#: How a case ends in which its owner was proved and an application decided.
_DECIDED = ("accepted", "refused", "declined", "review", "incomplete")


def ensure_case(work: Transaction, case_id: str, at: datetime) -> str:
    """Make the case's row when there is none; returns whose keys seal it (a new case is a person of its own)."""
    plain_id("case_id", case_id)
    known = select(cases.c.subject_id).where(cases.c.case_id == case_id).with_for_update()
    subject = work.execute(known).scalar_one_or_none()
    if subject is None:
        fresh = cases.insert().values(case_id=case_id, subject_id=case_id, opened_at=at, last_at=at)
        if work.inserted(fresh):
            return case_id
        subject = work.execute(known).scalar_one()
    return str(subject)


def _place(case_id: str, seq: int, kind: str) -> Place:
    return Place("journal", "body", f"{case_id}/{seq}", kind)


class SqlJournal:
    """``core.ports.CallJournal`` in one transaction."""

    def __init__(self, work: Transaction, index: BlindIndex) -> None:
        self._work = work
        self._index = index

    def append(self, case_id: str, entry: JournalEntry) -> int:
        plain_id("call_id", entry.call_id)
        static_name("kind", entry.kind)
        body = to_json(entry)
        subject = ensure_case(self._work, case_id, entry.at)
        last = self._work.execute(select(func.max(journal.c.seq)).where(journal.c.case_id == case_id)).scalar()
        seq = (last or 0) + 1
        key = self._work.new_talk_key(case_id, entry.call_id, subject)
        self._follow(case_id, entry.call_id, subject)
        self._work.execute(
            journal.insert().values(
                case_id=case_id,
                seq=seq,
                call_id=entry.call_id,
                kind=entry.kind,
                at=entry.at,
                body=key.seal(_place(case_id, seq, entry.kind), body),
            )
        )
        self._work.execute(update(cases).where(cases.c.case_id == case_id).values(last_at=entry.at))
        return seq

    def read(self, case_id: str, kinds: Collection[str] = ()) -> list[JournalEntry]:
        """Raises ``Shredded``, ``Tampered`` or ``WrongKey``; a case without entries is empty."""
        return [self._opened(row) for row in self._rows(case_id, kinds)]

    def left(self, case_id: str) -> list[JournalEntry | None]:
        found: list[JournalEntry | None] = []
        for row in self._rows(case_id):
            try:
                found.append(self._opened(row))
            except Shredded:
                found.append(None)
        return found

    def of_call(self, call_id: str) -> list[JournalEntry]:
        """The entries made in one call, in order. A call can have been of two persons; where one of them was destroyed,
        ``Shredded`` is raised: the sound has them both."""
        rows = self._work.execute(
            select(journal).where(journal.c.call_id == call_id).order_by(journal.c.case_id, journal.c.seq)
        )
        return [self._opened(row) for row in rows]

    def _rows(self, case_id: str, kinds: Collection[str] = ()) -> Sequence[Any]:
        of_case = journal.c.case_id == case_id
        none_missing(self._work.execute(select(journal.c.seq).where(of_case).order_by(journal.c.seq)).scalars().all())
        wanted = (journal.c.kind.in_(kinds),) if kinds else ()
        return self._work.execute(select(journal).where(of_case, *wanted).order_by(journal.c.seq)).all()

    def _opened(self, row: Any) -> JournalEntry:
        key = self._work.talk_key(row.case_id, row.call_id)
        return from_json(JournalEntry, key.open(_place(row.case_id, row.seq, row.kind), row.body))

    def _follow(self, case_id: str, call_id: str, subject: str) -> None:
        """When a call turns to another case (somebody else is on the line), its record goes with it."""
        before = self._work.execute(select(calls.c.case_id).where(calls.c.call_id == call_id)).scalar_one_or_none()
        if before is not None and before != case_id:
            self._work.give_call(call_id, subject)
            self._work.execute(update(calls).where(calls.c.call_id == call_id).values(case_id=case_id))

    def bind_phone(self, case_id: str, phone: PhoneNumber) -> None:
        bound = self._work.execute(
            update(cases).where(cases.c.case_id == case_id).values(phone_index=self._index.of("phone", phone.value))
        )
        if bound.rowcount != 1:
            raise NotFound("There is no such case; write its first journal entry before binding a number.")

    def find_open(self, phone: PhoneNumber, since: datetime) -> OpenCase | None:
        """A case whose calls were destroyed cannot be resumed and is passed over."""
        return self._newest(phone, since, cases.c.finished_at.is_(None))

    def find_decided(self, phone: PhoneNumber, since: datetime) -> OpenCase | None:
        """A case whose calls were destroyed tells nothing any more and is passed over."""
        return self._newest(phone, since, cases.c.finished_how.in_(_DECIDED))

    def _newest(self, phone: PhoneNumber, since: datetime, which: ColumnElement[bool]) -> OpenCase | None:
        rows = self._work.execute(
            select(cases.c.case_id)
            .where(
                cases.c.phone_index == self._index.of("phone", phone.value),
                which,
                cases.c.last_at >= since,
            )
            .order_by(cases.c.last_at.desc(), cases.c.opened_at.desc(), cases.c.case_id)
        ).all()
        for row in rows:
            try:
                entries = self.read(row.case_id)
            except Shredded:
                continue
            if entries:
                return OpenCase(row.case_id, entries[-1].call_id, tuple(entries))
        return None

    def finish(self, case_id: str, how: str, at: datetime) -> None:
        """The first finish stands; later ones change nothing."""
        static_name("how", how)
        ensure_case(self._work, case_id, at)
        self._work.execute(
            update(cases)
            .where(cases.c.case_id == case_id, cases.c.finished_at.is_(None))
            .values(finished_at=at, finished_how=how)
        )
