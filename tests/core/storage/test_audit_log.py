"""The audit log: written with what it records, signed outside, and every tampering found."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.errors import InvalidInput, Shredded, StorageError, Tampered
from core.security.audit import Frontier, verify_consistency, verify_inclusion
from core.storage.audit_rows import AuditRow
from core.storage.heads import HeadsFile
from core.storage.opening import DATA_FILE, HEADS_FILE
from core.storage.store import SqlStorage
from tests.core.storage.people import NAME, HandClock, opened, store_call


def filled(folder: Path, rows: int = 12) -> SqlStorage:
    clock = HandClock()
    storage = opened(folder, clock)
    for number in range(rows):
        clock.forward(seconds=7)
        with storage.begin() as work:
            work.audit.append("line", "case.noted", f"case_{number % 3}", {"number": number, "codes": ["a", "b"]})
            work.commit()
    return storage


def test_a_row_stands_or_falls_with_its_transaction(tmp_path: Path) -> None:
    storage = filled(tmp_path, 2)
    with storage.begin() as work:
        assert work.audit.append("line", "case.noted", "case_9") == 3
        assert work.audit.append("line", "case.noted", "case_9") == 4
    found = storage.verify_audit()
    assert (found.rows, found.heads, found.unanchored, found.problems) == (2, 3, 0, ())


def test_the_log_goes_on_after_a_restart(tmp_path: Path) -> None:
    filled(tmp_path, 3).close()
    storage = opened(tmp_path)
    with storage.begin() as work:
        assert work.audit.append("line", "case.noted", "case_9") == 4
        work.commit()
    found = storage.verify_audit()
    assert (found.rows, found.heads, found.whole) == (4, 5, True)


def test_a_head_lost_to_a_crash_is_signed_at_the_next_start(tmp_path: Path) -> None:
    filled(tmp_path, 3).close()
    path = tmp_path / "data" / HEADS_FILE
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-1]) + lines[-1][:40])
    storage = opened(tmp_path)
    found = storage.verify_audit()
    assert (found.heads, found.unanchored, found.whole) == (4, 0, True)


def test_a_heads_file_that_cannot_be_written_is_told_and_made_good(tmp_path: Path) -> None:
    storage = filled(tmp_path, 1)
    path = tmp_path / "data" / HEADS_FILE
    path.rename(tmp_path / "aside")
    path.mkdir()
    with storage.begin() as work:
        work.audit.append("line", "case.noted", "case_1")
        work.commit()
    with pytest.raises(StorageError, match="heads file"):
        storage.health()
    path.rmdir()
    (tmp_path / "aside").rename(path)
    storage.health()
    assert storage.verify_audit().whole


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"actor": "Jane Roe"}, "actor"),
        ({"action": "Call viewed"}, "action"),
        ({"subject": "+14155550123"}, "subject"),
        ({"detail": {"why": "she asked twice"}}, "detail.why"),
        ({"detail": {"phone": "+14155550123"}}, "detail.phone"),
        ({"detail": {"share": 0.5}}, "detail.share"),
        ({"detail": {"Key": 1}}, "detail"),
        ({"note": " "}, "note"),
        ({"note": "x" * 1001}, "note"),
        ({"note": "about nobody"}, "subject"),
    ],
)
def test_prose_and_personal_data_are_kept_out(tmp_path: Path, given: dict[str, Any], field: str) -> None:
    row = {"actor": "line", "action": "case.noted", "subject": "case_1"} | given
    with opened(tmp_path).begin() as work, pytest.raises(InvalidInput) as caught:
        work.audit.append(**row)
    assert caught.value.field == field


def test_a_note_is_sealed_and_dies_with_the_person_while_the_log_stays_whole(tmp_path: Path) -> None:
    storage = opened(tmp_path)
    store_call(storage)
    with storage.begin() as work:
        seq = work.audit.append("staff.7", "call.viewed", "CA1", note=f"{NAME} complained")
        work.commit()
    with storage.begin() as work:
        assert work.audit_note(seq) == f"{NAME} complained"
        assert work.audit_note(99) is None
    storage.upkeep.destroy_subject("case_1")
    with storage.begin() as work, pytest.raises(Shredded):
        work.audit_note(seq)
    assert storage.verify_audit().whole


def test_a_note_that_was_removed_or_altered_is_found(tmp_path: Path) -> None:
    storage = opened(tmp_path)
    store_call(storage)
    for text in ("first reason", "second reason"):
        with storage.begin() as work:
            work.audit.append("staff.7", "call.viewed", "CA1", note=text)
            work.commit()
    with sqlite3.connect(tmp_path / "data" / DATA_FILE) as database:
        database.execute("UPDATE audit SET note = NULL WHERE seq = 1")
        database.execute("UPDATE audit SET detail = '{}' WHERE seq = 2")
    for seq in (1, 2):
        with storage.begin() as work, pytest.raises(Tampered):
            work.audit_note(seq)


# -- tampering ----------------------------------------------------------------------------------------------------

Attack = Callable[[sqlite3.Connection, random.Random, int], None]


def edit(database: sqlite3.Connection, rng: random.Random, size: int) -> None:
    column, value = rng.choice(
        [("actor", "staff.1"), ("action", "case.other"), ("subject", "case_8"), ("detail", '{"number":99}'),
         ("at", "2020-01-01 00:00:00.000000")]
    )  # fmt: skip
    database.execute(f"UPDATE audit SET {column} = ? WHERE seq = ?", (value, rng.randint(1, size)))


def edit_and_hash(database: sqlite3.Connection, rng: random.Random, size: int) -> None:
    """A careful forger also writes the row's new hash."""
    edit(database, rng, size)
    rehash(database)


