"""Staff accounts and their sessions: password and app code at the door, a session that ends by itself.

Promised (OWASP ASVS 5.0, 6 and 7; NIST SP 800-63B): Argon2id and TOTP, each code good once; a new token at each
sign-in, kept as a hash; idle 15 minutes, at most 8 hours; gone at once when the account is closed. Every sign-in and
every refusal is an audit row.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, replace
from datetime import timedelta

from core.errors import Conflict, InvalidInput, NotFound, Unauthenticated
from core.ports import Clock, Ids, StaffAccount, Storage, UnitOfWork
from core.security.leaked import PACKAGED, LeakedPasswords
from core.security.passwords import hash_password, password_fits
from core.security.totp import matching_step
from core.usecases.roles import Role

__all__ = [
    "ABSOLUTE",
    "IDLE",
    "MOST_FAILURES",
    "Visitor",
    "about",
    "add",
    "begin_demo",
    "close",
    "digest",
    "prove",
    "renew",
    "sign_in",
    "sign_out",
    "sign_out_everywhere",
    "visitor",
]

IDLE, ABSOLUTE = timedelta(minutes=15), timedelta(hours=8)
#: Wrong tries in a row after which the account waits for an operator (NIST SP 800-63B, 3.2.2: at most 100).
MOST_FAILURES = 100
#: Stands in the audit log for a name that no account has: what was typed can be a password.
_NO_ONE = "nobody"
_TOUCH = timedelta(seconds=20)
_SECRET_BYTES = 20
_STAFF_ID = re.compile(r"[a-z][a-z0-9_.-]{1,39}")
_REFUSED = "Name, password or code is wrong; try again."
#: Checked when there is no such account, so that an unknown name takes as long as a wrong password.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$LrbcdSFSwSwt75eIP4c35Q$8Qah9Dx0fLi2s9j1b9ele95EeVjh1f2h3Eo8xdWjQI4"


@dataclass(frozen=True, slots=True)
class Visitor:
    """A signed-in member of staff. ``session`` is the session's name in the store."""

    staff_id: str
    role: Role
    session: bytes


def add(
    storage: Storage,
    clock: Clock,
    staff_id: str,
    role: Role,
    password: str,
    operator: str,
    leaked: LeakedPasswords = PACKAGED,
) -> bytes:
    """Open an account; returns the secret for the authenticator app, to be shown once.

    ``staff_id`` stands in the audit log as the actor: choose a short id, not a full name. Raises ``InvalidInput``,
    or ``Conflict`` when there is such an account.
    """
    if not _STAFF_ID.fullmatch(staff_id):
        raise InvalidInput("staff", "use an id of 2 to 40 small letters, digits and _.- that starts with a letter")
    secret = os.urandom(_SECRET_BYTES)
    account = StaffAccount(staff_id, role.value, hash_password(password, about=about(staff_id), leaked=leaked), secret)
    with storage.begin() as work:
        work.staff.add(account, clock.now())
        work.audit.append(operator, "staff.added", staff_id, {"role": role.value})
        work.commit()
    return secret


def renew(
    storage: Storage, clock: Clock, staff_id: str, password: str, operator: str, leaked: LeakedPasswords = PACKAGED
) -> bytes:
    """A new password and a new app secret; every session ends. Returns the secret. Raises ``NotFound``."""
    secret = os.urandom(_SECRET_BYTES)
    phc = hash_password(password, about=about(staff_id), leaked=leaked)
    with storage.begin() as work:
        account = work.staff.get(staff_id)
        if account is None:
            raise NotFound("There is no such member of staff.")
        work.staff.keep(StaffAccount(staff_id, account.role, phc, secret))
        work.staff.end_sessions(staff_id, clock.now())
        work.audit.append(operator, "staff.renewed", staff_id)
        work.commit()
    return secret


def close(storage: Storage, clock: Clock, staff_id: str, operator: str) -> None:
    """Close an account and end its sessions. Raises ``NotFound``, or ``Conflict`` when it is closed."""
    with storage.begin() as work:
        if _is_closed(work, staff_id):
            raise Conflict("This account is closed already.")
        work.staff.close(staff_id, clock.now())
        work.staff.end_sessions(staff_id, clock.now())
        work.audit.append(operator, "staff.closed", staff_id)
        work.commit()


