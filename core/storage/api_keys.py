"""The keys partners call the API with. Of each secret only a hash is kept, so that a stolen database opens no door."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from core.ports import ApiKey
from core.storage.names import plain_id, static_name
from core.storage.tables import api_keys
from core.storage.transaction import Transaction

__all__ = ["SqlApiKeys"]


class SqlApiKeys:
    """``core.ports.ApiKeys`` in one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._work = work

    def add(self, key: ApiKey) -> None:
        self._work.execute(
            api_keys.insert().values(
                key_id=plain_id("key_id", key.key_id),
                partner=static_name("partner", key.partner),
                digest=key.digest,
                scopes=" ".join(sorted(static_name("scope", scope) for scope in key.scopes)),
                made_at=key.made_at,
            )
        )

    def get(self, key_id: str) -> ApiKey | None:
        row = self._work.execute(select(api_keys).where(api_keys.c.key_id == key_id)).one_or_none()
        return None if row is None else _key(row)

    def everyone(self) -> list[ApiKey]:
        return [_key(row) for row in self._work.execute(select(api_keys).order_by(api_keys.c.made_at))]

    def revoke(self, key_id: str, at: datetime) -> bool:
        which = (api_keys.c.key_id == key_id, api_keys.c.revoked_at.is_(None))
        return self._work.execute(update(api_keys).where(*which).values(revoked_at=at)).rowcount == 1


def _key(row: Any) -> ApiKey:
    return ApiKey(
        row.key_id, row.partner, bytes(row.digest), frozenset(row.scopes.split()), row.made_at, row.revoked_at
    )
