"""Written copies that are still owed, so that no crash and no failing provider swallows one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, update

from core.lending.owing import OwedText
from core.storage.names import plain_id, static_name
from core.storage.tables import owed_texts
from core.storage.transaction import Transaction

__all__ = ["SqlOwedTexts"]


class SqlOwedTexts:
    """``core.ports.OwedTexts`` in one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._work = work

    def owe(self, case_id: str, what: str, first_at: datetime) -> None:
        self.paid(case_id, what)
        row = {"case_id": plain_id("case_id", case_id), "what": static_name("what", what)}
        self._work.execute(owed_texts.insert().values(**row, next_at=first_at, tries=0))

    def due(self, at: datetime, limit: int = 20) -> list[OwedText]:
        rows = self._work.execute(
            select(owed_texts).where(owed_texts.c.next_at <= at).order_by(owed_texts.c.next_at).limit(limit)
        )
        return [OwedText(row.case_id, row.what, row.tries) for row in rows]

    def again(self, owed: OwedText, next_at: datetime) -> None:
        which = _this(owed.case_id, owed.what)
        self._work.execute(update(owed_texts).where(*which).values(next_at=next_at, tries=owed.tries + 1))

    def paid(self, case_id: str, what: str) -> None:
        self._work.execute(delete(owed_texts).where(*_this(case_id, what)))


def _this(case_id: str, what: str) -> tuple[ColumnElement[bool], ...]:
    return owed_texts.c.case_id == case_id, owed_texts.c.what == what
