"""What the repositories of one unit of work share: its connection, the keys it has opened, and the checks on time."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, CursorResult, Executable

from core.errors import Conflict, StorageError
from core.ports import Clock
from core.security.envelope import DataKey
from core.storage.engine import storage_errors
from core.storage.keystore import KeyStore

__all__ = ["Transaction"]


class Transaction:
    """Keys are kept for the length of one transaction only."""

    def __init__(self, connection: Connection, keys: KeyStore, clock: Clock) -> None:
        self._connection = connection
        self._keys = keys
        self._opened: dict[str, DataKey] = {}
        self.clock = clock
        self.over = False

    def execute(self, statement: Executable) -> CursorResult[Any]:
        """Run one statement. Raises ``StorageError``, or ``Conflict`` when a row with this identity exists."""
        if self.over:
            raise StorageError("This unit of work is over; begin another one.")
        with storage_errors():
            result: CursorResult[Any] = self._connection.execute(statement)
        return result

    def inserted(self, statement: Executable) -> bool:
        """Run one insert; False when a row with this identity came in meanwhile. The transaction goes on either way."""
        point = self._connection.begin_nested()
        try:
            self.execute(statement)
        except Conflict:
            point.rollback()
            return False
        point.commit()
        return True

    def new_call_key(self, call_id: str, subject_id: str) -> DataKey:
        """The key of a call's record, made on first use. Raises ``Shredded``."""
        return self._obtain(f"call:{call_id}", subject_id, call_id)

    def new_talk_key(self, case_id: str, call_id: str, subject_id: str) -> DataKey:
        """The key of what a case learnt in one call, made on first use. Raises ``Shredded``."""
        return self._obtain(f"talk:{case_id}/{call_id}", subject_id, call_id)

    def new_voice_key(self, call_id: str, subject_id: str) -> DataKey:
        """The key of the voice that a call left, made on first use: it can be destroyed apart from the call, and goes
        with it. Raises ``Shredded``."""
        return self._obtain(f"voice:{call_id}", subject_id, call_id)

    def new_case_key(self, case_id: str, subject_id: str) -> DataKey:
        return self._obtain(f"case:{case_id}", subject_id, None)

    def staff_key(self, staff_id: str) -> DataKey:
        """The key of a staff account, made on first use."""
        return self._obtain(f"staff:{staff_id}", f"staff:{staff_id}", None)

    def give_call(self, call_id: str, subject_id: str) -> None:
        """From now on the call's record belongs to this person."""
        self._keys.give(f"call:{call_id}", subject_id)

    def call_key(self, call_id: str) -> DataKey:
        """The key of a stored call record. Raises ``Shredded`` or ``WrongKey``."""
        return self._existing(f"call:{call_id}")

    def voice_key(self, call_id: str) -> DataKey:
        return self._existing(f"voice:{call_id}")

    def talk_key(self, case_id: str, call_id: str) -> DataKey:
        return self._existing(f"talk:{case_id}/{call_id}")

    def case_key(self, case_id: str) -> DataKey:
        return self._existing(f"case:{case_id}")

    def _obtain(self, object_id: str, subject_id: str, call_id: str | None) -> DataKey:
        if object_id not in self._opened:
            self._opened[object_id] = self._keys.obtain(object_id, subject_id, call_id)
        return self._opened[object_id]

    def _existing(self, object_id: str) -> DataKey:
        if object_id not in self._opened:
            self._opened[object_id] = self._keys.existing(object_id)
        return self._opened[object_id]
