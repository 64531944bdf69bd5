"""Rows of the audit log, written in the same transaction as what they record, and the tree they form."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, select, update

from core.errors import InvalidInput, Tampered
from core.security.audit import Frontier, leaf_hash
from core.security.envelope import DataKey, Place, Sealed
from core.storage.engine import reading
from core.storage.names import plain_id, static_name
from core.storage.tables import audit, audit_state, calls, cases
from core.storage.transaction import Transaction

__all__ = ["AuditRow", "SqlAuditLog", "last_done", "read_rows", "read_state"]

_CODE = re.compile(r"[A-Za-z0-9_.:/@-]{0,128}")
_LONGEST_NOTE = 1000


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One row as it is hashed; ``stored_leaf`` is the hash that was written with it."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    stored_leaf: bytes

    def content(self) -> dict[str, Any]:
        return {
            "seq": self.seq,
            "at": self.at.isoformat(timespec="microseconds"),
            "actor": self.actor,
            "action": self.action,
            "subject": self.subject,
            "detail": self.detail,
        }

    @property
    def leaf(self) -> bytes:
        return leaf_hash(self.content())


class SqlAuditLog:
    """``core.ports.AuditLog`` in one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._work = work
        self.grown: Frontier | None = None

    def append(
        self, actor: str, action: str, subject: str, detail: dict[str, Any] | None = None, note: str | None = None
    ) -> int:
        plain_id("actor", actor)
        static_name("action", action)
        plain_id("subject", subject)
        facts = _checked(detail or {})
        frontier = self.grown or read_state(self._work)
        sealed = None
        if note is not None:
            sealed, facts["note"] = self._seal_note(frontier.size + 1, subject, note)
        now = self._work.clock.now()
        row = AuditRow(frontier.size + 1, now.astimezone(UTC), actor, action, subject, facts, b"")
        self._work.execute(
            audit.insert().values(
                seq=row.seq,
                at=now,
                actor=actor,
                action=action,
                subject=subject,
                detail=json.dumps(facts, sort_keys=True, separators=(",", ":")),
                note=sealed,
                leaf=row.leaf,
            )
        )
        self.grown = frontier.append(row.leaf)
        self._work.execute(
            update(audit_state).values(size=self.grown.size, peaks=self.grown.to_bytes()).where(audit_state.c.id == 1)
        )
        return row.seq

    def note(self, seq: int) -> str | None:
        """The sealed free text of a row, opened, when it is the one the row commits to. Raises ``Shredded``,
        ``Tampered`` or ``WrongKey``."""
        columns = (audit.c.subject, audit.c.detail, audit.c.note)
        row = self._work.execute(select(*columns).where(audit.c.seq == seq)).one_or_none()
        promised = json.loads(row.detail).get("note") if row else None
        if row is None or (row.note is None and promised is None):
            return None
        if row.note is None:
            raise Tampered("The note of an audit row was removed; compare it with a backup.")
        opened = json.loads(self._key_of(row.subject).open(_note_place(seq), row.note))
        if _commitment(bytes.fromhex(opened["salt"]), opened["text"]) != promised:
            raise Tampered("The note of an audit row is not the one it commits to; compare it with a backup.")
        return str(opened["text"])

    def _seal_note(self, seq: int, subject: str, note: str) -> tuple[Sealed, str]:
        if not note.strip() or len(note) > _LONGEST_NOTE:
            raise InvalidInput("note", f"write between one and {_LONGEST_NOTE} characters")
        salt = os.urandom(16)
        body = json.dumps({"salt": salt.hex(), "text": note}, ensure_ascii=False).encode()
        return self._key_of(subject).seal(_note_place(seq), body), _commitment(salt, note)

    def _key_of(self, subject: str) -> DataKey:
        if self._work.execute(select(calls.c.call_id).where(calls.c.call_id == subject)).first():
            return self._work.call_key(subject)
        owner = self._work.execute(select(cases.c.subject_id).where(cases.c.case_id == subject)).scalar_one_or_none()
        if owner is None:
            raise InvalidInput("subject", "a note needs a call or a case to be about")
        return self._work.new_case_key(subject, owner)


def read_state(work: Transaction) -> Frontier:
    """The tree as it stands, locked against other writers until the transaction ends."""
    row = work.execute(select(audit_state).where(audit_state.c.id == 1).with_for_update()).one()
    return Frontier.from_bytes(row.size, bytes(row.peaks))


def last_done(engine: Engine, action: str) -> datetime | None:
    """When the newest row with this action was written; ``None`` without one. Raises ``StorageError``."""
    newest = select(audit.c.at).where(audit.c.action == action).order_by(audit.c.seq.desc()).limit(1)
    with reading(engine) as connection:
        return connection.execute(newest).scalar()


def read_rows(connection: Connection) -> Iterator[AuditRow]:
    """Every row by number. Raises ``Tampered`` when a detail is not even JSON."""
    columns = [column for column in audit.c if column.name != "note"]
    for row in connection.execute(select(*columns).order_by(audit.c.seq)):
        try:
            detail = json.loads(row.detail)
        except ValueError:
            raise Tampered("The audit log holds a row that was altered; compare it with a backup.") from None
        yield AuditRow(row.seq, row.at, row.actor, row.action, row.subject, detail, bytes(row.leaf))


def _commitment(salt: bytes, text: str) -> str:
    return hashlib.sha256(salt + text.encode()).hexdigest()


def _note_place(seq: int) -> Place:
    return Place("audit", "note", str(seq))


def _checked(detail: dict[str, Any]) -> dict[str, Any]:
    """A copy of ``detail`` when it holds ids, codes and whole numbers only."""
    for key, value in detail.items():
        static_name("detail", key)
        for item in value if isinstance(value, list | tuple) else [value]:
            if isinstance(item, str) and _CODE.fullmatch(item):
                continue
            if item is not None and type(item) not in (int, bool):
                raise InvalidInput(f"detail.{key}", "use ids, codes and whole numbers; free text goes into the note")
    return {key: list(value) if isinstance(value, list | tuple) else value for key, value in detail.items()}