def sign_in(storage: Storage, clock: Clock, ids: Ids, staff_id: str, password: str, code: str) -> str:
    """The token of a new session. Raises ``Unauthenticated``, with one message for every reason."""
    known = None
    if _STAFF_ID.fullmatch(staff_id):
        with storage.begin() as work:
            known = work.staff.get(staff_id)
    right = password_fits(password, known.password if known else _NOBODY)  # outside of the transaction: it is slow
    if known is None:
        with storage.begin() as work:  # the same work as for a known name, to the disk
            work.audit.append("console", "staff.refused", _NO_ONE)
            work.commit()
        raise Unauthenticated(_REFUSED)
    with storage.begin() as work:
        prove(work, clock, staff_id, code, right=right)
        token = ids.token()
        work.staff.begin_session(digest(token), staff_id, clock.now())
        work.audit.append(staff_id, "staff.signed_in", staff_id)
        work.commit()
    return token


def prove(work: UnitOfWork, clock: Clock, staff_id: str, code: str, *, right: bool) -> StaffAccount:
    """The account of somebody whose password was ``right`` and whose ``code`` is fresh; the code is used up with the
    transaction. Raises ``Unauthenticated`` with one message for every reason, and commits that it was tried."""
    account = work.staff.get(staff_id)
    if account is None:
        raise Unauthenticated(_REFUSED)
    shut = account.closed or account.failures >= MOST_FAILURES
    step = matching_step(account.secret, code.strip().replace(" ", ""), clock.now().timestamp(), account.last_step)
    if shut or not right or step is None:
        work.staff.refused(staff_id)
        work.audit.append(staff_id, "staff.refused", staff_id)
        work.commit()
        raise Unauthenticated(_REFUSED)
    work.staff.welcomed(staff_id, step)
    return replace(account, last_step=step)


def begin_demo(storage: Storage, clock: Clock, staff_id: str, token: str) -> None:
    """A session without password and code, for a demonstration on one's own machine; the caller makes sure of that."""
    with storage.begin() as work:
        work.staff.begin_session(digest(token), staff_id, clock.now())
        work.audit.append(staff_id, "staff.signed_in", staff_id, {"demo": True})
        work.commit()


def visitor(storage: Storage, clock: Clock, token: str, *, active: bool = True) -> Visitor:
    """Who holds this token. ``active`` says that a person did something, which keeps the session from going idle.

    Raises ``Unauthenticated`` when the session is unknown, idle for too long, too old, or ended.
    """
    now = clock.now()
    with storage.begin() as work:
        session = work.staff.session(digest(token))
        if session is None or now - session.began_at >= ABSOLUTE or now - session.seen_at >= IDLE:
            raise Unauthenticated("Your session is over; sign in again.")
        if active and now - session.seen_at >= _TOUCH:
            work.staff.seen(session.name, now)
            work.commit()
    return Visitor(session.staff_id, Role(session.role), session.name)


def sign_out(storage: Storage, clock: Clock, who: Visitor) -> None:
    with storage.begin() as work:
        work.staff.end_session(who.session, clock.now())
        work.audit.append(who.staff_id, "staff.signed_out", who.staff_id)
        work.commit()


def sign_out_everywhere(storage: Storage, clock: Clock, staff_id: str, operator: str) -> None:
    """End every session of an account, which stays open. Raises ``NotFound``."""
    with storage.begin() as work:
        _is_closed(work, staff_id)
        work.staff.end_sessions(staff_id, clock.now())
        work.audit.append(operator, "staff.sessions_ended", staff_id)
        work.commit()


def _is_closed(work: UnitOfWork, staff_id: str) -> bool:
    """Without opening what is sealed: an account that somebody altered must be closed all the sooner. Raises
    ``NotFound``."""
    for known, _, _, closed in work.staff.everyone():
        if known == staff_id:
            return closed
    raise NotFound("There is no such member of staff.")


def about(staff_id: str) -> tuple[str, ...]:
    """The words about a person that count nothing in a password."""
    return (staff_id, *re.split(r"[_.-]", staff_id))


def digest(token: str) -> bytes:
    """What the store is told of a session's token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