def delete(database: sqlite3.Connection, rng: random.Random, size: int) -> None:
    database.execute("DELETE FROM audit WHERE seq = ?", (rng.randint(1, size),))


def delete_and_close_up(database: sqlite3.Connection, rng: random.Random, size: int) -> None:
    """A careful forger renumbers, rehashes and rewrites the stored state."""
    gone = rng.randint(1, size)
    database.execute("DELETE FROM audit WHERE seq = ?", (gone,))
    for seq in range(gone + 1, size + 1):
        database.execute("UPDATE audit SET seq = ? WHERE seq = ?", (seq - 1, seq))
    rehash(database)


def reorder(database: sqlite3.Connection, rng: random.Random, size: int) -> None:
    one, other = rng.sample(range(1, size + 1), 2)
    for before, after in ((one, -1), (other, one), (-1, other)):
        database.execute("UPDATE audit SET seq = ? WHERE seq = ?", (after, before))
    if rng.random() < 0.5:
        rehash(database)


def cut_tail(database: sqlite3.Connection, rng: random.Random, size: int) -> None:
    database.execute("DELETE FROM audit WHERE seq > ?", (size - rng.randint(1, size),))
    if rng.random() < 0.5:
        rehash(database)


def add(database: sqlite3.Connection, rng: random.Random, size: int) -> None:
    at = rng.randint(1, size)
    for seq in range(size, at - 1, -1):
        database.execute("UPDATE audit SET seq = ? WHERE seq = ?", (seq + 1, seq))
    database.execute(
        "INSERT INTO audit SELECT ?, at, actor, action, 'case_7', detail, note, leaf FROM audit WHERE seq = ?",
        (at, at + 1),
    )
    rehash(database)


def rehash(database: sqlite3.Connection) -> None:
    """Make leaves and stored state fit the rows: everything an attacker inside the database can do."""
    frontier = Frontier()
    rows = database.execute("SELECT seq, at, actor, action, subject, detail FROM audit ORDER BY seq").fetchall()
    for seq, at, actor, action, subject, detail in rows:
        moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
        leaf = AuditRow(seq, moment, actor, action, subject, json.loads(detail), b"").leaf
        database.execute("UPDATE audit SET leaf = ? WHERE seq = ?", (leaf, seq))
        frontier = frontier.append(leaf)
    database.execute("UPDATE audit_state SET size = ?, peaks = ?", (frontier.size, frontier.to_bytes()))


#: Of each kind; ``make security`` asks for more than a thousand in all.
TAMPERINGS = int(os.environ.get("LOANLINE_TAMPERINGS", "40"))


