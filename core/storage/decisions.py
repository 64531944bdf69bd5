"""Bundles of decisions and reviewers' notes, sealed under the key of their case."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from core.decision.keeping import KeptReceipt, ReviewNote
from core.errors import Tampered
from core.security.envelope import DataKey, Place
from core.storage.names import plain_id, static_name
from core.storage.rows import numbered
from core.storage.tables import receipts, reviews
from core.storage.transaction import Transaction

__all__ = ["SqlReceipts", "SqlReviews"]


class SqlReceipts:
    """``core.decision.keeping.Receipts`` in one transaction. The case must have its application already."""

    def __init__(self, work: Transaction) -> None:
        self._work = work

    def keep(self, case_id: str, kind: str, bundle: dict[str, object], at: datetime) -> int:
        last = self._work.execute(select(func.max(receipts.c.number)).where(receipts.c.case_id == case_id)).scalar()
        number = (last or 0) + 1
        text = json.dumps(bundle, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        sealed = self._work.case_key(case_id).seal(_receipt(case_id, number), text.encode())
        self._work.execute(
            receipts.insert().values(case_id=case_id, number=number, kind=static_name("kind", kind), at=at, body=sealed)
        )
        return number

    def of(self, case_id: str) -> list[KeptReceipt]:
        query = select(receipts).where(receipts.c.case_id == case_id).order_by(receipts.c.number)
        rows = numbered(self._work.execute(query).all())
        key = self._work.case_key(case_id) if rows else None
        return [
            KeptReceipt(
                case_id, row.number, row.kind, row.at, json.loads(key.open(_receipt(case_id, row.number), row.body))
            )
            for row in rows
            if key is not None
        ]

    def cases(self, limit: int, since: datetime | None = None) -> Sequence[str]:
        newest = func.max(receipts.c.at)
        query = select(receipts.c.case_id).group_by(receipts.c.case_id).order_by(newest.desc(), receipts.c.case_id)
        if since is not None:
            query = query.having(newest >= since)
        return list(self._work.execute(query.limit(limit)).scalars())


class SqlReviews:
    """``core.decision.keeping.Reviews`` in one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._work = work

    def add(self, case_id: str, note: ReviewNote) -> None:
        last = self._work.execute(select(func.max(reviews.c.number)).where(reviews.c.case_id == case_id)).scalar()
        number = (last or 0) + 1
        sealed = self._work.case_key(case_id).seal(
            _review(case_id, number, note.actor, note.verdict), note.reason.encode()
        )
        self._work.execute(
            reviews.insert().values(
                case_id=case_id,
                number=number,
                at=note.at,
                actor=plain_id("actor", note.actor),
                verdict=static_name("verdict", note.verdict),
                body=sealed,
            )
        )

    def of(self, case_id: str) -> list[ReviewNote]:
        query = select(reviews).where(reviews.c.case_id == case_id).order_by(reviews.c.number)
        rows = numbered(self._work.execute(query).all())
        key = self._work.case_key(case_id) if rows else None
        return [_note(key, case_id, row) for row in rows if key is not None]


def _receipt(case_id: str, number: int) -> Place:
    return Place("receipts", "body", f"{case_id}/{number}")


def _note(key: DataKey, case_id: str, row: Any) -> ReviewNote:
    try:
        reason, bound = key.open(_review(case_id, row.number, row.actor, row.verdict), row.body), True
    except Tampered:  # unless it is of the time before, when who said what was not bound to the reason
        reason, bound = key.open(Place("reviews", "body", f"{case_id}/{row.number}"), row.body), False
    return ReviewNote(row.actor, row.verdict, reason.decode(), row.at, bound)


def _review(case_id: str, number: int, actor: str, verdict: str) -> Place:
    """Who said what is bound to the reason: two persons stay two."""
    return Place("reviews", "body", f"{case_id}/{number}", f"{actor}/{verdict}")
