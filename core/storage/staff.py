"""Staff accounts and sessions. Password hash, app secret and role are sealed; of a session's token a keyed hash is
kept, bound to the account and its role, so that nobody who only writes into the database lets himself in."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from core.errors import Conflict, Tampered
from core.ports import StaffAccount, StaffSession
from core.security.envelope import Place, bind
from core.storage.names import plain_id, static_name
from core.storage.tables import staff, staff_sessions
from core.storage.transaction import Transaction

__all__ = ["SqlStaff"]

_HALF = 16


class SqlStaff:
    """``core.ports.StaffAccounts`` in one transaction."""

    def __init__(self, work: Transaction, key: bytes) -> None:
        self._work, self._key = work, key

    def add(self, account: StaffAccount, at: datetime) -> None:
        staff_id = plain_id("staff", account.staff_id)
        try:
            self._work.execute(
                staff.insert().values(
                    staff_id=staff_id,
                    role=static_name("role", account.role),
                    opened_at=at,
                    failures=0,
                    last_step=0,
                    secrets=self._sealed(account),
                )
            )
        except Conflict:
            raise Conflict("There is a member of staff of this name; choose another id.") from None

    def keep(self, account: StaffAccount) -> None:
        self._change(account.staff_id, secrets=self._sealed(account), failures=0, last_step=0)

    def get(self, staff_id: str) -> StaffAccount | None:
        row = self._work.execute(select(staff).where(staff.c.staff_id == staff_id).with_for_update()).one_or_none()
        if row is None:
            return None
        opened = json.loads(self._work.staff_key(staff_id).open(_place(staff_id), row.secrets))
        if opened.get("role", row.role) != row.role:  # accounts of the time before have none
            raise Tampered("The role of a staff account was altered; compare it with a backup.")
        return StaffAccount(
            staff_id=row.staff_id,
            role=row.role,
            password=opened["password"],
            secret=bytes.fromhex(opened["secret"]),
            closed=row.closed_at is not None,
            failures=row.failures,
            last_step=row.last_step,
        )

    def everyone(self) -> list[tuple[str, str, datetime, bool]]:
        rows = self._work.execute(select(staff).order_by(staff.c.staff_id))
        return [(row.staff_id, row.role, row.opened_at, row.closed_at is not None) for row in rows]

    def close(self, staff_id: str, at: datetime) -> None:
        self._change(staff_id, closed_at=at)

    def refused(self, staff_id: str) -> None:
        self._change(staff_id, failures=staff.c.failures + 1)

    def welcomed(self, staff_id: str, step: int) -> None:
        self._change(staff_id, failures=0, last_step=step)

    # -- sessions -------------------------------------------------------------------------------------------------

    def begin_session(self, digest: bytes, staff_id: str, at: datetime) -> None:
        role = self._work.execute(select(staff.c.role).where(staff.c.staff_id == staff_id)).scalar_one()
        name = self._half("token", digest) + self._half("whose", digest, staff_id, role)
        self._work.execute(staff_sessions.insert().values(digest=name, staff_id=staff_id, began_at=at, seen_at=at))

    def session(self, digest: bytes) -> StaffSession | None:
        first = self._half("token", digest)
        row = self._work.execute(
            select(staff_sessions, staff.c.role)
            .join_from(staff_sessions, staff)
            .where(staff_sessions.c.digest.between(first + bytes(_HALF), first + b"\xff" * _HALF))
            .where(staff_sessions.c.ended_at.is_(None), staff.c.closed_at.is_(None))
        ).one_or_none()
        if row is None:
            return None
        name = bytes(row.digest)
        if not hmac.compare_digest(name[_HALF:], self._half("whose", digest, row.staff_id, row.role)):
            return None
        return StaffSession(row.staff_id, row.role, row.began_at, row.seen_at, name)

    def _half(self, what: str, digest: bytes, *whose: str) -> bytes:
        """One half of a session's name: the first finds it by its token, the second says whose it is."""
        return hmac.new(self._key, bind(what, digest.hex(), *whose), hashlib.sha256).digest()[:_HALF]

    def sessions_of(
        self, staff_id: str, began_after: datetime, seen_after: datetime
    ) -> list[tuple[bytes, datetime, datetime]]:
        of = staff_sessions.c
        stands = (of.staff_id == staff_id, of.ended_at.is_(None), of.began_at > began_after, of.seen_at > seen_after)
        rows = self._work.execute(select(staff_sessions).where(*stands).order_by(of.began_at.desc(), of.digest))
        return [(bytes(row.digest), row.began_at, row.seen_at) for row in rows]

    def seen(self, name: bytes, at: datetime) -> None:
        self._work.execute(update(staff_sessions).where(staff_sessions.c.digest == name).values(seen_at=at))

    def end_session(self, name: bytes, at: datetime) -> None:
        self._end(staff_sessions.c.digest == name, at)

    def end_sessions(self, staff_id: str, at: datetime) -> None:
        self._end(staff_sessions.c.staff_id == staff_id, at)

    # -- parts ----------------------------------------------------------------------------------------------------

    def _end(self, which: Any, at: datetime) -> None:
        open_ones = staff_sessions.c.ended_at.is_(None)
        self._work.execute(update(staff_sessions).where(which, open_ones).values(ended_at=at))

    def _change(self, staff_id: str, **values: Any) -> None:
        self._work.execute(update(staff).where(staff.c.staff_id == staff_id).values(**values))

    def _sealed(self, account: StaffAccount) -> Any:
        body = {"password": account.password, "secret": account.secret.hex(), "role": account.role}
        return self._work.staff_key(account.staff_id).seal(_place(account.staff_id), json.dumps(body).encode())


def _place(staff_id: str) -> Place:
    return Place("staff", "secrets", staff_id)
