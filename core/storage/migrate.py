"""Bring both databases to the schema of this program, forward or back, under a lock."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Engine, MetaData

from core.errors import StorageError
from core.storage import key_tables, privacy_tables
from core.storage.engine import storage_errors, writing

__all__ = ["DATA", "KEYS", "locked", "migrate", "revision_of"]

_HERE = Path(__file__).parent / "migrations"
#: The two databases: where their changes are, and the tables that must come out.
DATA: tuple[str, MetaData] = ("records", privacy_tables.metadata)
KEYS: tuple[str, MetaData] = ("keys", key_tables.metadata)
#: The numbers of our locks on a database server.
_LOCKS = {"keys": 0x6C6F616E, "retention": 0x6C6F616F}


def migrate(engine: Engine, which: tuple[str, MetaData], to: str = "head") -> None:
    """Run the changes up or down to revision ``to``; ``StorageError`` when the database is of a newer program."""
    with writing(engine) as connection:
        now = revision_of(connection)
        config = _config(connection, which)
        script = ScriptDirectory.from_config(config)
        goal = script.get_current_head() if to == "head" else to
        if now == goal:
            return
        try:
            if now is not None:
                script.get_revision(now)
            older = {step.revision for step in script.walk_revisions("base", now)} if now is not None else set()
            (command.downgrade if goal == "base" or goal in older else command.upgrade)(config, to)
        except CommandError:
            raise StorageError("The database was written by a newer version; upgrade Loanline, then open it.") from None


def revision_of(connection: Connection) -> str | None:
    """The schema the database has now; ``None`` when it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


@contextmanager
def locked(data_dir: Path, keys: Engine | None = None, what: str = "keys") -> Iterator[None]:
    """Only one process at a time makes keys, changes schemas or rotates (``keys``), or runs the retention: in this
    directory, and among all nodes that share a key database on a server. Raises ``StorageError`` when a node keeps it
    for minutes."""
    handle = os.open(data_dir / (".lock" if what == "keys" else f".{what}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with _held(keys, _LOCKS[what]) if keys is not None and keys.dialect.name == "postgresql" else nullcontext():
            yield
    finally:
        os.close(handle)


@contextmanager
def _held(engine: Engine, number: int) -> Iterator[None]:
    """An advisory lock of the server; it falls with the connection."""
    with storage_errors():
        connection = engine.connect()
    try:
        with storage_errors():
            connection.exec_driver_sql("SET LOCAL lock_timeout = '120s'")
            connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({number})")
        yield
    finally:
        with storage_errors():
            connection.close()


def _config(connection: Connection, which: tuple[str, MetaData]) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(_HERE / which[0]).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["metadata"] = which[1]
    return config
