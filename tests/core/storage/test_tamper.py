"""A ciphertext opens only in its own row: whatever is swapped between rows, columns, tables or keys is found."""

from __future__ import annotations

import os
import random
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from core.application import Status
from core.decision.keeping import ReviewNote
from core.errors import CryptoError, NotFound, Tampered, WrongKey
from core.fraud import TraceKind
from core.lending.ledger import Ledger
from core.ports import CallBack, OfferAnswer, StaffAccount
from core.privacy import ConsentRecord, Correction, How
from core.storage.opening import DATA_FILE, KEYS_FILE
from core.storage.store import SqlStorage
from core.storage.tables import metadata
from core.storage.types import SealedBytes
from tests.core.storage.people import (
    PHONE,
    START,
    application,
    decision,
    dispute,
    heard,
    loan,
    opened,
    risk,
    store_call,
    terms,
)

CASES = ("case_1", "case_2")


@pytest.fixture
def storage(tmp_path: Path) -> SqlStorage:
    storage = opened(tmp_path)
    for number, case in enumerate(CASES, start=1):
        store_call(storage, case, f"CA{number}")
        with storage.begin() as work:
            work.applications.add(application(case, f"CA{number}"), decision(), risk(), Status.APPROVED)
            work.applications.keep_answer(case, OfferAnswer(0, terms(), heard(), START))
            work.call_backs.add(CallBack(f"CA{number}", case, PHONE, "full", START, START))
            work.receipts.keep(case, "decided", {"amount": "2517.00", "case": number}, START)
            work.reviews.add(case, ReviewNote("staff.7", "approve", f"Zebulon called back, {number}", START))
            work.staff.add(StaffAccount(f"staff.{number}", "viewer", f"hash {number}", bytes([number])), START)
            work.loans.open(loan(case))
            work.loans.post(case, Ledger(terms()).disburse(f"out:{number}", START.date(), START))
            work.disputes.open(dispute(case))
            work.consents.enter(case, ConsentRecord("recording", True, f"us/{number}", "ab" * 32, START, How.API))
            work.corrections.add(case, Correction("full_name", f"Zebulon the {number}", START, "staff.7"))
            work.audit.append("staff.7", "call.viewed", f"CA{number}", note="Zebulon asked for it")
            work.traces.keep(f"CA{number}", TraceKind.SOUND, bytes([number]) * 40, START)
            work.deep_checks.ask(f"CA{number}", START)
            work.deep_checks.settle(f"CA{number}", risk(), START)
            work.commit()
    return storage


def read_everything(storage: SqlStorage) -> list[Any]:
    with storage.begin() as work:
        return [
            *(work.records.read(call) for call in ("CA1", "CA2")),
            *(work.journal.read(case) for case in CASES),
            *(work.applications.get(case) for case in CASES),
            *(work.applications.answer(case) for case in CASES),
            *(work.call_backs.get(call) for call in ("CA1", "CA2")),
            *(work.receipts.of(case)[0].bundle for case in CASES),
            *(work.reviews.of(case)[0] for case in CASES),
            *(work.loans.book(case) for case in CASES),
            *(work.disputes.of_case(case)[0] for case in CASES),
            *(work.staff.get(f"staff.{number}") for number in (1, 2)),
            *(work.consents.of(case)[0] for case in CASES),
            *(work.corrections.of(case)[0] for case in CASES),
            *(work.audit_note(seq) for seq in (1, 2)),
            *(trace.body for trace in work.traces.newest(TraceKind.SOUND, 2, START, but_call="none")),
            *(work.deep_checks.of(call) for call in ("CA1", "CA2")),
        ]


#: Every sealed column of every table; a new one is in these tests from the day it is declared.
SEALED = {
    table.name: names
    for table in metadata.sorted_tables
    if (names := [column.name for column in table.c if isinstance(column.type, SealedBytes)])
}


