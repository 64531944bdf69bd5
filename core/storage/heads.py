"""Signed heads of the audit log in a file outside the database, one line a head, and the check of both against
each other."""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from core.errors import InvalidInput, StorageError, Tampered
from core.ports import Clock
from core.security.audit import (
    Frontier,
    Head,
    HeadSigner,
    consistency_proof,
    inclusion_proof,
    read_head,
    receipt_code,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from core.storage.audit_rows import AuditRow

__all__ = ["AuditFindings", "HeadsFile", "prove_growth", "prove_row", "verify_log"]


class HeadsFile:
    """Appends heads; safe between processes. Copy the file elsewhere often: it is what proves that no tail was cut."""

    def __init__(self, path: Path, signer: HeadSigner, clock: Clock) -> None:
        self._path = path
        self._signer = signer
        self._clock = clock
        self._owed: Frontier | None = None
        self.witness: Callable[[Head], None] | None = None
        """Told of every head once it is in the file; it must not raise."""

    @property
    def signer(self) -> HeadSigner:
        return self._signer

    def anchor(self, frontier: Frontier) -> None:
        """Sign and store the head of this tree. A file that cannot be written does not undo what is committed: the
        head is kept in mind, ``settle`` tries again and tells."""
        try:
            self._append(frontier)
        except OSError:
            self._owed = frontier
        else:
            self._owed = None

    def settle(self) -> None:
        """Raises ``StorageError`` while a head cannot be written."""
        if self._owed is not None:
            self.anchor(self._owed)
        if self._owed is not None:
            raise StorageError("The audit heads file cannot be written; free the disk or mend its permissions.")

    def _append(self, frontier: Frontier) -> None:
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(handle, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            whole, last = _whole_lines(file)
            if last is not None and last.size >= frontier.size:
                return
            file.truncate(whole)
            file.seek(whole)
            head = self._signer.sign(frontier.size, frontier.root, self._clock.now().isoformat())
            file.write(head.line().encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        if self.witness is not None:
            self.witness(head)

    def read(self, other: Path | None = None) -> list[Head | None]:
        """Every line of the file, or of a copy kept elsewhere; ``None`` for a line that is no head. Half a line at the
        end, as a crash leaves it, does not count."""
        path = other or self._path
        if not path.exists():
            return []
        text = path.read_text(encoding="utf-8", errors="replace")
        lines = text[: text.rfind("\n") + 1].splitlines()
        if any('"audit_head"' in line for line in lines):  # a log of the line: other events stand between
            lines = [line for line in lines if '"audit_head"' in line]
        return [_head_or_none(line) for line in lines]


def _head_or_none(line: str) -> Head | None:
    try:
        return read_head(line)
    except Tampered:
        return None


def _whole_lines(file: BinaryIO) -> tuple[int, Head | None]:
    """How many bytes of the file are whole lines, and the last head among them."""
    size = file.seek(0, os.SEEK_END)
    start = max(0, size - 4096)
    file.seek(start)
    tail = file.read()
    end = tail.rfind(b"\n") + 1
    lines = tail[:end].splitlines()
    return start + end, _head_or_none(lines[-1].decode(errors="replace")) if lines else None


@dataclass(frozen=True, slots=True)
class AuditFindings:
    """What a check found. ``problems`` are static sentences with row numbers; empty means whole.

    ``unanchored`` rows were written after the last good head: a crash leaves a few, the next start anchors them.
    """

    rows: int
    heads: int
    root: str
    unanchored: int
    problems: tuple[str, ...] = field(default=())

    @property
    def whole(self) -> bool:
        return not self.problems


def verify_log(
    rows: Iterable[AuditRow],
    state: Frontier,
    heads: Iterable[Head | None],
    signer: HeadSigner,
    *,
    from_the_start: bool = True,
) -> AuditFindings:
    """Compare every row with its hash, the tree with its stored state, and the tree with every signed head.

    ``from_the_start``: the heads begin with the one of the empty log, as the file does and a piece of a log does not.
    """
    problems: list[str] = []
    frontier = Frontier()
    roots = {0: frontier.root}
    for row in rows:
        if row.seq != frontier.size + 1:
            problems.append(f"Row {frontier.size + 1} is missing or out of order (found {row.seq}).")
        if row.leaf != row.stored_leaf:
            problems.append(f"Row {row.seq} was altered.")
        frontier = frontier.append(row.leaf)
        roots[frontier.size] = frontier.root
    if (state.size, state.root) != (frontier.size, frontier.root):
        problems.append(f"The stored state has {state.size} rows and does not fit the {frontier.size} that are there.")
    count = anchored = 0
    for number, head in enumerate(heads, start=1):
        if head is None or not signer.good(head):
            problems.append(f"Head {number} is not one that this line signed.")
            continue
        count += 1
        if head.size > frontier.size:
            problems.append(f"Head {number} was signed over {head.size} rows, and {frontier.size} are left.")
        elif roots[head.size] != head.root:
            problems.append(f"Rows up to {head.size} are not the ones that head {number} was signed over.")
        else:
            anchored = max(anchored, head.size)
        if from_the_start and number == 1 and head.size:
            problems.append("The first head is not the one of the empty log; the heads file was replaced.")
    if not count:
        problems.append("No signed head is left; the heads file is missing or empty.")
    return AuditFindings(frontier.size, count, frontier.root.hex(), frontier.size - anchored, tuple(problems))


def prove_growth(rows: Sequence[AuditRow], old: int, heads: HeadsFile) -> dict[str, Any]:
    """Proof for somebody who kept the head of ``old`` rows that the log only grew since: checkable with
    ``core.security.audit.verify_consistency``. Raises ``InvalidInput`` and ``Tampered``."""
    good = [head for head in heads.read() if head and heads.signer.good(head) and old <= head.size <= len(rows)]
    leaves = [row.leaf for row in rows]
    if not 0 < old <= len(rows):
        raise InvalidInput("size", "the audit log has no head of that size; choose one from 1 to its size")
    if not good:
        raise Tampered("No signed head covers these rows; run loanline audit verify.")
    head = max(good, key=lambda each: each.size)
    path = consistency_proof(leaves[: head.size], old)
    if not verify_consistency(old, head.size, root_of(leaves[:old]), head.root, path):
        raise Tampered("The log does not lead to its signed head; run loanline audit verify.")
    return {
        "size": old,
        "root": root_of(leaves[:old]).hex(),
        "path": [step.hex() for step in path],
        "head": json.loads(head.line()),
        "public_key": heads.signer.public_key.hex(),
    }


def prove_row(rows: Sequence[AuditRow], wanted: str, heads: HeadsFile) -> dict[str, Any]:
    """The row, its path in the tree and the newest signed head over it. A receipt code must fit its row."""
    number, _, code = wanted.partition("-")
    if not re.fullmatch(r"[0-9]{1,12}", number) or not 1 <= int(number) <= len(rows):
        raise InvalidInput("row", "the audit log has no such row; give a number from 1 to its size, or a receipt code")
    row = rows[int(number) - 1]
    receipt = receipt_code(row.seq, row.leaf)
    if code and receipt != wanted:
        raise Tampered("The receipt does not fit its row: one of them was altered.")
    good = [head for head in heads.read() if head and heads.signer.good(head) and row.seq <= head.size <= len(rows)]
    if not good:
        raise Tampered("No signed head covers this row; run loanline audit verify.")
    head = max(good, key=lambda each: each.size)
    leaves = [each.leaf for each in rows[: head.size]]
    path = inclusion_proof(leaves, row.seq - 1)
    if not verify_inclusion(row.leaf, row.seq - 1, head.size, path, head.root):
        raise Tampered("The log does not lead to its signed head; run loanline audit verify.")
    return {
        "row": row.content(),
        "receipt": receipt,
        "leaf": row.leaf.hex(),
        "path": [step.hex() for step in path],
        "head": json.loads(head.line()),
        "public_key": heads.signer.public_key.hex(),
    }
