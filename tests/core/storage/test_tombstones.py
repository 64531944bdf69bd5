"""The list of what was destroyed: it only grows, and a line that was not written here is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.errors import Tampered
from core.storage.tombstones import Tombstones

ORDERS = [("case_1", {"kind": "person", "person": "case_1"}), ("CA2", {"kind": "call", "person": "case_2"})]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "shreds.log"
    Tombstones(path, b"k" * 32).add([(subject, detail | {"objects": 3}) for subject, detail in ORDERS])
    return path


def test_each_order_stands_once(path: Path) -> None:
    stones = Tombstones(path, b"k" * 32)
    stones.add([*ORDERS, ("CA3", {"kind": "call", "person": "case_3"})])
    stones.add(ORDERS)
    assert stones.orders() == [*ORDERS, ("CA3", {"kind": "call", "person": "case_3"})]
    assert path.stat().st_mode & 0o077 == 0


def test_half_a_line_of_a_crash_is_written_over(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"n":3,"kind":"per')
    stones = Tombstones(path, b"k" * 32)
    assert stones.orders() == ORDERS
    stones.add([("CA3", {"kind": "call", "person": "case_3"})])
    assert len(stones.orders()) == 3


def test_a_line_that_was_not_written_here_is_refused(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    other = json.loads(lines[1]) | {"subject": "CA9"}
    for content in (
        [lines[1]],
        [lines[1], lines[0]],
        [*lines, lines[1]],
        [lines[0], json.dumps(other)],
        [*lines, "null"],
        [*lines, "{}"],
    ):
        path.write_text("\n".join(content) + "\n", "utf-8")
        with pytest.raises(Tampered, match="outside copy"):
            Tombstones(path, b"k" * 32).orders()
    path.write_text("\n".join(lines) + "\n", "utf-8")
    with pytest.raises(Tampered):
        Tombstones(path, b"x" * 32).orders()


def test_a_copy_is_taken_over_once(path: Path, tmp_path: Path) -> None:
    stones = Tombstones(tmp_path / "other.log", b"k" * 32)
    stones.add([("CA3", {"kind": "call", "person": "case_3"})])
    stones.take_over(path)
    assert stones.orders() == [("CA3", {"kind": "call", "person": "case_3"}), *ORDERS]
    assert not path.exists()
