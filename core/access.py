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
    """``name`` is what the store knows it by."""

    staff_id: str
    role: str
    began_at: datetime
    seen_at: datetime
    name: bytes


class StaffAccounts(Protocol):
    """Staff accounts and sessions. A session begins and is looked for by the hash of its token, and has a name in the
    store; who can write into the database alone can neither make one nor give one to somebody else."""

    def add(self, account: StaffAccount, at: datetime) -> None:
        """Raises ``Conflict`` when there is such an account."""
        ...

    def keep(self, account: StaffAccount) -> None:
        """Replace password and secret."""
        ...

    def get(self, staff_id: str) -> StaffAccount | None:
        """Raises ``Tampered`` when its role was altered."""
        ...

    def everyone(self) -> list[tuple[str, str, datetime, bool]]:
        """(id, role, since, closed) by id."""
        ...

    def close(self, staff_id: str, at: datetime) -> None: ...

    def refused(self, staff_id: str) -> None: ...

    def welcomed(self, staff_id: str, step: int) -> None: ...

    def begin_session(self, digest: bytes, staff_id: str, at: datetime) -> None: ...

    def session(self, digest: bytes) -> StaffSession | None:
        """``None`` for one that is unknown, ended, of a closed account, or of another account or role than it began
        with."""
        ...

    def sessions_of(
        self, staff_id: str, began_after: datetime, seen_after: datetime
    ) -> list[tuple[bytes, datetime, datetime]]:
        """(name, began, last seen) of those that have not ended, newest first."""
        ...

    def seen(self, name: bytes, at: datetime) -> None: ...

    def end_session(self, name: bytes, at: datetime) -> None: ...

    def end_sessions(self, staff_id: str, at: datetime) -> None: ...


@dataclass(frozen=True, slots=True, repr=False)
class ApiKey:
    """``digest`` is the SHA-256 of the secret where the key is made, and the store's keyed hash of all where it is
    kept. A partner may have several keys, to change them without a gap."""

    key_id: str
    partner: str
    digest: bytes
    scopes: frozenset[str]
    made_at: datetime
    revoked_at: datetime | None = None


class ApiKeys(Protocol):
    def add(self, key: ApiKey) -> None: ...

    def get(self, key_id: str) -> ApiKey | None: ...

    def fits(self, kept: ApiKey, digest: bytes) -> bool:
        """Whether ``kept`` was made with the secret of this SHA-256, for this partner and with these scopes."""
        ...

    def everyone(self) -> list[ApiKey]: ...

    def revoke(self, key_id: str, at: datetime) -> bool:
        """False when there is no such key in use."""
        ...
