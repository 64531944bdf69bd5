"""The secret that joins a stream to its call: good once, for one CallSid, for a minute.

The handshake signature proves only that Twilio opened *a* stream. The token proves that this stream was asked for by
our own TwiML for this very call, and a recorded handshake cannot be played again.
"""

from __future__ import annotations

import hashlib
import hmac

from core.errors import Unauthenticated
from core.ports import Clock, Ids

__all__ = ["TOKEN_SECONDS", "StreamTokens"]

TOKEN_SECONDS = 60


class StreamTokens:
    """``key`` is 32 random bytes made when the process starts.

    Time is the clock's monotonic time, so a jump of the wall clock expires nothing early. Used tokens are kept until
    they would have expired anyway.
    """

    def __init__(self, key: bytes, clock: Clock, ids: Ids, seconds: int = TOKEN_SECONDS) -> None:
        if len(key) < 32:
            raise ValueError("give a token key of at least 32 random bytes")
        self._key = key
        self._clock = clock
        self._ids = ids
        self._seconds = seconds
        self._used: dict[str, int] = {}

    def mint(self, call_id: str) -> str:
        """A fresh token for one stream of ``call_id``; below 200 characters, URL-safe."""
        expires = int(self._clock.monotonic()) + self._seconds
        nonce = self._ids.token()
        return f"{expires}.{nonce}.{self._mac(call_id, expires, nonce)}"

    def redeem(self, token: str, call_id: str) -> None:
        """Raises ``Unauthenticated`` unless the token is ours, for this call, fresh and unused; then it is used."""
        now = int(self._clock.monotonic())
        self._forget(now)
        expires_text, _, rest = token.partition(".")
        nonce, _, mac = rest.partition(".")
        expires = int(expires_text) if expires_text.isascii() and expires_text.isdigit() and len(token) < 400 else -1
        if not mac.isascii() or not hmac.compare_digest(self._mac(call_id, expires, nonce), mac):
            raise Unauthenticated("The stream's token does not belong to this call: ask for a new one.")
        if not now < expires <= now + self._seconds:
            raise Unauthenticated("The stream's token has expired: ask for a new one.")
        if nonce in self._used:
            raise Unauthenticated("The stream's token was used before: ask for a new one.")
        self._used[nonce] = expires

    def _mac(self, call_id: str, expires: int, nonce: str) -> str:
        # Lengths come first, so that no two different triples give the same text.
        text = f"stream|{len(call_id)}|{call_id}|{expires}|{nonce}"
        return hmac.new(self._key, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()

    def _forget(self, now: int) -> None:
        self._used = {nonce: expires for nonce, expires in self._used.items() if expires >= now}
