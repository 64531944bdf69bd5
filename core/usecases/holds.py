"""A fraud hold: nothing of a case is approved, accepted or paid out until another person lifts it.

The hold is an entry of the case's journal, made outside of any call: it stands before there is an application and
survives everything the case survives, the destruction of its calls' records too. It never declines, and it changes no
status: what waits goes on when the hold is lifted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.errors import Conflict, Forbidden, InvalidInput
from core.events import NO_CALL, JournalEntry
from core.ports import Clock, Storage, UnitOfWork

__all__ = ["Hold", "place", "release", "require_free", "standing"]

_PLACED, _RELEASED = "hold_placed", "hold_released"
_SHORTEST, _LONGEST = 10, 2000


@dataclass(frozen=True, slots=True, repr=False)
class Hold:
    """``why`` is in the words of who placed it."""

    case_id: str
    placed_by: str
    placed_at: datetime
    why: str

    def __repr__(self) -> str:
        return f"Hold({self.case_id})"


def standing(work: UnitOfWork, case_id: str) -> Hold | None:
    """The hold on a case, if one stands."""
    held: Hold | None = None
    for entry in work.journal.read(case_id, (_PLACED, _RELEASED)):
        if entry.kind == _PLACED:
            held = Hold(case_id, str(entry.data["who"]), entry.at, str(entry.data["why"]))
        elif entry.kind == _RELEASED:
            held = None
    return held


def require_free(work: UnitOfWork, case_id: str) -> None:
    """Raises ``Conflict`` while a hold stands."""
    if standing(work, case_id) is not None:
        raise Conflict("This case is held for a fraud inquiry; have the hold lifted first.")


def place(storage: Storage, clock: Clock, case_id: str, who: str, why: str, call_id: str = "") -> Hold:
    """Hold a case, with the reason in words (sealed). ``call_id`` is the call that led to it.

    Raises ``Conflict`` when it is held already, ``NotFound`` for a case that nobody knows, and ``InvalidInput``.
    """
    why = _reason(why)
    with storage.begin() as work:
        _require_known(work, case_id)
        if standing(work, case_id) is not None:
            raise Conflict("This case is held already.")
        now = clock.now()
        work.journal.append(case_id, JournalEntry(_PLACED, now, NO_CALL, {"who": who, "why": why}))
        work.audit.append(who, "hold.placed", case_id, {"call": call_id or NO_CALL}, note=why)
        work.commit()
    return Hold(case_id, who, now, why)


def release(storage: Storage, clock: Clock, case_id: str, who: str, why: str) -> None:
    """Lift the hold. Whoever placed it cannot: a second person looks.

    Raises ``Forbidden`` for them, ``Conflict`` when no hold stands, and ``InvalidInput``.
    """
    why = _reason(why)
    with storage.begin() as work:
        held = standing(work, case_id)
        if held is None:
            raise Conflict("No hold stands on this case.")
        if held.placed_by == who:
            raise Forbidden("You placed this hold; a second person lifts it.")
        work.journal.append(case_id, JournalEntry(_RELEASED, clock.now(), NO_CALL, {"who": who, "why": why}))
        work.audit.append(who, "hold.released", case_id, note=why)
        work.commit()


def _reason(why: str) -> str:
    if not _SHORTEST <= len(why.strip()) <= _LONGEST:
        raise InvalidInput("why", f"say in {_SHORTEST} to {_LONGEST} characters why")
    return why.strip()


def _require_known(work: UnitOfWork, case_id: str) -> None:
    if not work.journal.left(case_id):
        work.applications.get(case_id)
