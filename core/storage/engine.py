"""Database engines and what their failures mean.

SQLite runs with WAL, ``synchronous=FULL`` (a committed transaction survives power loss), foreign keys, no temporary
files, and overwrites what is deleted. Writers begin with ``BEGIN IMMEDIATE``, so a transaction never finds out late
that it may not write. Its file, and so the write-ahead log beside it, belongs to its owner alone.

PostgreSQL waits for a lock no longer than SQLite for another writer, commits to disk before it answers, and reads in
one consistent picture.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, SQLAlchemyError, StatementError

from core.errors import Conflict, EnvironmentProblem, LoanlineError, StorageError

__all__ = ["BUSY_SECONDS", "open_engine", "reading", "storage_errors", "writing"]

#: How long a writer waits for another one. A caller hears silence meanwhile, so it is short.
BUSY_SECONDS = 2.0

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA trusted_schema=OFF",
    f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}",
)

_POSTGRES = (
    "SET synchronous_commit = on",
    f"SET lock_timeout = {int(BUSY_SECONDS * 1000)}",
    "SET idle_in_transaction_session_timeout = 60000",
    "SET timezone = 'UTC'",
)

_AWAY = "The database server cannot be reached; start it or check LOANLINE_DATABASE_URL."
_MEANINGS = (
    ("disk is full", "The disk is full; free some space, nothing was stored."),
    ("disk i/o error", "The disk failed to write; check it before going on, nothing was stored."),
    ("database is locked", "The database is held by another process; stop that one or wait, nothing was stored."),
    ("readonly database", "The data directory cannot be written; check its owner and permissions."),
    ("unable to open", "The data directory cannot be written; check its owner and permissions."),
    ("malformed", "The database file is damaged; restore it from a backup."),
    ("not a database", "The database file is damaged; restore it from a backup."),
    ("no such table", "The database has another schema; start the line once so that it migrates."),
    ("undefined_table", "The database has another schema; start the line once so that it migrates."),
    ("no space left", "The disk is full; free some space, nothing was stored."),
    ("lock timeout", "The database is held by another process; stop that one or wait, nothing was stored."),
    ("deadlock detected", "Two pieces of work were in each other's way; try again, nothing was stored."),
    ("password authentication", "The database refuses the account; check LOANLINE_DATABASE_URL."),
    ("can't create a connection", _AWAY),
    ("network error", _AWAY),
    ("connection is closed", _AWAY),
    ("57p01", _AWAY),
    ("57p03", _AWAY),
)
#: PostgreSQL's codes that stand for themselves (appendix A of its manual).
_CODES = {"42P01": "undefined_table", "53100": "no space left"}


def open_engine(where: str | Path) -> Engine:
    """An engine for a database URL (``sqlite:///…``, ``postgresql://…``), or for the SQLite file at a path, set up as
    described above. Raises ``EnvironmentProblem`` when the driver is missing or the URL is none."""
    try:
        url = make_url(where) if isinstance(where, str) else URL.create("sqlite", database=str(where))
        if url.get_backend_name() == "postgresql":
            return _postgres(url)
        if url.get_backend_name() != "sqlite":
            raise EnvironmentProblem("Only SQLite and PostgreSQL are known; check LOANLINE_DATABASE_URL.")
        engine = create_engine(url, hide_parameters=True)
    except ArgumentError:
        raise EnvironmentProblem("A database address is malformed; check LOANLINE_DATABASE_URL.") from None
    if url.database:
        _make_private(Path(url.database))
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _postgres(url: URL) -> Engine:
    try:
        engine = create_engine(
            url.set(drivername="postgresql+pg8000"),
            hide_parameters=True,
            pool_pre_ping=True,
            pool_timeout=BUSY_SECONDS,
            connect_args={"timeout": 2 * BUSY_SECONDS},
        )
    except ModuleNotFoundError:
        raise EnvironmentProblem("PostgreSQL needs its driver; install loanline with the extra postgres.") from None
    event.listen(engine, "connect", _set_up_postgres)
    return engine


def _make_private(path: Path) -> None:
    """Mode 0600 before SQLite writes the first byte; its journal files take the mode over."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
    except OSError:
        return  # connecting says what is wrong, in one sentence


def _set_up(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _set_up_postgres(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for setting in _POSTGRES:
        cursor.execute(setting)
    cursor.close()
    connection.commit()


def _begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get("loanline_reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turn what the database raises into ``StorageError`` with one sentence that says what to do."""
    try:
        yield
    except IntegrityError as error:
        raise Conflict("A record with this identity is stored already; read it instead of adding it.") from error
    except StatementError as error:
        if isinstance(error.orig, LoanlineError):
            raise error.orig from None
        raise StorageError(_meaning(error)) from error
    except SQLAlchemyError as error:
        raise StorageError(_meaning(error)) from error
    except OSError as error:
        raise StorageError(f"The data directory cannot be used ({error.strerror}); check it.") from error


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A read-only look that keeps no writer waiting."""
    with storage_errors(), engine.connect() as bare:
        connection = bare.execution_options(loanline_reading=True)
        if bare.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction, committed at the end of the block."""
    with storage_errors(), engine.begin() as connection:
        yield connection


def _meaning(error: SQLAlchemyError) -> str:
    text = str(error.orig).lower() if isinstance(error, DBAPIError) else ""
    for code, sign in _CODES.items():
        if f"'c': '{code.lower()}'" in text:
            text += sign
    for sign, sentence in _MEANINGS:
        if sign in text:
            return sentence
    return f"The database refused the work ({type(error).__name__}); nothing was stored."
