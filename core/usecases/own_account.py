"""What members of staff do with their own account: a new password, and a look at their sessions.

Both ask again who it is (OWASP ASVS 5.0, 6.2.3, 7.4.3 and 7.5.2). A wrong answer counts like one at sign-in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.errors import InvalidInput, NotFound
from core.ports import Clock, Ids, Storage
from core.security.leaked import PACKAGED, LeakedPasswords
from core.security.passwords import hash_password, password_fits
from core.usecases.staff import ABSOLUTE, IDLE, Visitor, about, digest, prove

__all__ = ["OwnSession", "change_password", "end_sessions", "own_sessions"]

_MARK = 12


@dataclass(frozen=True, slots=True)
class OwnSession:
    """``mark`` names it on the page and opens nothing; ``here`` is the one that asks."""

    mark: str
    began_at: datetime
    seen_at: datetime
    here: bool


def own_sessions(storage: Storage, clock: Clock, who: Visitor) -> Sequence[OwnSession]:
    """Every session of the account that still stands, newest first."""
    now = clock.now()
    with storage.begin() as work:
        found = work.staff.sessions_of(who.staff_id, now - ABSOLUTE, now - IDLE)
    return [OwnSession(key.hex()[:_MARK], began, seen, key == who.session) for key, began, seen in found]


def change_password(
    storage: Storage,
    clock: Clock,
    ids: Ids,
    who: Visitor,
    password: str,
    code: str,
    new: str,
    leaked: LeakedPasswords = PACKAGED,
) -> str:
    """Put ``new`` in the place of the present ``password``, with a fresh ``code`` of the app. Every session of the
    account ends; returns the token of a new one. Raises ``InvalidInput`` for a new password that will not do, and
    ``Unauthenticated`` when the present one or the code is wrong."""
    if new == password:
        raise InvalidInput("new", "choose another one than the present password")
    phc = hash_password(new, about=about(who.staff_id), leaked=leaked)  # outside of the transaction: it is slow
    with storage.begin() as work:
        known = work.staff.get(who.staff_id)
    right = known is not None and password_fits(password, known.password)
    now, token = clock.now(), ids.token()
    with storage.begin() as work:
        account = prove(work, clock, who.staff_id, code, right=right)
        work.staff.keep(replace(account, password=phc))
        work.staff.welcomed(who.staff_id, account.last_step)
        work.staff.end_sessions(who.staff_id, now)
        work.staff.begin_session(digest(token), who.staff_id, now)
        work.audit.append(who.staff_id, "staff.password_changed", who.staff_id)
        work.commit()
    return token


def end_sessions(storage: Storage, clock: Clock, who: Visitor, code: str, mark: str = "") -> None:
    """End the session with this ``mark``, or all but the one that asks; a fresh ``code`` of the app is the proof.
    Raises ``NotFound`` when there is no such session, and ``Unauthenticated``."""
    others = [each for each in own_sessions(storage, clock, who) if not each.here and mark in {"", each.mark}]
    if mark and not others:
        raise NotFound("There is no such session of yours; it may be over already.")
    marks = {each.mark for each in others}
    with storage.begin() as work:
        prove(work, clock, who.staff_id, code, right=True)
        for key, _, _ in work.staff.sessions_of(who.staff_id, clock.now() - ABSOLUTE, clock.now() - IDLE):
            if key.hex()[:_MARK] in marks:
                work.staff.end_session(key, clock.now())
        work.audit.append(who.staff_id, "staff.sessions_ended", who.staff_id, {"sessions": len(others)})
        work.commit()
