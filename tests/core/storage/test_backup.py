"""Backups: a running line is saved, a bad copy is refused, destroyed keys stay destroyed."""

from __future__ import annotations

import json
import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import Conflict, InvalidInput, LoanlineError, Shredded, Tampered
from core.storage.backup import create_backup, restore_backup, verify_backup
from core.storage.opening import DATA_FILE, HEADS_FILE, KEYS_FILE
from core.storage.tombstones import SHREDS_FILE
from core.usecases.shred import plan_call, plan_person, shred
from tests.core.storage.people import CANARIES, PHONE, START, HandClock, opened, store_call


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    storage = opened(tmp_path)
    store_call(storage)
    with storage.begin() as work:
        work.audit.append("line", "case.noted", "case_1")
        work.commit()
    create_backup(tmp_path / "data", tmp_path / "saved", HandClock())
    storage.close()
    return tmp_path / "saved"


def test_a_backup_of_the_data_holds_no_key_and_nothing_plain(saved: Path) -> None:
    assert {path.name for path in saved.iterdir()} == {DATA_FILE, HEADS_FILE, "backup.json"}
    content = b"".join(path.read_bytes() for path in saved.iterdir())
    assert not any(canary in content for canary in CANARIES)
    assert set(verify_backup(saved).files) == {DATA_FILE, HEADS_FILE}


def test_there_and_back(saved: Path, tmp_path: Path) -> None:
    storage = opened(tmp_path)
    store_call(storage, "case_2", "CA2")
    storage.close()
    restore_backup(saved, tmp_path / "data", HandClock())
    storage = opened(tmp_path)
    with storage.begin() as work:
        assert [call for call, _, _ in work.records.list_calls()] == ["CA1"]
        assert work.records.read("CA1").complete
    assert storage.verify_audit().whole
    assert (tmp_path / "data" / "before-restore-1" / DATA_FILE).is_file()


@pytest.mark.parametrize("keys", [False, True])
def test_nothing_is_restored_under_a_running_line(saved: Path, tmp_path: Path, keys: bool) -> None:
    """It would answer on, and every answer would go into the files that were moved aside."""
    if keys:
        create_backup(tmp_path / "data", tmp_path / "keys", HandClock(), keys=True)
    line = opened(tmp_path)
    store_call(line, "case_2", "CA2")
    before = sorted(path.name for path in (tmp_path / "data").iterdir())
    with pytest.raises(Conflict, match="stop it"):
        restore_backup(tmp_path / "keys" if keys else saved, tmp_path / "data", HandClock())
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == before
    store_call(line, "case_3", "CA3")
    line.close()
    with opened(tmp_path).begin() as work:
        assert {call for call, _, _ in work.records.list_calls()} == {"CA1", "CA2", "CA3"}


def test_a_damaged_database_is_no_reason_not_to_restore(saved: Path, tmp_path: Path) -> None:
    (tmp_path / "data" / DATA_FILE).write_bytes(b"no database any more" * 400)
    restore_backup(saved, tmp_path / "data", HandClock())
    with opened(tmp_path).begin() as work:
        assert work.records.read("CA1").complete


def test_what_was_destroyed_since_stays_destroyed(saved: Path, tmp_path: Path) -> None:
    storage = opened(tmp_path)
    shred(storage, plan_person(storage, "case_1"), "os.tester")
    storage.close()
    restore_backup(saved, tmp_path / "data", HandClock())
    with opened(tmp_path).begin() as work, pytest.raises(Shredded):
        work.records.read("CA1")


def test_the_key_store_is_saved_apart(saved: Path, tmp_path: Path) -> None:
    made = create_backup(tmp_path / "data", tmp_path / "keys", HandClock(), keys=True)
    assert set(made.files) == {KEYS_FILE}
    restore_backup(tmp_path / "keys", tmp_path / "data", HandClock())
    with opened(tmp_path).begin() as work:
        assert work.records.read("CA1").complete


