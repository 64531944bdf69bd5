"""Databases of a server are saved and brought back: sealed rows as they are, keys apart, nothing destroyed returns."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import Conflict, EnvironmentProblem, Shredded, StorageError, Tampered
from core.storage import server_backup
from core.storage.backup import Servers, create_backup, restore_backup, verify_backup
from core.storage.migrate import DATA
from core.storage.server_backup import dump_database, is_whole_archive, load_database
from core.usecases.readback import read_back
from core.usecases.shred import plan_person, shred
from tests.core.storage.people import CANARIES, ELSEWHERE, HandClock, opened, store_call
from tests.core.storage.postgres import PostgresServer, programs


@pytest.fixture(autouse=True)
def _a_busy_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a closed connection may be counted for long."""
    monkeypatch.setattr(server_backup, "GONE_SECONDS", 60.0)


@pytest.fixture
def servers(tmp_path: Path, postgres: PostgresServer) -> Servers:
    """Two databases, with one call in them."""
    both = Servers(postgres.fresh(), postgres.fresh())
    ELSEWHERE[tmp_path] = {"database_url": both.data, "keys_url": both.keys}
    storage = opened(tmp_path)
    store_call(storage)
    storage.close()
    return both


@pytest.fixture
def saved(tmp_path: Path, servers: Servers) -> Path:
    create_backup(tmp_path / "data", tmp_path / "saved", HandClock(), servers=servers)
    return tmp_path / "saved"


def calls(folder: Path) -> list[str]:
    storage = opened(folder)
    with storage.begin() as work:
        found = [call for call, _, _ in work.records.list_calls()]
    assert storage.verify_audit().whole
    assert not read_back(storage, "os.tester").unreadable
    storage.close()
    return found


def one_more(folder: Path) -> None:
    storage = opened(folder)
    store_call(storage, "case_2", "CA2")
    storage.close()


def test_a_dump_holds_no_key_and_nothing_plain(saved: Path) -> None:
    assert set(verify_backup(saved).files) == {"loanline.pgdump", "audit-heads.log"}
    assert {path.stat().st_mode & 0o777 for path in saved.iterdir()} == {0o600}
    where = programs()
    assert where is not None
    words = [str(where / "pg_restore"), "--file=-", str(saved / "loanline.pgdump")]
    script = subprocess.run(words, capture_output=True, check=True).stdout
    assert b"COPY public.journal" in script
    telling = [canary for canary in CANARIES if len(canary) > 6]  # four digits are in any long hexadecimal text
    assert len(telling) >= 6
    assert not any(canary in script or canary.hex().encode() in script for canary in telling)


def test_there_and_back_and_what_was_there_is_set_aside(saved: Path, tmp_path: Path, servers: Servers) -> None:
    one_more(tmp_path)
    restore_backup(saved, tmp_path / "data", HandClock(), servers=servers)
    assert calls(tmp_path) == ["CA1"]
    aside = tmp_path / "data" / "before-restore-1" / "loanline"
    restore_backup(aside, tmp_path / "data", HandClock(), servers=servers)
    assert sorted(calls(tmp_path)) == ["CA1", "CA2"]


def test_what_was_destroyed_since_stays_destroyed(saved: Path, tmp_path: Path, servers: Servers) -> None:
    create_backup(tmp_path / "data", tmp_path / "keys", HandClock(), keys=True, servers=servers)
    storage = opened(tmp_path)
    shred(storage, plan_person(storage, "case_1"), "os.tester")
    storage.close()
    for folder in (saved, tmp_path / "keys"):
        restore_backup(folder, tmp_path / "data", HandClock(), servers=servers)
    storage = opened(tmp_path)
    with storage.begin() as work, pytest.raises(Shredded):
        work.records.read("CA1")
    assert storage.verify_audit().whole


def test_the_keys_are_saved_apart_and_for_days_only(saved: Path, tmp_path: Path, servers: Servers) -> None:
    made = create_backup(tmp_path / "data", tmp_path / "keys", HandClock(), keys=True, servers=servers)
    assert set(made.files) == {"keys.pgdump"}
    later = HandClock()
    later.forward(days=8)
    assert made.good_until == (HandClock().now() + timedelta(days=7)).isoformat()
    with pytest.raises(Conflict, match="past its day"):
        restore_backup(tmp_path / "keys", tmp_path / "data", later, servers=servers)
    restore_backup(tmp_path / "keys", tmp_path / "data", HandClock(), servers=servers)
    assert calls(tmp_path) == ["CA1"]


def test_nothing_is_replaced_under_a_node_that_runs(
    saved: Path, tmp_path: Path, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_backup, "GONE_SECONDS", 0.2)
    one_more(tmp_path)
    node = opened(tmp_path)
    with node.engine.connect() as still_there:
        still_there.exec_driver_sql("SELECT 1")
        with pytest.raises(Conflict, match="stop every node"):
            restore_backup(saved, tmp_path / "data", HandClock(), servers=servers)
    node.close()
    assert sorted(calls(tmp_path)) == ["CA1", "CA2"]


def test_a_damaged_archive_is_refused_and_changes_nothing(saved: Path, tmp_path: Path, servers: Servers) -> None:
    one_more(tmp_path)
    dump = saved / "loanline.pgdump"
    assert is_whole_archive(dump)
    whole = dump.read_bytes()
    dump.write_bytes(whole[: len(whole) // 2])
    assert not is_whole_archive(dump)
    with pytest.raises(Tampered):
        restore_backup(saved, tmp_path / "data", HandClock(), servers=servers)
    assert sorted(calls(tmp_path)) == ["CA1", "CA2"]


def test_one_kind_of_database_does_not_take_the_other(saved: Path, tmp_path: Path, servers: Servers) -> None:
    with pytest.raises(EnvironmentProblem, match="other kind"):
        restore_backup(saved, tmp_path / "data", HandClock())
    plain = opened(tmp_path / "files", database_url=None, keys_url=None)
    plain.close()
    files = tmp_path / "files" / "data"
    create_backup(files, tmp_path / "of-files", HandClock())
    with pytest.raises(EnvironmentProblem, match="other kind"):
        restore_backup(tmp_path / "of-files", tmp_path / "data", HandClock(), servers=servers)


def test_what_cannot_be_saved_says_what_to_do(
    tmp_path: Path, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.fresh()
    with pytest.raises(EnvironmentProblem, match="Only PostgreSQL"):
        dump_database("sqlite:///x.db", tmp_path / "one")
    with pytest.raises(EnvironmentProblem, match="malformed"):
        dump_database("no address", tmp_path / "two")
    with pytest.raises(StorageError, match="could not be saved"):
        dump_database(url + "-that-is-not-there", tmp_path / "three")
    (tmp_path / "junk").write_bytes(b"junk")
    with pytest.raises(StorageError, match="refused the archive"):
        load_database(tmp_path / "junk", url, DATA[1])
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(server_backup, "_DEBIAN", tmp_path)
    with pytest.raises(EnvironmentProblem, match="apt-get install postgresql-client"):
        dump_database(url, tmp_path / "four")


def test_the_password_is_on_no_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "pg_dump"
    program.write_text('#!/bin/sh\necho "$@"; echo "env $PGPASSWORD $PGHOST $PGPORT $PGUSER $PGDATABASE"\n')
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    dump_database("postgresql://anna:s3cret@db.example:5433/loans", tmp_path / "out")
    options, environment = (tmp_path / "out").read_text().splitlines()
    assert "s3cret" not in options
    assert environment == "env s3cret db.example 5433 anna loans"
