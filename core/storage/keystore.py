"""The wrapped keys: key-encryption key → key of a person → key of a call or case.

A new key is committed here before anything sealed with it is committed to the data, so a crash between the two
leaves a key without data, which harms nobody. Nothing is cached beyond one unit of work: a key destroyed by another
process is gone for the next one. A destroyed key leaves a headstone and is never made again.
"""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, Engine, func, select, update

from core.errors import Conflict, Shredded, StorageError, WrongKey
from core.ports import Clock
from core.security.envelope import SCHEMA, DataKey, bind, new_key
from core.security.keyring import KeyWrapper
from core.storage.engine import reading, writing
from core.storage.key_tables import kek_versions, object_keys, subject_keys

__all__ = ["KeyStore", "add_version", "newest_version", "subject_place"]

_CHECK = b"loanline key check"
_GONE = "Its key was destroyed on purpose; it cannot be opened any more."


class KeyStore:
    """All methods raise ``StorageError``, and ``WrongKey`` when the keyring is not the one of this data."""

    def __init__(self, engine: Engine, wrapper: KeyWrapper, clock: Clock) -> None:
        self._engine = engine
        self._wrapper = wrapper
        self._clock = clock

    def start(self) -> None:
        """Check the keyring against the stored check value; on the first start, store it."""
        with writing(self._engine) as connection:
            version, check = newest_version(connection)
            if version == 0:
                add_version(connection, self._wrapper, self._wrapper.newest(), self._clock.now())
            elif self._wrapper.unwrap(version, check, bind("kek_versions", "check", version)) != _CHECK:
                raise WrongKey("The keyring does not fit the stored keys; use the keyring file of this data.")

    # -- keys in use --------------------------------------------------------------------------------------------

    def existing(self, object_id: str) -> DataKey:
        """The key of a call or case. Raises ``Shredded`` when destroyed, ``WrongKey`` when it is not here."""
        with reading(self._engine) as connection:
            row = self._find(connection, object_id)
        if row is None:
            raise WrongKey("The key store holds no key for this record; restore keys.db from its backup.")
        return self._opened(row)

    def obtain(self, object_id: str, subject_id: str, call_id: str | None) -> DataKey:
        """The key of an object, made for this person on first use. Raises ``Shredded``."""
        with reading(self._engine) as connection:
            row = self._find(connection, object_id)
        if row is None:
            row = self._made(object_id, subject_id, call_id)
        return self._opened(row)

    def _made(self, object_id: str, subject_id: str, call_id: str | None) -> Any:
        """Another node may make the same key at the same moment; then its key is the one."""
        for _ in range(2):
            try:
                with writing(self._engine) as connection:
                    return self._find(connection, object_id) or self._make(connection, object_id, subject_id, call_id)
            except Conflict:
                continue
        raise StorageError("Two nodes made the keys of one record again and again; try again, nothing was stored.")

    @staticmethod
    def _find(connection: Connection, object_id: str, *, to_change: bool = False) -> Any:
        query = (
            select(
                object_keys.c.object_id,
                object_keys.c.subject_id,
                object_keys.c.version,
                object_keys.c.wrapped,
                subject_keys.c.version.label("subject_version"),
                subject_keys.c.kek_version,
                subject_keys.c.wrapped.label("subject_wrapped"),
            )
            .join_from(object_keys, subject_keys)
            .where(object_keys.c.object_id == object_id)
        )
        if to_change:  # nobody destroys the key between this look and the change
            query = query.with_for_update(of=object_keys)
        return connection.execute(query).one_or_none()

    def give(self, object_id: str, subject_id: str) -> None:
        """Wrap an object's key under another person's key. Raises ``Shredded``."""
        with writing(self._engine) as connection:
            row = self._find(connection, object_id, to_change=True)
            if row is None:
                raise WrongKey("The key store holds no key for this record; restore keys.db from its backup.")
            secret = self._secret(row)
            subject, subject_version = self._subject(connection, subject_id)
            place = _object_place(object_id, row.version, subject_id, subject_version)
            connection.execute(
                update(object_keys)
                .where(object_keys.c.object_id == object_id)
                .values(subject_id=subject_id, wrapped=_wrap(subject, secret, place))
            )

    def _opened(self, row: Any) -> DataKey:
        return DataKey(self._secret(row), row.version)

    def _secret(self, row: Any) -> bytes:
        if row.wrapped is None or row.subject_wrapped is None:
            raise Shredded(_GONE)
        place = subject_place(row.subject_id, row.subject_version)
        subject = self._wrapper.unwrap(row.kek_version, row.subject_wrapped, place)
        place = _object_place(row.object_id, row.version, row.subject_id, row.subject_version)
        try:
            return AESGCM(subject).decrypt(row.wrapped[:12], row.wrapped[12:], place)
        except InvalidTag:
            raise WrongKey("A stored key was altered; restore keys.db from its backup.") from None

    def _make(self, connection: Connection, object_id: str, subject_id: str, call_id: str | None) -> Any:
        subject, subject_version = self._subject(connection, subject_id)
        place = _object_place(object_id, 1, subject_id, subject_version)
        connection.execute(
            object_keys.insert().values(
                object_id=object_id,
                call_id=call_id,
                subject_id=subject_id,
                version=1,
                wrapped=_wrap(subject, new_key(), place),
                made_at=self._clock.now(),
            )
        )
        return self._find(connection, object_id)

    def _subject(self, connection: Connection, subject_id: str) -> tuple[bytes, int]:
        """A person's key and its version; made when there is none."""
        row = connection.execute(select(subject_keys).where(subject_keys.c.subject_id == subject_id)).one_or_none()
        if row is not None:
            if row.wrapped is None:
                raise Shredded(_GONE)
            return self._wrapper.unwrap(
                row.kek_version, row.wrapped, subject_place(subject_id, row.version)
            ), row.version
        secret, version = new_key(), 1
        kek, _ = newest_version(connection)
        connection.execute(
            subject_keys.insert().values(
                subject_id=subject_id,
                version=version,
                kek_version=kek,
                wrapped=self._wrapper.wrap(kek, secret, subject_place(subject_id, version)),
                made_at=self._clock.now(),
            )
        )
        return secret, version

    def health(self) -> None:
        """Take the right to write and give it back, and have a known value opened. Raises ``StorageError``."""
        with writing(self._engine) as connection:
            connection.execute(select(func.count()).select_from(kek_versions))
        with reading(self._engine) as connection:
            version, check = newest_version(connection)
        self._wrapper.unwrap(version, check, bind("kek_versions", "check", version))

    @property
    def engine(self) -> Engine:
        return self._engine

    def close(self) -> None:
        self._engine.dispose()


def newest_version(connection: Connection) -> tuple[int, bytes]:
    """The newest version noted in the key store and its check value; 0 before the first start."""
    row = connection.execute(select(kek_versions).order_by(kek_versions.c.version.desc()).limit(1)).one_or_none()
    return (row.version, row.check_value) if row else (0, b"")


def add_version(connection: Connection, wrapper: KeyWrapper, version: int, now: datetime) -> None:
    """Note ``version`` with its check value; new keys are wrapped under it from now on."""
    check = wrapper.wrap(version, _CHECK, bind("kek_versions", "check", version))
    connection.execute(kek_versions.insert().values(version=version, check_value=check, made_at=now))


def subject_place(subject_id: str, version: int) -> bytes:
    return bind("subject_keys", "wrapped", subject_id, SCHEMA, version)


def _wrap(key: bytes, secret: bytes, place: bytes) -> bytes:
    nonce = os.urandom(12)
    return nonce + AESGCM(key).encrypt(nonce, secret, place)


def _object_place(object_id: str, version: int, subject_id: str, subject_version: int) -> bytes:
    return bind("object_keys", "wrapped", object_id, SCHEMA, version, subject_id, subject_version)
