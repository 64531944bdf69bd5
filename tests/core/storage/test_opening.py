"""Opening: what is wrong is one sentence; what a crash or a restored backup left apart is mended."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, insert, select

from core.errors import (
    CryptoError,
    EnvironmentProblem,
    InvalidInput,
    LoanlineError,
    Shredded,
    StorageError,
    WrongKey,
)
from core.events import JournalEntry
from core.storage import engine as engine_module
from core.storage.backup import create_backup
from core.storage.engine import storage_errors
from core.storage.names import plain_id, static_name
from core.storage.opening import DATA_FILE, HEADS_FILE, KEYS_FILE
from core.storage.shredding import SHREDDED
from core.storage.store import SqlStorage
from core.storage.tables import cases, journal, metadata
from core.storage.types import SealedBytes, UtcTime
from core.usecases.shred import plan_call, plan_person, shred
from tests.core.storage.people import CANARIES, PHONE, START, HandClock, opened, store_call


def save(folder: Path, name: str) -> Path:
    """A backup of one database, taken as SQLite wants it."""
    target = folder / f"{name}.saved"
    with sqlite3.connect(folder / "data" / name) as source, sqlite3.connect(target) as copy:
        source.backup(copy)
    return target


def restore(folder: Path, name: str) -> None:
    for tail in ("", "-wal", "-shm"):
        (folder / "data" / f"{name}{tail}").unlink(missing_ok=True)
    shutil.copy(folder / f"{name}.saved", folder / "data" / name)


def test_it_opens_where_nothing_was_and_again(tmp_path: Path) -> None:
    storage = opened(tmp_path)
    storage.health()
    storage.close()
    opened(tmp_path).health()
    assert {path.name for path in (tmp_path / "data").iterdir()} >= {DATA_FILE, KEYS_FILE, HEADS_FILE, ".lock"}
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


def test_every_file_belongs_to_its_owner_alone(tmp_path: Path) -> None:
    """Also under a careless umask, in a folder that others could read, and beside a database they could read."""
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    before = os.umask(0)
    try:
        (data / DATA_FILE).touch(0o644)
        storage = opened(tmp_path)
        store_call(storage)
        create_backup(data, tmp_path / "saved", HandClock())
        create_backup(data, tmp_path / "saved-keys", HandClock(), keys=True)
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*")}
    folders = {path.name for path in tmp_path.rglob("*") if path.is_dir()}
    assert {name: mode for name, mode in modes.items() if mode != (0o700 if name in folders else 0o600)} == {}
    assert {f"{name}{tail}" for name in (DATA_FILE, KEYS_FILE) for tail in ("", "-wal", "-shm")} <= set(modes)


def test_sqlite_is_set_up_as_promised(tmp_path: Path) -> None:
    storage = opened(tmp_path)
    with storage.engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout", "temp_store")
        }
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "busy_timeout": 2000,
        "temp_store": 2,
    }


def test_a_wrong_key_is_one_sentence(tmp_path: Path) -> None:
    opened(tmp_path, passphrase="right").close()
    for passphrase in ("wrong", None):
        with pytest.raises(WrongKey) as caught:
            opened(tmp_path, passphrase=passphrase)
        assert str(caught.value).count(".") == 1


def test_a_missing_keyring_or_key_store_is_never_made_anew_over_records(tmp_path: Path) -> None:
    storage = opened(tmp_path)
    store_call(storage)
    storage.close()
    (tmp_path / "keyring.json").rename(tmp_path / "aside")
    with pytest.raises(WrongKey, match="missing"):
        opened(tmp_path)
    assert not (tmp_path / "keyring.json").exists()
    (tmp_path / "aside").rename(tmp_path / "keyring.json")
    for tail in ("", "-wal", "-shm"):
        (tmp_path / "data" / f"{KEYS_FILE}{tail}").unlink(missing_ok=True)
    with pytest.raises(WrongKey, match=r"keys\.db"):
        opened(tmp_path)


def test_a_command_makes_no_new_data_directory(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem, match="no records"):
        opened(tmp_path, create=False)
    assert list(tmp_path.iterdir()) == []


def test_an_unusable_directory_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(EnvironmentProblem, match="LOANLINE_DATA_DIR"):
        opened(tmp_path)


@pytest.mark.skipif(os.getuid() == 0, reason="root may write anywhere")
def test_an_unwritable_directory_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o500)
    with pytest.raises(EnvironmentProblem, match="cannot be written"):
        opened(tmp_path)


def test_a_damaged_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / DATA_FILE).write_bytes(b"this is no database, " * 400)
    with pytest.raises(StorageError, match="damaged"):
        opened(tmp_path)


def test_a_locked_database_is_one_sentence_and_nothing_is_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "_PRAGMAS", ("PRAGMA busy_timeout=50", "PRAGMA foreign_keys=ON"))
    storage = opened(tmp_path)
    with sqlite3.connect(tmp_path / "data" / DATA_FILE, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StorageError, match="held by another process"), storage.begin():
            pass
        with pytest.raises(StorageError):
            storage.health()
        other.execute("ROLLBACK")
    storage.health()


def test_a_full_disk_is_one_sentence_and_what_was_stored_stays(tmp_path: Path) -> None:
    storage = opened(tmp_path)
    store_call(storage)
    with storage.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    def fill() -> None:
        with storage.begin() as work:
            for number in range(200):
                work.journal.append("case_1", JournalEntry("noted", START, "CA1", {"n": number, "text": "x" * 900}))
            work.commit()

    with pytest.raises(StorageError, match="disk is full") as caught:
        fill()
    assert not any(canary.decode() in str(caught.value) for canary in CANARIES)
    with storage.begin() as work:
        assert len(work.journal.read("case_1")) == 2


def test_threads_take_turns(tmp_path: Path) -> None:
    storage = opened(tmp_path)
    failures: list[LoanlineError] = []

    def write(name: str) -> None:
        try:
            for number in range(20):
                with storage.begin() as work:
                    work.journal.append("case_1", JournalEntry("noted", START, f"CA{name}", {"n": number}))
                    work.commit()
        except LoanlineError as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with storage.begin() as work:
        assert len(work.journal.read("case_1")) == 80


# -- destroyed stays destroyed ------------------------------------------------------------------------------------


def unreadable(storage: SqlStorage) -> bool:
    with storage.begin() as work:
        try:
            work.records.read("CA1")
        except Shredded:
            return True
    return False


@pytest.mark.parametrize("kind", ["call", "person"])
@pytest.mark.parametrize("name", [DATA_FILE, KEYS_FILE])
def test_a_restored_backup_brings_nothing_back(tmp_path: Path, name: str, kind: str) -> None:
    storage = opened(tmp_path)
    store_call(storage)
    save(tmp_path, name)
    plan = plan_call(storage, "CA1") if kind == "call" else plan_person(storage, "case_1")
    shred(storage, plan, "os.tester")
    assert unreadable(storage)
    storage.close()
    restore(tmp_path, name)
    again = opened(tmp_path)
    assert unreadable(again)
    with again.begin() as work:
        assert work.journal.find_open(PHONE, START) is None
    with again.engine.connect() as connection:
        assert (connection.scalar(select(cases.c.phone_index)) is None) == (kind == "person")


def test_an_order_that_a_crash_cut_off_is_carried_out_at_the_next_start(tmp_path: Path) -> None:
    storage = opened(tmp_path)
    store_call(storage)
    with storage.begin() as work:
        work.audit.append("os.tester", SHREDDED, "CA1", {"kind": "call", "person": "case_1", "objects": 2})
        work.commit()
    assert not unreadable(storage)
    storage.close()
    assert unreadable(opened(tmp_path))


# -- column types -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [b"plain", "text", bytearray(b"x"), 7])
def test_an_encrypted_column_takes_nothing_plain(tmp_path: Path, value: Any) -> None:
    storage = opened(tmp_path)
    with storage.begin() as work:
        work.journal.append("case_1", JournalEntry("noted", START, "CA1"))
        work.commit()
    row = {"case_id": "case_1", "seq": 2, "call_id": "CA1", "kind": "noted", "at": START, "body": value}
    with pytest.raises(CryptoError), storage_errors(), storage.engine.begin() as connection:
        connection.execute(insert(journal).values(**row))
    with storage.begin() as work:
        assert len(work.journal.read("case_1")) == 1


def test_a_time_without_a_zone_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path).begin() as work, pytest.raises(InvalidInput):
        work.journal.finish("case_1", "stopped", START.replace(tzinfo=None))


def test_every_other_byte_column_is_a_keyed_hash() -> None:
    """What is not sealed and holds bytes is short: an index, a hash, or the tree's peaks."""
    plain = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.c
        if type(column.type) is LargeBinary
    }
    assert plain == {
        "cases.phone_index", "audit.leaf", "audit_state.peaks", "inbox.key", "inbox.fingerprint", "codes.digest",
        "staff_sessions.digest", "api_keys.digest", "applicants.person_index", "applicants.number_index",
        "links.value_index", "voice_terms.person_index",
    }  # fmt: skip
    kinds = {type(column.type) for table in metadata.tables.values() for column in table.c}
    assert {SealedBytes, UtcTime} <= kinds


def test_plain_columns_take_ids_and_static_names_only() -> None:
    assert plain_id("case_id", "case_5f.a:b@c-d") == "case_5f.a:b@c-d"
    assert static_name("kind", "slot_confirmed") == "slot_confirmed"
    for bad in ("Jane Roe", "+14155550123", "", "1abc", None):
        with pytest.raises(InvalidInput):
            plain_id("case_id", bad)  # type: ignore[arg-type]  # None is one of the bad ones
        with pytest.raises(InvalidInput):
            static_name("kind", bad)  # type: ignore[arg-type]  # as above
