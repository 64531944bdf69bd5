"""The audit log's tree: RFC 6962 hashing, proofs and Ed25519-signed heads (RFC 8032). Pure: bytes in, bytes out.

A plain hash chain finds an edit but not a cut tail. A Merkle tree whose signed head (size and root) was written
outside the database finds both, and proves one row without showing the others (RFC 6962, sections 2.1 to 2.1.2).
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from core.errors import InvalidInput, Tampered

__all__ = [
    "EMPTY_ROOT",
    "Frontier",
    "Head",
    "HeadSigner",
    "consistency_proof",
    "inclusion_proof",
    "leaf_hash",
    "read_head",
    "receipt_code",
    "root_of",
    "verify_consistency",
    "verify_inclusion",
]

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(row: dict[str, Any]) -> bytes:
    """Hash of one row in canonical JSON (sorted keys, no spaces, UTF-8), with the leaf prefix 0x00."""
    text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(b"\x00" + text.encode()).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """The roots of the full subtrees of a growing tree, largest first: all that an append needs."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> Frontier:
        peaks, carry, size = list(self.peaks), leaf, self.size
        while size & 1:
            carry = _node(peaks.pop(), carry)
            size >>= 1
        return Frontier(self.size + 1, (*peaks, carry))

    @property
    def root(self) -> bytes:
        if not self.peaks:
            return EMPTY_ROOT
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = _node(peak, root)
        return root

    def to_bytes(self) -> bytes:
        return b"".join(self.peaks)

    @classmethod
    def from_bytes(cls, size: int, blob: bytes) -> Frontier:
        """Raises ``Tampered`` when the number of peaks does not fit the size."""
        if size < 0 or len(blob) != 32 * size.bit_count():
            raise Tampered("The audit log's state does not fit its size; run loanline audit verify.")
        return cls(size, tuple(blob[at : at + 32] for at in range(0, len(blob), 32)))


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The Merkle tree hash of all leaves."""
    frontier = Frontier()
    for leaf in leaves:
        frontier = frontier.append(leaf)
    return frontier.root


def _split(size: int) -> int:
    """The largest power of two smaller than ``size`` (``size`` > 1)."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The audit path of leaf ``index`` (from 0), nearest sibling first. Raises ``InvalidInput`` outside the log."""
    if not 0 <= index < len(leaves):
        raise InvalidInput("seq", "the audit log has no such row; choose one from 1 to its size")
    path: list[bytes] = []
    low, high = 0, len(leaves)
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(root_of(leaves[middle:high]))
            high = middle
        else:
            path.append(root_of(leaves[low:middle]))
            low = middle
    return path[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether ``path`` proves that ``leaf`` is row ``index`` of the tree of this size and root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, current = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            current = _node(sibling, current)
            while node and not node & 1:
                node >>= 1
                last >>= 1
        else:
            current = _node(current, sibling)
        node >>= 1
        last >>= 1
    return last == 0 and current == root


def consistency_proof(leaves: Sequence[bytes], old: int) -> list[bytes]:
    """Proof that the tree of the first ``old`` leaves is a prefix of the whole one."""
    if not 0 < old <= len(leaves):
        raise InvalidInput("size", "the audit log has no head of that size; choose one from 1 to its size")

    def prove(part: Sequence[bytes], upto: int, complete: bool) -> list[bytes]:
        if upto == len(part):
            return [] if complete else [root_of(part)]
        middle = _split(len(part))
        if upto <= middle:
            return [*prove(part[:middle], upto, complete), root_of(part[middle:])]
        return [*prove(part[middle:], upto - middle, False), root_of(part[:middle])]

    return prove(leaves, old, True)


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether ``path`` proves that the log of size ``new`` extends the one of size ``old`` (RFC 9162, 2.1.4.2)."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    steps = [old_root, *path] if old.bit_count() == 1 else list(path)
    if not steps:
        return False
    node, last = old - 1, new - 1
    while node & 1:
        node >>= 1
        last >>= 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            before, after = _node(step, before), _node(step, after)
            while node and not node & 1:
                node >>= 1
                last >>= 1
        else:
            after = _node(after, step)
        node >>= 1
        last >>= 1
    return last == 0 and before == old_root and after == new_root


@dataclass(frozen=True, slots=True)
class Head:
    """A signed statement: at ``at`` (UTC, ISO 8601) the log had ``size`` rows and this root."""

    size: int
    root: bytes
    at: str
    signature: bytes

    def statement(self) -> bytes:
        return b"loanline-audit-head/1\n%d\n%s\n%s" % (self.size, self.root.hex().encode(), self.at.encode())

    def line(self) -> str:
        """One line of the heads file."""
        return json.dumps(
            {
                "size": self.size,
                "root": self.root.hex(),
                "at": self.at,
                "signature": base64.b64encode(self.signature).decode(),
            },
            separators=(",", ":"),
        )


def read_head(line: str) -> Head:
    """Read one line of the heads file, or of a log with the same facts. Raises ``Tampered`` when it is not one."""
    try:
        raw = json.loads(line)
        size, at = raw["size"], raw["at"]
        head = Head(size, bytes.fromhex(raw["root"]), at, _signature(raw["signature"]))
    except (ValueError, KeyError, TypeError):
        raise Tampered("The audit heads file holds a line that is no head; compare it with an outside copy.") from None
    if type(size) is not int or size < 0 or not isinstance(at, str):
        raise Tampered("The audit heads file holds a line that is no head; compare it with an outside copy.")
    return head


def _signature(text: str) -> bytes:
    """Base64 in the heads file; hexadecimal where the head was written to a log, which masks runs of digits."""
    return bytes.fromhex(text) if len(text) == 128 else base64.b64decode(text, validate=True)


class HeadSigner:
    """Signs and checks heads with one Ed25519 key; ``seed`` has 32 bytes."""

    __slots__ = ("_private", "_public")

    def __init__(self, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self._public: Ed25519PublicKey = self._private.public_key()

    def __repr__(self) -> str:
        return f"HeadSigner(public={self.public_key[:8].hex()}…)"

    @property
    def public_key(self) -> bytes:
        """32 bytes; hand them to whoever checks heads elsewhere."""
        return self._public.public_bytes_raw()

    def sign(self, size: int, root: bytes, at: str) -> Head:
        blank = Head(size, root, at, b"")
        return Head(size, root, at, self._private.sign(blank.statement()))

    def good(self, head: Head) -> bool:
        try:
            self._public.verify(head.signature, head.statement())
        except InvalidSignature:
            return False
        return True


def receipt_code(seq: int, leaf: bytes) -> str:
    """A short code a borrower can keep, such as ``12-K7QX4M2A``: the row's number and 40 bits of its hash."""
    return f"{seq}-{base64.b32encode(leaf[:5]).decode()}"