def boxes(database: sqlite3.Connection) -> list[tuple[str, str, int, bytes]]:
    return [
        (table, column, rowid, blob)
        for table, columns in SEALED.items()
        for column in columns
        for rowid, blob in database.execute(f"SELECT rowid, {column} FROM {table}").fetchall()
    ]


def put(database: sqlite3.Connection, table: str, column: str, rowid: int, blob: bytes) -> None:
    database.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (blob, rowid))
    database.commit()


def test_the_store_is_filled_in_every_sealed_column(storage: SqlStorage, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "data" / DATA_FILE) as database:
        found = boxes(database)
    assert {(table, column) for table, column, _, _ in found} == {
        (table, column) for table, columns in SEALED.items() for column in columns
    }
    assert all(len(blob) >= 34 for *_, blob in found)
    assert len(found) == 2 * (2 + 1 + 3 + 8 + 3 + 1 + 1 + 1 + 3 + 1 + 1 + 1 + 1 + 1 + 1)
    assert len(read_everything(storage)) == 30


#: ``make security`` asks for a thousand.
SWAPS = int(os.environ.get("LOANLINE_SWAPS", "150"))


@pytest.mark.slow
def test_every_random_swap_is_found(storage: SqlStorage, tmp_path: Path) -> None:
    rng = random.Random(3)
    whole = read_everything(storage)
    with sqlite3.connect(tmp_path / "data" / DATA_FILE) as database:
        database.execute("PRAGMA synchronous=OFF")
        all_boxes = boxes(database)
        found = 0
        for _ in range(SWAPS):
            (table, column, rowid, blob), (*_, other) = rng.sample(all_boxes, 2)
            put(database, table, column, rowid, other)
            with pytest.raises(Tampered):
                read_everything(storage)
            put(database, table, column, rowid, blob)
            found += 1
    assert found == SWAPS
    assert read_everything(storage) == whole


def test_changed_versions_and_bits_are_all_found(storage: SqlStorage, tmp_path: Path) -> None:
    rng = random.Random(4)
    with sqlite3.connect(tmp_path / "data" / DATA_FILE) as database:
        for table, column, rowid, blob in boxes(database):
            for at in (0, 1, 5, rng.randrange(6, len(blob))):
                changed = bytearray(blob)
                changed[at] ^= 1 << rng.randrange(8)
                put(database, table, column, rowid, bytes(changed))
                with pytest.raises(Tampered):
                    read_everything(storage)
            put(database, table, column, rowid, blob)
    read_everything(storage)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE object_keys AS o SET wrapped = (SELECT wrapped FROM object_keys WHERE object_id = 'call:CA2')",
        "UPDATE object_keys AS o SET wrapped = (SELECT wrapped FROM object_keys WHERE object_id = 'case:case_1')",
        "UPDATE subject_keys AS s SET wrapped = (SELECT wrapped FROM subject_keys WHERE subject_id = 'case_2')",
        "UPDATE object_keys SET subject_id = 'case_2' WHERE object_id = 'call:CA1'",
        "UPDATE object_keys SET version = 2",
        "UPDATE subject_keys SET version = 2",
        "UPDATE subject_keys SET kek_version = 2",
        "UPDATE object_keys SET wrapped = zeroblob(60)",
        "DELETE FROM object_keys WHERE object_id = 'call:CA1'",
    ],
)
def test_a_changed_key_store_opens_nothing(storage: SqlStorage, tmp_path: Path, change: str) -> None:
    with sqlite3.connect(tmp_path / "data" / KEYS_FILE) as database:
        database.execute(change)
    with pytest.raises(WrongKey):
        read_everything(storage)


def test_a_record_moved_under_another_id_does_not_open(storage: SqlStorage, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "data" / DATA_FILE) as database:
        database.execute("UPDATE call_lines SET call_id = 'CA1', number = number + 3 WHERE call_id = 'CA2'")
    with storage.begin() as work, pytest.raises((CryptoError, NotFound)):
        work.records.read("CA1")
