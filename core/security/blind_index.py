"""Look up an encrypted value by equality without storing it: HMAC-SHA256 under a key of its own (RFC 2104).

The key is never a data key, so that rotation leaves look-ups alone. Phone numbers and identity numbers can be
enumerated: whoever holds this key can test a guess, so it lives in the keyring and nowhere else.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata

from core.errors import CryptoError
from core.security.envelope import bind

__all__ = ["BlindIndex"]


class BlindIndex:
    """Indexes of one installation. ``key`` has at least 32 bytes."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        if len(key) < 32:
            raise CryptoError("The index key is too short; restore the keyring file from its backup.")
        self._key = key

    def __repr__(self) -> str:
        return "BlindIndex(•••)"

    def of(self, field: str, value: str, bits: int = 128) -> bytes:
        """The index of ``value`` in the field named ``field``, normalised (Unicode NFKC, case and outer space ignored).

        ``bits`` (a multiple of 8, up to 256) shortens it. A short index lets strangers share a value, which hides a
        person in a field of few values; the reader must then compare the opened records.
        """
        if bits % 8 or not 8 <= bits <= 256:
            raise CryptoError("An index has 8 to 256 bits in whole bytes; correct the field's declaration.")
        plain = unicodedata.normalize("NFKC", value).casefold().strip()
        return hmac.new(self._key, bind(field, plain), hashlib.sha256).digest()[: bits // 8]
