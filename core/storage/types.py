"""Column types that fail closed: sealed bytes only where bytes are sealed, aware UTC times only."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

from core.errors import CryptoError, InvalidInput
from core.security.envelope import Sealed

__all__ = ["SealedBytes", "UtcTime"]


class SealedBytes(TypeDecorator[Sealed]):
    """A column that takes and gives ``Sealed`` only. Plain bytes or text raise ``CryptoError`` and are not stored."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        if not isinstance(value, Sealed):
            raise CryptoError("An encrypted column was given a plain value; seal it first.")
        return value.blob

    def process_result_value(self, value: Any, dialect: Dialect) -> Sealed | None:
        return None if value is None else Sealed(bytes(value))


class UtcTime(TypeDecorator[datetime]):
    """An aware time, stored in UTC."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise InvalidInput("at", "a time needs its offset from UTC")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)