@pytest.mark.parametrize("attack", [edit, edit_and_hash, delete, delete_and_close_up, reorder, cut_tail, add])
def test_every_tampering_is_found(tmp_path: Path, attack: Attack) -> None:
    rng = random.Random(attack.__name__)
    storage = filled(tmp_path)
    path = tmp_path / "data" / DATA_FILE
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        before = [database.execute(f"SELECT * FROM {table}").fetchall() for table in ("audit", "audit_state")]
    for _ in range(TAMPERINGS):
        with sqlite3.connect(path) as database:
            database.execute("PRAGMA synchronous=OFF")
            attack(database, rng, 12)
        assert not storage.verify_audit().whole
        with sqlite3.connect(path) as database:
            database.execute("PRAGMA synchronous=OFF")
            for table, rows in zip(("audit", "audit_state"), before, strict=True):
                database.execute(f"DELETE FROM {table}")
                marks = ",".join("?" * len(rows[0]))
                database.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
    assert storage.verify_audit().whole


def test_rehashing_alone_is_no_tampering(tmp_path: Path) -> None:
    """The forger's tool writes exactly what the line wrote; otherwise the test above would prove nothing."""
    storage = filled(tmp_path)
    with sqlite3.connect(tmp_path / "data" / DATA_FILE) as database:
        rehash(database)
    assert storage.verify_audit().whole


def test_tampered_heads_are_found(tmp_path: Path) -> None:
    storage = filled(tmp_path, 4)
    path = tmp_path / "data" / HEADS_FILE
    whole = path.read_text()
    lines = whole.splitlines(keepends=True)
    for content in (
        "",
        "".join(lines[1:]),
        whole.replace('"size":3', '"size":2'),
        whole + "garbage\n",
        whole.replace(json.loads(lines[2])["root"], "00" * 32),
    ):
        path.write_text(content)
        assert not storage.verify_audit().whole
    path.unlink()
    assert not storage.verify_audit().whole
    storage.close()
    assert not opened(tmp_path).verify_audit().whole


def test_a_cut_of_log_and_heads_together_is_found_by_the_copy_kept_elsewhere(tmp_path: Path) -> None:
    storage = filled(tmp_path, 6)
    heads = tmp_path / "data" / HEADS_FILE
    copy = tmp_path / "copy.log"
    shutil.copy(heads, copy)
    heads.write_text("".join(heads.read_text().splitlines(keepends=True)[:4]))
    with sqlite3.connect(tmp_path / "data" / DATA_FILE) as database:
        database.execute("DELETE FROM audit WHERE seq > 3")
        rehash(database)
    assert storage.verify_audit().whole
    assert not storage.verify_audit(copy).whole


# -- proofs -------------------------------------------------------------------------------------------------------


def test_a_row_is_proved_without_the_others(tmp_path: Path) -> None:
    storage = filled(tmp_path, 7)
    for seq in range(1, 8):
        proof = storage.prove(str(seq))
        path = [bytes.fromhex(step) for step in proof["path"]]
        root = bytes.fromhex(proof["head"]["root"])
        assert verify_inclusion(bytes.fromhex(proof["leaf"]), seq - 1, proof["head"]["size"], path, root)
        assert storage.prove(proof["receipt"]) == proof
    assert isinstance(storage._heads, HeadsFile)


def test_the_log_is_proved_to_have_only_grown(tmp_path: Path) -> None:
    storage = filled(tmp_path, 7)
    for size in range(1, 8):
        proof = storage.prove_growth(size)
        path = [bytes.fromhex(step) for step in proof["path"]]
        old, new = bytes.fromhex(proof["root"]), bytes.fromhex(proof["head"]["root"])
        assert verify_consistency(size, 7, old, new, path)
    for size in (0, -1, 8):
        with pytest.raises(InvalidInput):
            storage.prove_growth(size)
    with sqlite3.connect(tmp_path / "data" / DATA_FILE) as database:
        database.execute("UPDATE audit SET subject = 'case_9' WHERE seq = 2")
    with pytest.raises(Tampered):
        storage.prove_growth(5)


def test_a_proof_is_refused_for_what_is_not_there(tmp_path: Path) -> None:
    storage = filled(tmp_path, 3)
    for wanted in ("0", "4", "x", "", "9" * 40, "-1"):
        with pytest.raises(InvalidInput):
            storage.prove(wanted)
    with pytest.raises(Tampered):
        storage.prove("2-AAAAAAAA")
    with sqlite3.connect(tmp_path / "data" / DATA_FILE) as database:
        database.execute("UPDATE audit SET subject = 'case_9' WHERE seq = 2")
    with pytest.raises(Tampered):
        storage.prove("3")
