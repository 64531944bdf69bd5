"""Who may come in: staff accounts and their sessions, and the keys of partners; and who keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

__all__ = ["ApiKey", "ApiKeys", "StaffAccount", "StaffAccounts", "StaffSession"]


@dataclass(frozen=True, slots=True, repr=False)
class StaffAccount:
    """A member of staff. ``password`` is its hash, ``secret`` the authenticator app's key; ``last_step`` the time step
    of the last code used; ``failures`` counts the wrong tries since."""

    staff_id: str
    role: str
    password: str
    secret: bytes
    closed: bool = False
    failures: int = 0
    last_step: int = 0

    def __repr__(self) -> str:
        return f"StaffAccount({self.staff_id}, {self.role})"


@dataclass(frozen=True, slots=True)
class StaffSession:
    staff_id: str
    role: str
    began_at: datetime
    seen_at: datetime


class StaffAccounts(Protocol):
    """Staff accounts and sessions; a session is known by the hash of its token."""

    def add(self, account: StaffAccount, at: datetime) -> None:
        """Raises ``Conflict`` when there is such an account."""
        ...

    def keep(self, account: StaffAccount) -> None:
        """Replace password and secret."""
        ...

    def get(self, staff_id: str) -> StaffAccount | None: ...

    def everyone(self) -> list[tuple[str, str, datetime, bool]]:
        """(id, role, since, closed) by id."""
        ...

    def close(self, staff_id: str, at: datetime) -> None: ...

    def refused(self, staff_id: str) -> None: ...

    def welcomed(self, staff_id: str, step: int) -> None: ...

    def begin_session(self, digest: bytes, staff_id: str, at: datetime) -> None: ...

    def session(self, digest: bytes) -> StaffSession | None:
        """``None`` for one that is unknown, ended, or of a closed account."""
        ...

    def sessions_of(
        self, staff_id: str, began_after: datetime, seen_after: datetime
    ) -> list[tuple[bytes, datetime, datetime]]:
        """(hash of the token, began, last seen) of those that have not ended, newest first."""
        ...

    def seen(self, digest: bytes, at: datetime) -> None: ...

    def end_session(self, digest: bytes, at: datetime) -> None: ...

    def end_sessions(self, staff_id: str, at: datetime) -> None: ...


@dataclass(frozen=True, slots=True, repr=False)
class ApiKey:
    """``digest`` is the SHA-256 of the secret. A partner may have several keys, to change them without a gap."""

    key_id: str
    partner: str
    digest: bytes
    scopes: frozenset[str]
    made_at: datetime
    revoked_at: datetime | None = None


class ApiKeys(Protocol):
    def add(self, key: ApiKey) -> None: ...

    def get(self, key_id: str) -> ApiKey | None: ...

    def everyone(self) -> list[ApiKey]: ...

    def revoke(self, key_id: str, at: datetime) -> bool:
        """False when there is no such key in use."""
        ...
