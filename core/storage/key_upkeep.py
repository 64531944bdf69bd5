"""Looking after the wrapped keys: destroying them on purpose, holding them by law, and re-wrapping them.

Destruction sets the wrapped key to nothing, overwrites it in the file (``secure_delete``) and empties the write-ahead
log. Re-wrapping moves a person's key to a newer key-encryption key; the data and the keys below are not touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine, Insert, bindparam, func, select, update

from core.errors import StorageError
from core.ports import Clock
from core.security.keyring import KeyWrapper
from core.storage.engine import reading, storage_errors, writing
from core.storage.key_tables import kek_versions, object_keys, subject_keys
from core.storage.keystore import add_version, newest_version, subject_place

__all__ = ["KeyUpkeep"]


class KeyUpkeep:
    """All methods raise ``StorageError``. Whoever calls them writes the audit row."""

    def __init__(self, engine: Engine, wrapper: KeyWrapper, clock: Clock) -> None:
        self._engine = engine
        self._wrapper = wrapper
        self._clock = clock

    # -- destruction and holds ----------------------------------------------------------------------------------

    def subject_of(self, object_id: str) -> str | None:
        with reading(self._engine) as connection:
            return connection.scalar(select(object_keys.c.subject_id).where(object_keys.c.object_id == object_id))

    def objects_of(self, subject_id: str) -> list[str]:
        """The calls and cases whose keys still exist."""
        with reading(self._engine) as connection:
            rows = connection.scalars(
                select(object_keys.c.object_id)
                .where(object_keys.c.subject_id == subject_id, object_keys.c.wrapped.is_not(None))
                .order_by(object_keys.c.object_id)
            )
            return list(rows)

    def hold_of(self, subject_id: str) -> str | None:
        with reading(self._engine) as connection:
            return connection.scalar(select(subject_keys.c.hold).where(subject_keys.c.subject_id == subject_id))

    def held(self) -> list[str]:
        """Everybody under a hold."""
        with reading(self._engine) as connection:
            query = select(subject_keys.c.subject_id).where(subject_keys.c.hold.is_not(None))
            return list(connection.scalars(query.order_by(subject_keys.c.subject_id)))

    def set_hold(self, subject_id: str, hold: str | None) -> bool:
        """Set or lift a legal hold; False when there is no such person."""
        with writing(self._engine) as connection:
            changed = connection.execute(
                update(subject_keys)
                .where(subject_keys.c.subject_id == subject_id)
                .values(hold=hold, held_at=self._clock.now() if hold else None)
            )
            return changed.rowcount == 1

    def objects_of_call(self, call_id: str) -> list[str]:
        """The living keys of one call: its record and what cases learnt in it."""
        with reading(self._engine) as connection:
            return list(
                connection.scalars(
                    select(object_keys.c.object_id)
                    .where(object_keys.c.call_id == call_id, object_keys.c.wrapped.is_not(None))
                    .order_by(object_keys.c.object_id)
                )
            )

    def people_of_call(self, call_id: str) -> list[str]:
        """To whom the living keys of one call belong: to two, when somebody else took the telephone."""
        query = select(object_keys.c.subject_id).distinct().order_by(object_keys.c.subject_id)
        with reading(self._engine) as connection:
            living = (object_keys.c.call_id == call_id, object_keys.c.wrapped.is_not(None))
            return list(connection.scalars(query.where(*living)))

    def destroy_call(self, call_id: str, subject_id: str) -> None:
        """Destroy every key of a call, or raise its headstone where this store does not know it. Twice is as good as
        once."""
        now = self._clock.now()
        with writing(self._engine) as connection:
            if not connection.scalar(select(func.count()).where(subject_keys.c.subject_id == subject_id)):
                connection.execute(_headstone(subject_id, now))
            if not connection.scalar(select(func.count()).where(object_keys.c.object_id == f"call:{call_id}")):
                connection.execute(
                    object_keys.insert().values(
                        object_id=f"call:{call_id}", call_id=call_id, subject_id=subject_id, version=1, made_at=now
                    )
                )
            connection.execute(
                update(object_keys)
                .where(object_keys.c.call_id == call_id, object_keys.c.destroyed_at.is_(None))
                .values(wrapped=None, destroyed_at=now)
            )
        self.wipe()

    def destroy_voices(self, call_ids: Sequence[str]) -> None:
        """Destroy the keys of the voices that these calls left. Twice is as good as once."""
        voices = object_keys.c.object_id.in_([f"voice:{call_id}" for call_id in call_ids])
        with writing(self._engine) as connection:
            connection.execute(
                update(object_keys)
                .where(voices, object_keys.c.destroyed_at.is_(None))
                .values(wrapped=None, destroyed_at=self._clock.now())
            )
        self.wipe()

    def destroy_subject(self, subject_id: str) -> None:
        """Destroy a person's key and every key under it. Twice is as good as once."""
        now = self._clock.now()
        with writing(self._engine) as connection:
            known = connection.scalar(select(func.count()).where(subject_keys.c.subject_id == subject_id))
            if not known:
                connection.execute(_headstone(subject_id, now))
            connection.execute(
                update(subject_keys)
                .where(subject_keys.c.subject_id == subject_id, subject_keys.c.destroyed_at.is_(None))
                .values(wrapped=None, destroyed_at=now)
            )
            connection.execute(
                update(object_keys)
                .where(object_keys.c.subject_id == subject_id, object_keys.c.destroyed_at.is_(None))
                .values(wrapped=None, destroyed_at=now)
            )
        self.wipe()

    def buried_subjects(self) -> set[str]:
        with reading(self._engine) as connection:
            return set(
                connection.scalars(select(subject_keys.c.subject_id).where(subject_keys.c.destroyed_at.is_not(None)))
            )

    def buried_calls(self) -> set[str]:
        """Calls whose record key is destroyed and that have no living key."""
        with reading(self._engine) as connection:
            dead = set(connection.scalars(select(object_keys.c.call_id).where(object_keys.c.destroyed_at.is_not(None))))
            living = select(object_keys.c.call_id).where(object_keys.c.wrapped.is_not(None))
            return dead - set(connection.scalars(living)) - {None} if dead else set()

    def wipe(self) -> None:
        """Empty SQLite's write-ahead log, so that no copy of a destroyed key stays in it. Raises ``StorageError`` when
        another process is reading there for seconds on end. PostgreSQL frees the dead rows; their bytes may outlive
        that in its pages and its log, and end with the key version they are wrapped under (``keys rotate
        --forget-old``)."""
        if self._engine.dialect.name != "sqlite":
            with storage_errors(), self._engine.connect() as bare:
                bare.connection.rollback()  # the pool's ping has begun a transaction
                connection = bare.execution_options(isolation_level="AUTOCOMMIT")
                for table in (subject_keys, object_keys):
                    connection.exec_driver_sql(f"VACUUM {table.name}")
            return
        with storage_errors(), self._engine.connect() as connection:
            busy, _, _ = connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise StorageError("The key is destroyed, but its old page is still in use; restart the line to erase it.")

    # -- rotation -----------------------------------------------------------------------------------------------

    def newest_version(self) -> int:
        with reading(self._engine) as connection:
            return newest_version(connection)[0]

    def use_version(self, version: int) -> None:
        """From now on, wrap new keys under ``version``."""
        with writing(self._engine) as connection:
            if newest_version(connection)[0] < version:
                add_version(connection, self._wrapper, version, self._clock.now())

    def rewrap(self, at_most: int = 1000) -> int:
        """Move up to ``at_most`` people's keys to the newest version in one transaction; returns how many."""
        with writing(self._engine) as connection:
            newest, _ = newest_version(connection)
            rows = connection.execute(
                select(subject_keys)
                .where(subject_keys.c.kek_version < newest, subject_keys.c.wrapped.is_not(None))
                .limit(at_most)
                .with_for_update()
            ).all()
            old = [(row.kek_version, row.wrapped, subject_place(row.subject_id, row.version)) for row in rows]
            fresh = [
                {"person": row.subject_id, "rewrapped": rewrapped}
                for row, rewrapped in zip(rows, self._wrapper.rewrap(newest, old) if old else [], strict=True)
            ]
            if fresh:
                connection.execute(
                    update(subject_keys)
                    .where(subject_keys.c.subject_id == bindparam("person"))
                    .values(kek_version=newest, wrapped=bindparam("rewrapped")),
                    fresh,
                )
            return len(rows)

    def versions_in_use(self) -> set[int]:
        with reading(self._engine) as connection:
            return set(
                connection.scalars(
                    select(subject_keys.c.kek_version).where(subject_keys.c.wrapped.is_not(None)).distinct()
                )
            )

    def forgotten(self, version: int) -> None:
        """Note that ``version`` was destroyed in the keyring."""
        with writing(self._engine) as connection:
            connection.execute(
                update(kek_versions).where(kek_versions.c.version == version).values(forgotten_at=self._clock.now())
            )
        self.wipe()

    def known_versions(self) -> list[int]:
        """The versions that were not forgotten, oldest first."""
        with reading(self._engine) as connection:
            return list(
                connection.scalars(
                    select(kek_versions.c.version)
                    .where(kek_versions.c.forgotten_at.is_(None))
                    .order_by(kek_versions.c.version)
                )
            )


def _headstone(subject_id: str, now: datetime) -> Insert:
    return subject_keys.insert().values(subject_id=subject_id, version=1, kek_version=0, made_at=now, destroyed_at=now)
