"""One database of a PostgreSQL server into a file and back, with the server's own ``pg_dump`` and ``pg_restore``.

Rows go as they are: what is sealed stays sealed. The password goes by environment, never on a command line. The archive
is PostgreSQL's custom format: compressed, consistent while the line writes on, and readable by newer servers.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from sqlalchemy import URL, Engine, MetaData, make_url
from sqlalchemy.exc import ArgumentError

from core.errors import Conflict, EnvironmentProblem, StorageError
from core.storage.engine import open_engine, reading, storage_errors, writing

__all__ = ["dump_database", "is_whole_archive", "load_database"]

#: A connection that was just closed may be counted for a moment.
GONE_SECONDS = 3.0
_DEBIAN = Path("/usr/lib/postgresql")
_OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def dump_database(url: str, target: Path) -> None:
    """Save the database at ``url`` into the new file ``target``, mode 0600.

    Raises ``EnvironmentProblem`` when this is no PostgreSQL server or ``pg_dump`` is not installed, and
    ``StorageError`` when it fails.
    """
    server = _server(url)
    target.touch(mode=0o600, exist_ok=False)
    with target.open("wb") as file:
        done = _run("pg_dump", ("--format=custom", "--no-owner", "--no-password"), server, out=file)
        os.fsync(file.fileno())
    if done.returncode:
        raise StorageError("The server's database could not be saved; see that pg_dump has the server's version.")


def is_whole_archive(path: Path) -> bool:
    """Whether ``pg_restore`` can read the archive from its first byte to its last. Raises ``EnvironmentProblem``."""
    return _run("pg_restore", ("--file=/dev/null", str(path))).returncode == 0


def load_database(source: Path, url: str, tables: MetaData) -> None:
    """Put the archive in the place of ``tables`` in the database at ``url``, in one transaction of the server.

    Raises ``Conflict``, with nothing changed, while anybody else is connected; ``EnvironmentProblem``; and
    ``StorageError`` when it failed: then the tables are gone, and have to come from another archive.
    """
    server, engine = _server(url), open_engine(url)
    try:
        _require_alone(engine)
        with writing(engine) as connection:
            tables.drop_all(connection)
            connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")
    finally:
        engine.dispose()
    how = ("--exit-on-error", "--single-transaction", "--no-owner", "--no-password", f"--dbname={server.database}")
    if _run("pg_restore", (*how, str(source)), server).returncode:
        raise StorageError("The server refused the archive; restore the copy of what was there, in before-restore.")


def _require_alone(engine: Engine) -> None:
    until = time.monotonic() + GONE_SECONDS
    while True:
        with reading(engine) as connection:
            if not connection.exec_driver_sql(_OTHERS).scalar_one():
                return
        if time.monotonic() > until:
            raise Conflict("Others are connected to the database; stop every node, then restore.")
        time.sleep(0.1)


def _server(url: str) -> URL:
    try:
        server = make_url(url)
    except ArgumentError:
        raise EnvironmentProblem("A database address is malformed; check LOANLINE_DATABASE_URL.") from None
    if server.get_backend_name() != "postgresql":
        raise EnvironmentProblem(
            "Only PostgreSQL servers are saved; leave out the URL for files in the data directory."
        )
    return server


def _program(name: str) -> str:
    found = shutil.which(name)
    if found:
        return found
    versions = sorted(_DEBIAN.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    if not versions:
        raise EnvironmentProblem(f"{name} is not installed; on Debian: apt-get install postgresql-client.")
    return str(versions[-1])


def _run(
    program: str, arguments: Sequence[str], server: URL | None = None, out: IO[bytes] | None = None
) -> subprocess.CompletedProcess[Any]:
    """Its messages are not kept: they may quote rows."""
    own = {name: value for name, value in os.environ.items() if name.startswith("PG")}
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", **own}
    if server is not None:
        given = {"PGHOST": server.host, "PGPORT": server.port, "PGUSER": server.username, "PGPASSWORD": server.password}
        environment |= {name: str(value) for name, value in given.items() if value is not None}
        environment["PGDATABASE"] = server.database or ""
    with storage_errors():
        return subprocess.run(  # noqa: S603 - a fixed program with fixed options, no shell
            [_program(program), *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out or subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
