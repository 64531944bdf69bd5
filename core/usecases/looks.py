"""What staff see and do at a call or a case, each with its row in the audit log. First the row, then the look."""

from __future__ import annotations

from enum import StrEnum

from core.errors import InvalidInput
from core.ports import Storage

__all__ = [
    "Purpose",
    "case_viewed",
    "clip_played",
    "field_revealed",
    "flagged",
    "handed_back",
    "listened",
    "log_verified",
    "nudged",
    "taken_over",
    "watched",
    "words_shown",
]


class Purpose(StrEnum):
    """Why somebody looks at personal data."""

    SERVICE = "service"
    QUALITY = "quality"
    FRAUD = "fraud"
    COMPLAINT = "complaint"
    DECISION = "decision"
    SUPERVISION = "supervision"


def _reason(text: str) -> str:
    """A reason in words, as it is sealed. Raises ``InvalidInput``."""
    if len(text.strip()) < 3:
        raise InvalidInput("reason", "say in a few words why")
    return text.strip()


def watched(storage: Storage, who: str, call_id: str) -> None:
    """The masked call was opened."""
    with storage.begin() as work:
        work.audit.append(who, "call.watched", call_id)
        work.commit()


def words_shown(storage: Storage, who: str, call_id: str, purpose: Purpose) -> None:
    """What the caller said was shown unmasked."""
    with storage.begin() as work:
        work.audit.append(who, "call.words_shown", call_id, {"purpose": purpose.value})
        work.commit()


def field_revealed(storage: Storage, who: str, subject: str, field: str, reason: str) -> None:
    """One field was shown in full. ``subject`` is the call or the case; the reason is sealed."""
    note = _reason(reason)
    with storage.begin() as work:
        work.audit.append(who, "field.revealed", subject, {"field": field}, note=note)
        work.commit()


def listened(storage: Storage, who: str, call_id: str, purpose: Purpose) -> None:
    with storage.begin() as work:
        work.audit.append(who, "call.listened", call_id, {"purpose": purpose.value})
        work.commit()


def nudged(storage: Storage, who: str, call_id: str, what: str, about: str, reason: str) -> None:
    """The line was told to do something: ``what`` is the act, ``about`` a prompt or a field, or empty."""
    note = _reason(reason)
    with storage.begin() as work:
        work.audit.append(who, "call.nudged", call_id, {"act": what, "about": about}, note=note)
        work.commit()


def flagged(storage: Storage, who: str, call_id: str, at_ms: int, note: str) -> None:
    """A moment of a call was marked; the note is sealed."""
    words = _reason(note)
    with storage.begin() as work:
        work.audit.append(who, "call.flagged", call_id, {"at_ms": at_ms}, note=words)
        work.commit()


def taken_over(storage: Storage, who: str, call_id: str, reason: str, way: str = "browser") -> None:
    """``way`` is ``browser`` or ``phone``."""
    note = _reason(reason)
    with storage.begin() as work:
        work.audit.append(who, "call.taken_over", call_id, {"way": way}, note=note)
        work.commit()


def handed_back(storage: Storage, who: str, call_id: str, why: str = "helped") -> None:
    """``why`` is a static name."""
    with storage.begin() as work:
        work.audit.append(who, "call.handed_back", call_id, {"why": why})
        work.commit()


def case_viewed(storage: Storage, who: str, case_id: str, purpose: Purpose) -> None:
    with storage.begin() as work:
        work.audit.append(who, "case.viewed", case_id, {"purpose": purpose.value})
        work.commit()


def clip_played(storage: Storage, who: str, case_id: str, field: str) -> None:
    """The piece of the recording in which one answer was given was played."""
    with storage.begin() as work:
        work.audit.append(who, "clip.played", case_id, {"field": field})
        work.commit()


def log_verified(storage: Storage, who: str, rows: int, *, whole: bool) -> None:
    with storage.begin() as work:
        work.audit.append(who, "audit.verified", "audit", {"rows": rows, "whole": whole})
        work.commit()
