"""The list of what was destroyed, in a file outside of both databases: a restored backup meets it at the next start.

The audit log holds the orders and the key store the headstones; when both are restored from before an order, neither
knows of it any more. This file is never replaced by a restore, only added to. Each line carries a keyed hash over
itself and the line before (HMAC-SHA256), so that nobody without the keyring can order a destruction by writing here.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from core.errors import Tampered
from core.security.envelope import bind
from core.storage.engine import storage_errors

__all__ = ["SHREDS_FILE", "Order", "Tombstones"]

SHREDS_FILE = "shreds.log"
#: What was destroyed and how: the subject of the audit row, and its detail with ``kind`` and ``person``.
Order = tuple[str, dict[str, Any]]


class Tombstones:
    """Copy the file elsewhere whenever something was destroyed, as you copy the audit heads."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._key = hmac.digest(key, b"loanline tombstones", "sha256")

    def add(self, orders: Iterable[Order]) -> None:
        """Write down the orders that are not there yet. Raises ``StorageError`` and ``Tampered``."""
        wanted = dict.fromkeys(_facts(order) for order in orders)
        if not wanted:
            return
        with storage_errors():
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            with os.fdopen(handle, "r+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                known, last, whole = self._parse(file.read())
                missing = [each for each in wanted if each not in set(known)]
                if not missing:
                    return
                file.truncate(whole)
                file.seek(whole)
                for number, (kind, subject, person) in enumerate(missing, start=len(known) + 1):
                    last = self._mac(number, kind, subject, person, last)
                    line = {"n": number, "kind": kind, "subject": subject, "person": person, "mac": last}
                    file.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())

    def orders(self) -> list[Order]:
        """Everything that was ever destroyed. Raises ``StorageError``, and ``Tampered`` for a line that was not written
        here."""
        return self._orders(self._path)

    def take_over(self, other: Path) -> None:
        """Add what a copy of such a file knows, and remove the copy. Raises ``StorageError`` and ``Tampered``."""
        self.add(self._orders(other))
        with storage_errors():
            other.unlink()

    def _orders(self, path: Path) -> list[Order]:
        with storage_errors():
            content = path.read_bytes() if path.exists() else b""
        known, _, _ = self._parse(content)
        return [(subject, {"kind": kind, "person": person}) for kind, subject, person in known]

    def _parse(self, content: bytes) -> tuple[list[tuple[str, str, str]], str, int]:
        """The facts of every whole line, the last hash, and how many bytes are whole lines."""
        whole = content.rfind(b"\n") + 1
        found: list[tuple[str, str, str]] = []
        last = ""
        for number, line in enumerate(content[:whole].splitlines(), start=1):
            try:
                raw = json.loads(line)
                kind, subject, person, mac = (str(raw[name]) for name in ("kind", "subject", "person", "mac"))
            except (ValueError, KeyError, TypeError):
                raise Tampered(_BROKEN) from None
            if not hmac.compare_digest(mac.encode(), self._mac(number, kind, subject, person, last).encode()):
                raise Tampered(_BROKEN)
            last = mac
            found.append((kind, subject, person))
        return found, last, whole

    def _mac(self, number: int, kind: str, subject: str, person: str, last: str) -> str:
        return hmac.new(self._key, bind(number, kind, subject, person, last), hashlib.sha256).hexdigest()


_BROKEN = f"The list of destroyed keys ({SHREDS_FILE}) was altered; put your outside copy of it in its place."


def _facts(order: Order) -> tuple[str, str, str]:
    subject, detail = order
    return str(detail.get("kind", "call")), subject, str(detail.get("person", subject))
