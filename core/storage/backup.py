"""Backups of the data, and their way back. The key store is saved only when asked, into a place of its own.

A backup of the data alone is useless without the keys, and destroying a key reaches every backup of the data. Keep
backups of the key store few and short-lived: each is a chance for a destroyed key to come back, and so each carries the
day after which it is not restored any more. The list of what was destroyed (``core.storage.tombstones``) goes into each
backup, and a restore adds to the list that is there: restoring both from before an order does not undo the order.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from core.errors import Conflict, EnvironmentProblem, InvalidInput, StorageError, Tampered
from core.ports import Clock
from core.storage.engine import storage_errors
from core.storage.migrate import DATA, KEYS, locked
from core.storage.opening import DATA_FILE, HEADS_FILE, KEYS_FILE
from core.storage.server_backup import dump_database, is_whole_archive, load_database
from core.storage.tombstones import SHREDS_FILE

__all__ = ["KEYS_DAYS", "Backup", "Servers", "create_backup", "restore_backup", "verify_backup"]

_LIST = "backup.json"
#: What a database of a server is saved as.
DATA_DUMP, KEYS_DUMP = "loanline.pgdump", "keys.pgdump"
_KNOWN = {DATA_FILE, KEYS_FILE, HEADS_FILE, SHREDS_FILE, DATA_DUMP, KEYS_DUMP}
_FORMAT = "loanline-backup/1"
#: A copy of the key store is good for this long, unless said otherwise when it is made.
KEYS_DAYS = 7


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds: each file with its SHA-256, when it was taken, and (for keys) until when it is good."""

    taken_at: str
    files: dict[str, str]
    good_until: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Servers:
    """The addresses of databases that are not files in the data directory; they hold passwords."""

    data: str | None = None
    keys: str | None = None


#: Both databases are files.
FILES = Servers()


def create_backup(
    data_dir: Path,
    target: Path,
    clock: Clock,
    *,
    keys: bool = False,
    keys_days: int = KEYS_DAYS,
    servers: Servers = FILES,
) -> Backup:
    """Save the data (or, with ``keys``, the key store instead) of a running line into the new folder ``target``.

    Raises ``Conflict`` when the folder exists, ``InvalidInput`` when there is no data, ``EnvironmentProblem`` when a
    server's database cannot be saved from here, ``StorageError``.
    """
    if target.exists():
        raise Conflict("The backup folder exists already; name a new one.")
    server = servers.keys if keys else servers.data
    names = [KEYS_FILE] if keys else [HEADS_FILE, DATA_FILE]
    if server is not None:
        names.pop()  # the heads, and the list of what was destroyed, are files in any case
    if not all((data_dir / name).is_file() for name in names):
        raise InvalidInput("backup", "there are no records in the data directory; check LOANLINE_DATA_DIR")
    with storage_errors():
        target.mkdir(parents=True, mode=0o700)
        for name in names:
            (_copy_database if name.endswith(".db") else _copy_file)(data_dir / name, target / name)
        if server is not None:
            names.append(KEYS_DUMP if keys else DATA_DUMP)
            dump_database(server, target / names[-1])
        if (data_dir / SHREDS_FILE).is_file():
            names.append(SHREDS_FILE)
            _copy_file(data_dir / SHREDS_FILE, target / SHREDS_FILE)
        now = clock.now()
        until = (now + timedelta(days=keys_days)).isoformat() if keys else None
        backup = Backup(now.isoformat(), {name: _sha256(target / name) for name in names}, until)
        document = {"format": _FORMAT, "taken_at": backup.taken_at, "good_until": until, "files": backup.files}
        (target / _LIST).touch(mode=0o600)
        (target / _LIST).write_text(json.dumps(document, indent=1), encoding="utf-8")
        _sync(target / _LIST)
    return backup


