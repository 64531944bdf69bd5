"""Staff looks at a call record. No audit row, no data."""

from __future__ import annotations

from core.errors import InvalidInput
from core.ports import Storage, StoredCall

__all__ = ["show_call"]


def show_call(storage: Storage, call_id: str, operator: str, reason: str) -> StoredCall:
    """Decrypt one call for ``operator`` (a pseudonymous staff id) and add the look, with its reason, to the audit log.

    The reason is sealed, for it may name somebody. The record is returned only once the row is committed. Raises
    ``InvalidInput`` without a reason, ``NotFound``, ``Shredded``, ``Tampered``, ``WrongKey`` or ``StorageError``.
    """
    if len(reason.strip()) < 3:
        raise InvalidInput("reason", "say in a few words why you need to see this record")
    with storage.begin() as work:
        record = work.records.read(call_id)
        work.audit.append(operator, "call.viewed", call_id, {"case": record.case_id}, note=reason.strip())
        work.commit()
    return record
