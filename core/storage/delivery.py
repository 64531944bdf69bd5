"""Webhooks and commands that may come twice, and one-time codes: both stored as keyed hashes only."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from sqlalchemy import select, update

from core.errors import Conflict, IdempotencyMismatch
from core.security.envelope import bind
from core.storage.names import plain_id, static_name
from core.storage.tables import codes, inbox
from core.storage.transaction import Transaction

__all__ = ["CODES_A_DAY", "CODE_LIFE", "CODE_TRIES", "SqlCodes", "SqlInbox"]

#: NIST SP 800-63B allows ten minutes and a hundred failures; a caller on the line needs less.
CODE_LIFE = timedelta(minutes=5)
CODE_TRIES = 5
CODES_A_DAY = 5


def _keyed(key: bytes, *parts: str) -> bytes:
    return hmac.new(key, bind(*parts), hashlib.sha256).digest()


class SqlInbox:
    """``core.ports.Inbox`` in one transaction: it stands or falls with the effect it guards."""

    def __init__(self, work: Transaction, key: bytes) -> None:
        self._work = work
        self._key = key

    def first_time(self, key: str, fingerprint: str, at: datetime) -> bool:
        name, content = _keyed(self._key, "key", key), _keyed(self._key, "content", key, fingerprint)
        if self._work.inserted(inbox.insert().values(key=name, fingerprint=content, at=at)):
            return True
        known = self._work.execute(select(inbox.c.fingerprint).where(inbox.c.key == name)).scalar_one()
        if not hmac.compare_digest(bytes(known), content):
            raise IdempotencyMismatch("The same key came with other content; use a new key for a new request.")
        return False


class SqlCodes:
    """``core.ports.OneTimeCodes`` in one transaction. A try counts only when the transaction is committed."""

    def __init__(self, work: Transaction, key: bytes) -> None:
        self._work = work
        self._key = key

    def store(self, case_id: str, purpose: str, code: str, binding: str, at: datetime) -> None:
        plain_id("case_id", case_id)
        static_name("purpose", purpose)
        where = (codes.c.case_id == case_id, codes.c.purpose == purpose)
        known = self._work.execute(select(codes).where(*where).with_for_update()).one_or_none()
        fresh = {
            "digest": _keyed(self._key, case_id, purpose, binding, code),
            "issued_at": at,
            "tries": 0,
            "used_at": None,
        }
        if known is None:
            self._work.execute(
                codes.insert().values(case_id=case_id, purpose=purpose, first_issued_at=at, issues=1, **fresh)
            )
            return
        if at - known.first_issued_at >= timedelta(days=1):
            fresh |= {"first_issued_at": at, "issues": 1}
        elif known.issues >= CODES_A_DAY:
            raise Conflict("Too many codes were sent for this case today; hand the call to a person.")
        else:
            fresh["issues"] = known.issues + 1
        self._work.execute(update(codes).where(*where).values(**fresh))

    def check(self, case_id: str, purpose: str, code: str, binding: str, at: datetime) -> str:
        where = (codes.c.case_id == case_id, codes.c.purpose == purpose)
        row = self._work.execute(select(codes).where(*where).with_for_update()).one_or_none()
        if row is None or not timedelta(0) <= at - row.issued_at < CODE_LIFE:
            return "expired"
        if row.used_at is not None or row.tries >= CODE_TRIES:
            return "exhausted"
        right = hmac.compare_digest(bytes(row.digest), _keyed(self._key, case_id, purpose, binding, code))
        self._work.execute(update(codes).where(*where).values(tries=row.tries + 1, used_at=at if right else None))
        if right:
            return "ok"
        return "wrong" if row.tries + 1 < CODE_TRIES else "exhausted"
