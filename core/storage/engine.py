"""Database engines and what their failures mean.

SQLite runs with WAL, ``synchronous=FULL`` (a committed transaction survives power loss), foreign keys, no temporary
files, and overwrites what is deleted. Writers begin with ``BEGIN IMMEDIATE``, so a transaction never finds out late
that it may not write. PostgreSQL is used as it comes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError, StatementError

from core.errors import Conflict, LoanlineError, StorageError

__all__ = ["BUSY_SECONDS", "open_engine", "reading", "storage_errors", "writing"]

#: How long a writer waits for another one.
BUSY_SECONDS = 5.0

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA trusted_schema=OFF",
    f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}",
)

_MEANINGS = (
    ("disk is full", "The disk is full; free some space, nothing was stored."),
    ("disk i/o error", "The disk failed to write; check it before going on, nothing was stored."),
    ("database is locked", "The database is held by another process; stop that one or wait, nothing was stored."),
    ("readonly database", "The data directory cannot be written; check its owner and permissions."),
    ("unable to open", "The data directory cannot be written; check its owner and permissions."),
    ("malformed", "The database file is damaged; restore it from a backup."),
    ("not a database", "The database file is damaged; restore it from a backup."),
    ("no such table", "The database has another schema; start the line once so that it migrates."),
)


def open_engine(where: str | Path) -> Engine:
    """An engine for a database URL, or for the SQLite file at a path, set up as described above."""
    url = make_url(where) if isinstance(where, str) else URL.create("sqlite", database=str(where))
    engine = create_engine(url, hide_parameters=True, pool_pre_ping=url.get_backend_name() != "sqlite")
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up)
        event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


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
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction, committed at the end of the block."""
    with storage_errors(), engine.begin() as connection:
        yield connection


def _meaning(error: SQLAlchemyError) -> str:
    text = str(error.orig).lower() if isinstance(error, DBAPIError) else ""
    for sign, sentence in _MEANINGS:
        if sign in text:
            return sentence
    return f"The database refused the work ({type(error).__name__}); nothing was stored."
