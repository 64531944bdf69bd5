"""Keys: made once, re-wrapped without touching data, destroyed for good, and never made again."""

from __future__ import annotations

import shutil
import sqlite3
import time
from pathlib import Path

import pytest

from core.errors import Shredded, WrongKey
from core.security.envelope import Place
from core.security.keyring import FileKeyring
from core.storage.engine import open_engine
from core.storage.key_tables import subject_keys
from core.storage.key_upkeep import KeyUpkeep
from core.storage.keystore import KeyStore, subject_place
from core.storage.migrate import KEYS, migrate
from core.storage.opening import KEYS_FILE
from tests.core.storage.people import START, HandClock

HERE = Place("calls", "manifest", "CA1")


class Shelf:
    """A key store on disk with its keyring."""

    def __init__(self, folder: Path) -> None:
        self.engine = open_engine(folder / KEYS_FILE)
        migrate(self.engine, KEYS)
        path = folder / "keyring.json"
        self.ring = FileKeyring.load(path, None) if path.exists() else FileKeyring.create(path, None)
        self.keys = KeyStore(self.engine, self.ring, HandClock())
        self.keys.start()
        self.upkeep = KeyUpkeep(self.engine, self.ring, HandClock())


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def test_a_key_is_made_once_and_found_again(shelf: Shelf, tmp_path: Path) -> None:
    sealed = shelf.keys.obtain("call:CA1", "case_1", "CA1").seal(HERE, b"secret")
    assert shelf.keys.obtain("call:CA1", "case_1", "CA1").open(HERE, sealed) == b"secret"
    assert Shelf(tmp_path).keys.existing("call:CA1").open(HERE, sealed) == b"secret"
    with pytest.raises(WrongKey):
        shelf.keys.existing("call:CA2")


def test_another_keyring_is_found_at_the_start(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "keyring.json").unlink()
    with pytest.raises(WrongKey, match="does not fit"):
        Shelf(tmp_path)
    assert shelf.upkeep.newest_version() == 1


def test_a_destroyed_call_leaves_the_person_alone(shelf: Shelf) -> None:
    for name, call in (("call:CA1", "CA1"), ("talk:case_1/CA1", "CA1"), ("call:CA2", "CA2"), ("case:case_1", None)):
        shelf.keys.obtain(name, "case_1", call)
    assert shelf.upkeep.objects_of_call("CA1") == ["call:CA1", "talk:case_1/CA1"]
    for _ in range(2):
        shelf.upkeep.destroy_call("CA1", "case_1")
        for name in ("call:CA1", "talk:case_1/CA1"):
            with pytest.raises(Shredded):
                shelf.keys.existing(name)
            with pytest.raises(Shredded):
                shelf.keys.obtain(name, "case_1", "CA1")
    assert shelf.upkeep.objects_of("case_1") == ["call:CA2", "case:case_1"]
    assert (shelf.upkeep.buried_calls(), shelf.upkeep.buried_subjects()) == ({"CA1"}, set())


def test_a_destroyed_person_takes_everything_along(shelf: Shelf) -> None:
    shelf.keys.obtain("call:CA1", "case_1", "CA1")
    shelf.keys.obtain("call:CA2", "case_2", "CA2")
    for _ in range(2):
        shelf.upkeep.destroy_subject("case_1")
        with pytest.raises(Shredded):
            shelf.keys.existing("call:CA1")
        with pytest.raises(Shredded):
            shelf.keys.obtain("call:CA3", "case_1", "CA3")
    shelf.keys.existing("call:CA2")


def test_an_unknown_person_or_call_gets_a_headstone(shelf: Shelf) -> None:
    shelf.upkeep.destroy_call("CA7", "case_7")
    shelf.upkeep.destroy_subject("case_8")
    for name, person in (("call:CA7", "case_7"), ("call:CA8", "case_8")):
        with pytest.raises(Shredded):
            shelf.keys.obtain(name, person, None)


