"""Breaking the glass: one record, opened by somebody who has no right to records, because nobody else is there.

It is meant to be loud. The row stands before the record is shown, the alarm stands on the audit page for a day, and the
caller of this function writes a line of level error.
"""

from __future__ import annotations

from core.errors import InvalidInput
from core.ports import Storage, StoredCall

__all__ = ["SHORTEST_REASON", "break_glass"]

SHORTEST_REASON = 20


def break_glass(storage: Storage, who: str, call_id: str, reason: str) -> StoredCall:
    """The record of a call, once the row and its sealed reason are committed.

    Raises ``InvalidInput`` for a reason of fewer than twenty characters, ``NotFound``, ``Shredded``, ``Tampered``,
    ``WrongKey`` or ``StorageError``.
    """
    if len(reason.strip()) < SHORTEST_REASON:
        raise InvalidInput("reason", f"say in at least {SHORTEST_REASON} characters what the emergency is")
    with storage.begin() as work:
        record = work.records.read(call_id)
        work.audit.append(who, "glass.broken", call_id, {"case": record.case_id}, note=reason.strip())
        work.commit()
    return record