def verify_backup(source: Path) -> Backup:
    """Check a backup's files and that its databases are whole. Raises ``InvalidInput`` or ``Tampered``."""
    try:
        document = json.loads((source / _LIST).read_text(encoding="utf-8"))
        files = {str(name): str(digest) for name, digest in document["files"].items()}
        backup = Backup(str(document["taken_at"]), files, document.get("good_until"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise InvalidInput("backup", "this folder is no backup that Loanline made") from None
    if document.get("format") != _FORMAT or not backup.files or set(backup.files) - _KNOWN:
        raise InvalidInput("backup", "this folder is no backup that Loanline made")
    for name, expected in backup.files.items():
        if not (source / name).is_file() or _sha256(source / name) != expected:
            raise Tampered(f"The backup's {name} is not the file that was saved; use another backup.")
        whole = {".db": _is_whole, ".pgdump": is_whole_archive}.get(Path(name).suffix)
        if whole is not None and not whole(source / name):
            raise Tampered(f"The backup's {name} is damaged; use another backup.")
    return backup


def restore_backup(
    source: Path, data_dir: Path, clock: Clock, *, shreds: Path | None = None, servers: Servers = FILES
) -> Backup:
    """Put a verified backup into ``data_dir``; what was there is moved aside to ``before-restore-…``. What is on a
    server is saved there first, as a backup of its own.

    Stop the line first: while anybody has a database open it is refused. The next start destroys again whatever was
    ordered destroyed, as the list that is there, the backup's list and ``shreds`` (a copy of the list kept elsewhere)
    say. Raises as ``verify_backup``, and ``Conflict`` for a copy of the key store that is past its day or a database
    that others have open; ``EnvironmentProblem`` when the backup is of a server and the line runs on files, or the
    other way round.
    """
    backup = verify_backup(source)
    _require_good(backup, clock.now())
    _require_alike(backup, servers)
    with storage_errors():
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        with locked(data_dir):
            for name in backup.files.keys() & {DATA_FILE, KEYS_FILE}:
                _require_closed(data_dir / name)
            aside = _new_folder(data_dir)
            for number, copy in enumerate(filter(None, (_shreds_of(source, backup), shreds)), start=1):
                _copy_file(copy, data_dir / f"restored-{number}.{SHREDS_FILE}")
            for name in backup.files.keys() & {DATA_DUMP, KEYS_DUMP}:
                _load(source / name, servers, data_dir, aside / Path(name).stem, clock)
            for name in backup.files.keys() - {SHREDS_FILE, DATA_DUMP, KEYS_DUMP}:
                for tail in ("", "-wal", "-shm"):
                    old = data_dir / f"{name}{tail}"
                    if old.exists():
                        old.rename(aside / old.name)
                _copy_file(source / name, data_dir / name)
            if not any(aside.iterdir()):
                aside.rmdir()
    return backup


def _require_alike(backup: Backup, servers: Servers) -> None:
    for file, dump, server in ((DATA_FILE, DATA_DUMP, servers.data), (KEYS_FILE, KEYS_DUMP, servers.keys)):
        if (dump in backup.files and server is None) or (file in backup.files and server is not None):
            raise EnvironmentProblem(
                "This backup is of the other kind of database; set or unset LOANLINE_DATABASE_URL or LOANLINE_KEYS_URL."
            )


def _require_closed(path: Path) -> None:
    """A line that is up would go on writing into the file that was moved aside, and all of it would be lost. SQLite
    leaves the write-ahead log only while nobody else has the file open. Raises ``Conflict``."""
    if not path.exists():
        return
    database = sqlite3.connect(path, timeout=0.0)
    try:
        database.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise Conflict("The line has its database open; stop it, then restore.") from None
    except sqlite3.DatabaseError:
        return  # damaged: it is why there are backups
    finally:
        database.close()


def _load(dump: Path, servers: Servers, data_dir: Path, aside: Path, clock: Clock) -> None:
    keys = dump.name == KEYS_DUMP
    server = servers.keys if keys else servers.data
    assert server is not None
    (data_dir / HEADS_FILE).touch(0o600)  # a new machine has none yet
    create_backup(data_dir, aside, clock, keys=keys, servers=servers)
    load_database(dump, server, (KEYS if keys else DATA)[1])


def _require_good(backup: Backup, now: datetime) -> None:
    if not backup.files.keys() & {KEYS_FILE, KEYS_DUMP} or backup.good_until is None:
        return
    try:
        over = datetime.fromisoformat(backup.good_until) < now
    except (ValueError, TypeError):
        raise InvalidInput("backup", "this folder is no backup that Loanline made") from None
    if over:
        raise Conflict("This copy of the key store is past its day; use a newer one, and delete this one.")


def _shreds_of(source: Path, backup: Backup) -> Path | None:
    return source / SHREDS_FILE if SHREDS_FILE in backup.files else None


def _new_folder(data_dir: Path) -> Path:
    number = 1
    while (data_dir / f"before-restore-{number}").exists():
        number += 1
    folder = data_dir / f"before-restore-{number}"
    folder.mkdir(mode=0o700)
    return folder


def _copy_database(source: Path, target: Path) -> None:
    """SQLite's own online copy: a consistent picture while the line writes on."""
    target.touch(mode=0o600)
    from_, to = sqlite3.connect(source), sqlite3.connect(target)
    try:
        from_.backup(to)
        to.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise StorageError("The database could not be copied; check the disk space of the backup.") from error
    finally:
        from_.close()
        to.close()
    _sync(target)


def _copy_file(source: Path, target: Path) -> None:
    target.touch(mode=0o600)
    shutil.copyfile(source, target)
    _sync(target)


def _is_whole(path: Path) -> bool:
    database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    try:
        return bool(database.execute("PRAGMA integrity_check").fetchall() == [("ok",)])
    except sqlite3.DatabaseError:
        return False
    finally:
        database.close()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    for each in (path, path.parent):
        handle = os.open(each, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
