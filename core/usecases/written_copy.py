"""The written copy of an answer: the terms that were agreed to, or the main reasons for a no.

Whoever opens it knows the link and the last four digits of the identity number. Every try is in the journal of the
case; after five wrong ones within a day the copy stays closed until that day is over.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.application import Status
from core.decision.model import Terms
from core.errors import Conflict, Unauthenticated
from core.events import NO_CALL, JournalEntry
from core.jurisdiction.pack import Pack
from core.ports import Clock, Storage

__all__ = ["MOST_WRONG", "WrittenCopy", "open_copy"]

MOST_WRONG = 5
_WINDOW = timedelta(days=1)
_REFUSED = "copy_refused"


@dataclass(frozen=True, slots=True, repr=False)
class WrittenCopy:
    """What is shown. ``terms`` are those agreed to or, before an answer, those offered; ``reasons`` those of a no.

    ``withdraw`` is the right to change one's mind in the words of the line; ``free_until`` is when it ends, once the
    terms were agreed to. No name and no number of a person is in it.
    """

    status: Status
    decided_at: datetime
    terms: tuple[Terms, ...]
    reasons: tuple[str, ...]
    withdraw: str
    free_until: datetime | None


def open_copy(storage: Storage, clock: Clock, pack: Pack, case_id: str, last4: str) -> WrittenCopy:
    """Open the copy for somebody who gives ``last4``. Raises ``Unauthenticated`` for wrong digits, ``Conflict`` after
    too many, ``NotFound``, ``Shredded`` and ``StorageError``."""
    now = clock.now()
    with storage.begin() as work:
        stored = work.applications.get(case_id)
        application = stored.application
        wrong = sum(now - entry.at < _WINDOW for entry in work.journal.read(case_id, (_REFUSED,)))
        if wrong >= MOST_WRONG:
            raise Conflict("Too many wrong answers: try again tomorrow, or call the line.")
        right = hmac.compare_digest(application.national_id_last4.value.value.encode(), last4.encode())
        work.journal.append(case_id, JournalEntry("copy_opened" if right else _REFUSED, now, NO_CALL))
        work.audit.append("borrower", "copy.opened" if right else "copy.refused", case_id)
        answer = work.applications.answer(case_id)
        work.commit()
    if not right:
        raise Unauthenticated("These are not the four digits we know: try again.")
    agreed = answer.terms if answer is not None else None
    terms = (agreed,) if agreed is not None else stored.decision.offers if stored.status is Status.APPROVED else ()
    hours = pack.cooling_off_hours(terms[0].principal) if terms else 0
    return WrittenCopy(
        stored.status,
        application.received_at,
        terms,
        tuple(reason.text for reason in stored.decision.reasons) if stored.status is Status.DECLINED else (),
        pack.disclosure("right_to_withdraw").text.format(hours=hours) if terms else "",
        answer.at + timedelta(hours=hours) if answer is not None and agreed is not None else None,
    )
