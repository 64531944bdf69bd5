"""The consent ledger, and what people say is wrong. Scope, text and answer stand in the open, authenticated with the
sealed hearing; the hearing goes with the call it was given in."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from core.codec import from_plain, to_plain
from core.errors import InvalidInput, Shredded
from core.evidence import Evidence
from core.privacy import ConsentRecord, Correction, How
from core.security.envelope import DataKey, Place
from core.storage.journal import ensure_case
from core.storage.names import plain_id, static_name
from core.storage.privacy_tables import consents, corrections
from core.storage.rows import numbered
from core.storage.transaction import Transaction

__all__ = ["SqlConsents", "SqlCorrections"]

_TEXT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./:-]{0,119}")
_HASH = re.compile(r"[0-9a-f]{0,64}")


class SqlConsents:
    """``core.privacy.ConsentLedger`` in one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._work = work

    def enter(self, case_id: str, record: ConsentRecord) -> None:
        if not _TEXT_ID.fullmatch(record.text_id) or not _HASH.fullmatch(record.text_hash):
            raise InvalidInput("consent", "name the text by an id and its SHA-256")
        subject = ensure_case(self._work, case_id, record.at)
        last = self._work.execute(select(func.max(consents.c.number)).where(consents.c.case_id == case_id)).scalar()
        number = (last or 0) + 1
        if record.call_id is None:
            key = self._work.new_case_key(case_id, subject)
        else:
            key = self._work.new_talk_key(case_id, plain_id("call_id", record.call_id), subject)
        hearing = to_plain(record.evidence) if record.evidence is not None else None
        self._work.execute(
            consents.insert().values(
                case_id=case_id,
                number=number,
                at=record.at,
                scope=static_name("scope", record.scope),
                granted=record.granted,
                text_id=record.text_id,
                text_hash=record.text_hash,
                how=record.how.value,
                call_id=record.call_id,
                body=key.seal(_place(case_id, number, record), json.dumps(hearing, ensure_ascii=False).encode()),
            )
        )

    def of(self, case_id: str) -> Sequence[ConsentRecord]:
        rows = self._work.execute(select(consents).where(consents.c.case_id == case_id).order_by(consents.c.number))
        return [self._opened(row) for row in numbered(rows.all())]

    def _opened(self, row: Any) -> ConsentRecord:
        plain = ConsentRecord(
            row.scope, row.granted, row.text_id, row.text_hash, row.at, How(row.how), row.call_id, None
        )
        try:
            key = self._key(row)
        except Shredded:
            return plain
        hearing = json.loads(key.open(_place(row.case_id, row.number, plain), row.body))
        evidence = from_plain(Evidence, hearing, "evidence") if hearing is not None else None
        return ConsentRecord(
            row.scope, row.granted, row.text_id, row.text_hash, row.at, How(row.how), row.call_id, evidence
        )

    def _key(self, row: Any) -> DataKey:
        if row.call_id is None:
            return self._work.case_key(row.case_id)
        return self._work.talk_key(row.case_id, row.call_id)


class SqlCorrections:
    """``core.privacy.Corrections`` in one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._work = work

    def add(self, case_id: str, correction: Correction) -> None:
        last = self._work.execute(
            select(func.max(corrections.c.number)).where(corrections.c.case_id == case_id)
        ).scalar()
        number = (last or 0) + 1
        field = static_name("field", correction.field)
        sealed = self._work.case_key(case_id).seal(_correction(case_id, number, field), correction.value.encode())
        self._work.execute(
            corrections.insert().values(
                case_id=case_id,
                number=number,
                at=correction.at,
                actor=plain_id("actor", correction.actor),
                field=field,
                body=sealed,
            )
        )

    def of(self, case_id: str) -> Sequence[Correction]:
        query = select(corrections).where(corrections.c.case_id == case_id).order_by(corrections.c.number)
        rows = numbered(self._work.execute(query).all())
        key = self._work.case_key(case_id) if rows else None
        return [
            Correction(
                row.field, key.open(_correction(case_id, row.number, row.field), row.body).decode(), row.at, row.actor
            )
            for row in rows
            if key is not None
        ]


def _place(case_id: str, number: int, record: ConsentRecord) -> Place:
    said = "/".join((record.scope, str(record.granted), record.text_id, record.text_hash, record.how.value))
    return Place("consents", "body", f"{case_id}/{number}", f"{said}/{record.at.isoformat()}")


def _correction(case_id: str, number: int, field: str) -> Place:
    return Place("corrections", "body", f"{case_id}/{number}", field)