def test_no_copy_of_a_destroyed_key_stays_in_the_files(shelf: Shelf, tmp_path: Path) -> None:
    shelf.keys.obtain("call:CA1", "case_1", "CA1")
    with sqlite3.connect(tmp_path / KEYS_FILE) as database:
        ((wrapped,),) = database.execute("SELECT wrapped FROM subject_keys").fetchall()

    def copies() -> list[str]:
        return [path.name for path in tmp_path.iterdir() if wrapped in path.read_bytes()]

    assert copies()
    shelf.upkeep.destroy_subject("case_1")
    assert copies() == []


def test_a_person_takes_over_a_call(shelf: Shelf) -> None:
    sealed = shelf.keys.obtain("call:CA1", "case_1", "CA1").seal(HERE, b"secret")
    shelf.keys.give("call:CA1", "case_2")
    shelf.upkeep.destroy_subject("case_1")
    assert shelf.keys.existing("call:CA1").open(HERE, sealed) == b"secret"
    with pytest.raises(Shredded):
        shelf.keys.give("call:CA1", "case_1")
    with pytest.raises(WrongKey):
        shelf.keys.give("call:CA9", "case_2")


def test_rotation_with_another_process_at_work(shelf: Shelf, tmp_path: Path) -> None:
    other = Shelf(tmp_path)
    sealed = other.keys.obtain("call:CA1", "case_1", "CA1").seal(HERE, b"secret")
    version = shelf.ring.add_version()
    shelf.upkeep.use_version(version)
    assert shelf.upkeep.rewrap() == 1
    assert shelf.upkeep.rewrap() == 0
    shelf.ring.forget(1)
    shelf.upkeep.forgotten(1)
    assert other.keys.existing("call:CA1").open(HERE, sealed) == b"secret"
    other.keys.obtain("call:CA2", "case_2", "CA2")
    assert other.upkeep.versions_in_use() == {2}
    assert other.upkeep.known_versions() == [2]


def test_a_key_store_saved_before_a_forgotten_version_is_dead(shelf: Shelf, tmp_path: Path) -> None:
    shelf.keys.obtain("call:CA1", "case_1", "CA1")
    saved = tmp_path / "saved.db"
    with sqlite3.connect(tmp_path / KEYS_FILE) as source, sqlite3.connect(saved) as target:
        source.backup(target)
    shelf.upkeep.use_version(shelf.ring.add_version())
    shelf.upkeep.rewrap()
    shelf.ring.forget(1)
    shelf.engine.dispose()
    for name in (KEYS_FILE, f"{KEYS_FILE}-wal", f"{KEYS_FILE}-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    shutil.copy(saved, tmp_path / KEYS_FILE)
    with pytest.raises(WrongKey):
        Shelf(tmp_path)


@pytest.mark.slow
def test_ten_thousand_keys_are_rewrapped_in_seconds(shelf: Shelf) -> None:
    """The aim is 100,000 in under a minute with the line up (security reference, S11): short transactions."""
    people = 10_000
    with shelf.engine.begin() as connection:
        connection.execute(
            subject_keys.insert(),
            [
                {
                    "subject_id": f"case_{n}", "version": 1, "kek_version": 1, "made_at": START,
                    "wrapped": shelf.ring.wrap(1, n.to_bytes(32, "big"), subject_place(f"case_{n}", 1)),
                }
                for n in range(people)
            ],
        )  # fmt: skip
    shelf.upkeep.use_version(shelf.ring.add_version())
    began, moved, longest = time.monotonic(), 0, 0.0
    while True:
        step = time.monotonic()
        done = shelf.upkeep.rewrap(1000)
        longest = max(longest, time.monotonic() - step)
        if not done:
            break
        moved += done
    took = time.monotonic() - began
    assert moved == people
    assert shelf.upkeep.versions_in_use() == {2}
    assert took < 30, f"10,000 keys took {took:.1f} s"
    assert longest < 4, f"one transaction held writers for {longest:.1f} s"