def test_both_restored_from_before_an_order_do_not_undo_it(saved: Path, tmp_path: Path) -> None:
    create_backup(tmp_path / "data", tmp_path / "keys", HandClock(), keys=True)
    storage = opened(tmp_path)
    shred(storage, plan_person(storage, "case_1"), "os.tester")
    storage.close()
    for folder in (saved, tmp_path / "keys"):
        restore_backup(folder, tmp_path / "data", HandClock())
    storage = opened(tmp_path)
    with storage.begin() as work, pytest.raises(Shredded):
        work.records.read("CA1")
    with storage.begin() as work:
        assert work.journal.find_open(PHONE, START) is None
    assert storage.verify_audit().whole
    assert [subject for subject, _ in storage.tombstones.orders()] == ["case_1"]


def test_on_a_new_machine_the_outside_copy_of_the_list_does_it(saved: Path, tmp_path: Path) -> None:
    create_backup(tmp_path / "data", tmp_path / "keys", HandClock(), keys=True)
    storage = opened(tmp_path)
    shred(storage, plan_call(storage, "CA1"), "os.tester")
    storage.close()
    outside = tmp_path / "outside.log"
    outside.write_bytes((tmp_path / "data" / SHREDS_FILE).read_bytes())
    shutil.rmtree(tmp_path / "data")
    restore_backup(saved, tmp_path / "data", HandClock())
    restore_backup(tmp_path / "keys", tmp_path / "data", HandClock(), shreds=outside)
    with opened(tmp_path).begin() as work, pytest.raises(Shredded):
        work.records.read("CA1")
    assert outside.exists()
    assert not list((tmp_path / "data").glob("*.shreds.log"))


def test_a_copy_of_the_keys_is_not_restored_after_its_day(saved: Path, tmp_path: Path) -> None:
    made = create_backup(tmp_path / "data", tmp_path / "keys", HandClock(), keys=True, keys_days=2)
    assert made.good_until == (START + timedelta(days=2)).isoformat()
    later = HandClock()
    later.forward(days=3)
    with pytest.raises(Conflict, match="past its day"):
        restore_backup(tmp_path / "keys", tmp_path / "data", later)
    restore_backup(saved, tmp_path / "data", later)


def test_it_never_writes_over_anything(saved: Path, tmp_path: Path) -> None:
    with pytest.raises(Conflict):
        create_backup(tmp_path / "data", saved, HandClock())
    with pytest.raises(InvalidInput):
        create_backup(tmp_path / "nothing", tmp_path / "new", HandClock())


def test_a_bad_copy_is_refused_and_changes_nothing(saved: Path, tmp_path: Path) -> None:
    before = (tmp_path / "data" / DATA_FILE).read_bytes()

    def spoil(name: str, content: bytes) -> Path:
        bad = tmp_path / "bad"
        shutil.rmtree(bad, ignore_errors=True)
        shutil.copytree(saved, bad)
        (bad / name).write_bytes(content)
        return bad

    whole = (saved / DATA_FILE).read_bytes()
    listed = json.loads((saved / "backup.json").read_text())
    for name, content in (
        (DATA_FILE, whole[:-1]),
        (DATA_FILE, whole.replace(b"slot_confirmed", b"slot_forgotten")),
        (HEADS_FILE, b""),
        ("backup.json", b"{}"),
        ("backup.json", b"not json"),
        ("backup.json", json.dumps(listed | {"files": {"../../etc/passwd": "00"}}).encode()),
        ("backup.json", json.dumps(listed | {"format": "other"}).encode()),
    ):
        with pytest.raises((Tampered, InvalidInput)):
            restore_backup(spoil(name, content), tmp_path / "data", HandClock())
    with pytest.raises(LoanlineError):
        restore_backup(tmp_path / "nowhere", tmp_path / "data", HandClock())
    assert (tmp_path / "data" / DATA_FILE).read_bytes() == before
    assert not (tmp_path / "data" / "before-restore-1").exists()


def test_a_copy_taken_while_the_line_writes_is_consistent(tmp_path: Path) -> None:
    storage = opened(tmp_path)
    store_call(storage)
    with storage.begin() as work:
        work.audit.append("line", "case.noted", "case_1")
        create_backup(tmp_path / "data", tmp_path / "saved", HandClock())
        work.commit()
    with sqlite3.connect(tmp_path / "saved" / DATA_FILE) as database:
        assert database.execute("SELECT count(*) FROM audit").fetchall() == [(0,)]
