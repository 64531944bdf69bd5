"""Six-digit codes of an authenticator app: RFC 6238 over RFC 4226, SHA-1, steps of 30 seconds. Pure."""

from __future__ import annotations

import base64
import hmac
import struct
from hashlib import sha1
from urllib.parse import quote

__all__ = ["STEP_SECONDS", "code_at", "enrolment_uri", "matching_step", "readable_secret"]

STEP_SECONDS = 30
_DIGITS = 6


def code_at(secret: bytes, step: int, digits: int = _DIGITS) -> str:
    """The code of one step (RFC 4226, section 5.3)."""
    mac = hmac.digest(secret, struct.pack(">Q", step), sha1)
    offset = mac[-1] & 0x0F
    number = struct.unpack_from(">I", mac, offset)[0] & 0x7FFFFFFF
    return f"{number % 10**digits:0{digits}d}"


def matching_step(secret: bytes, code: str, unix_seconds: float, after: int = 0) -> int | None:
    """The step this code belongs to, one step early or late allowed; ``None`` when it fits none.

    ``after`` is the last step that was used: a code is good once (RFC 6238, section 5.2).
    """
    if len(code) != _DIGITS or not (code.isascii() and code.isdigit()):
        return None
    now = int(unix_seconds) // STEP_SECONDS
    found = None
    for step in (now - 1, now, now + 1):
        if hmac.compare_digest(code_at(secret, step), code) and step > after:
            found = step
    return found


def readable_secret(secret: bytes) -> str:
    """Base32 without padding, as authenticator apps take it."""
    return base64.b32encode(secret).decode().rstrip("=")


def enrolment_uri(secret: bytes, account: str, issuer: str = "Loanline") -> str:
    """The ``otpauth`` address that an app reads from a QR code."""
    return f"otpauth://totp/{quote(issuer)}:{quote(account)}?secret={readable_secret(secret)}&issuer={quote(issuer)}"
