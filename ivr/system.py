"""The real clock and the real source of ids: the only places where time and chance enter."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime

__all__ = ["SystemClock", "SystemIds"]


class SystemClock:
    """See ``core.ports.Clock``."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class SystemIds:
    """See ``core.ports.Ids``."""

    def new(self, prefix: str) -> str:
        return f"{prefix}_{secrets.token_hex(12)}"

    def digits(self, count: int) -> str:
        return "".join(secrets.choice("0123456789") for _ in range(count))

    def token(self) -> str:
        return secrets.token_urlsafe(24)
