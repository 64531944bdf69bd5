"""The keys partners call the API with. Of each secret a keyed hash is kept, bound to partner and scopes: a stolen
database opens no door, and nobody who only writes into it makes one."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from core.ports import ApiKey
from core.security.envelope import bind
from core.storage.names import plain_id, static_name
from core.storage.tables import api_keys
from core.storage.transaction import Transaction

__all__ = ["SqlApiKeys"]


class SqlApiKeys:
    """``core.ports.ApiKeys`` in one transaction."""

    def __init__(self, work: Transaction, key: bytes) -> None:
        self._work, self._key = work, key

    def add(self, key: ApiKey) -> None:
        self._work.execute(
            api_keys.insert().values(
                key_id=plain_id("key_id", key.key_id),
                partner=static_name("partner", key.partner),
                digest=self._bound(key, key.digest),
                scopes=" ".join(sorted(static_name("scope", scope) for scope in key.scopes)),
                made_at=key.made_at,
            )
        )

    def get(self, key_id: str) -> ApiKey | None:
        row = self._work.execute(select(api_keys).where(api_keys.c.key_id == key_id)).one_or_none()
        return None if row is None else _key(row)

    def fits(self, kept: ApiKey, digest: bytes) -> bool:
        return hmac.compare_digest(kept.digest, self._bound(kept, digest))

    def _bound(self, key: ApiKey, digest: bytes) -> bytes:
        parts = bind("api_keys", key.key_id, key.partner, " ".join(sorted(key.scopes)), digest.hex())
        return hmac.new(self._key, parts, hashlib.sha256).digest()

    def everyone(self) -> list[ApiKey]:
        return [_key(row) for row in self._work.execute(select(api_keys).order_by(api_keys.c.made_at))]

    def revoke(self, key_id: str, at: datetime) -> bool:
        which = (api_keys.c.key_id == key_id, api_keys.c.revoked_at.is_(None))
        return self._work.execute(update(api_keys).where(*which).values(revoked_at=at)).rowcount == 1


def _key(row: Any) -> ApiKey:
    return ApiKey(
        row.key_id, row.partner, bytes(row.digest), frozenset(row.scopes.split()), row.made_at, row.revoked_at
    )
