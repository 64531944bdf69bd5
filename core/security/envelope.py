"""Sealed boxes: AES-256-GCM with a random 96-bit nonce, bound to the one place they were written for.

A ciphertext opens only in its own table, column and row, under its own schema and key version: all five are
associated data of the data *and* of the wrapped key (NIST SP 800-38D; OWASP ASVS 5.0, 11.3). One key seals one
call or one case, so that the number of random nonces under a key stays far below 2^32.

Layout of a sealed value: ``format(1) | schema(1) | key version(4) | nonce(12) | ciphertext | tag(16)``.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import CryptoError, Tampered

__all__ = ["KEY_BYTES", "SCHEMA", "DataKey", "Place", "Sealed", "bind", "new_key"]

#: Version of what is inside the boxes; part of the associated data.
SCHEMA = 1
KEY_BYTES = 32
_FORMAT = 1
_HEADER = struct.Struct(">BBI")
_NONCE = 12
_TAG = 16


def new_key() -> bytes:
    """A fresh 256-bit key from the operating system's generator."""
    return os.urandom(KEY_BYTES)


def bind(*parts: str | int) -> bytes:
    """Associated data of several parts, each with its length before it, so that no two lists give the same bytes."""
    encoded = [str(part).encode() for part in parts]
    return b"".join(struct.pack(">I", len(part)) + part for part in encoded)


@dataclass(frozen=True, slots=True, repr=False)
class Sealed:
    """Bytes that came out of ``DataKey.seal``. Encrypted columns accept nothing else."""

    blob: bytes

    def __repr__(self) -> str:
        return f"Sealed({len(self.blob)} bytes)"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a box lives. ``row`` is the row's identity, such as ``case_5f/12``; ``extra`` binds further facts."""

    table: str
    column: str
    row: str
    extra: str = ""


class DataKey:
    """A key in use. It never shows itself.

    ``version`` is the generation of this very key; re-wrapping it under a new key above does not change it.
    """

    __slots__ = ("_aead", "version")

    def __init__(self, secret: bytes, version: int) -> None:
        if len(secret) != KEY_BYTES:
            raise CryptoError("A key has the wrong length; restore the key store from its backup.")
        self._aead = AESGCM(secret)
        self.version = version

    def __repr__(self) -> str:
        return f"DataKey(version={self.version})"

    def seal(self, place: Place, plain: bytes) -> Sealed:
        """Encrypt ``plain`` so that it opens only at ``place`` under this key version."""
        nonce = os.urandom(_NONCE)
        header = _HEADER.pack(_FORMAT, SCHEMA, self.version)
        return Sealed(header + nonce + self._aead.encrypt(nonce, plain, _associated(place, SCHEMA, self.version)))

    def open(self, place: Place, sealed: Sealed) -> bytes:
        """The plain bytes. Raises ``Tampered`` for anything but the exact box written here with this key."""
        blob = sealed.blob
        if len(blob) < _HEADER.size + _NONCE + _TAG:
            raise Tampered("A sealed value is too short; restore the database from a backup.")
        form, schema, version = _HEADER.unpack_from(blob)
        if form != _FORMAT or version != self.version:
            raise Tampered("A sealed value does not belong to its key; restore the database from a backup.")
        nonce = blob[_HEADER.size : _HEADER.size + _NONCE]
        try:
            return self._aead.decrypt(nonce, blob[_HEADER.size + _NONCE :], _associated(place, schema, version))
        except InvalidTag:
            raise Tampered(
                "A sealed value is not the one that was written here; restore the database from a backup."
            ) from None


def _associated(place: Place, schema: int, version: int) -> bytes:
    return bind(place.table, place.column, place.row, place.extra, schema, version)
