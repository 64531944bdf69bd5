"""A PostgreSQL server of our own for one test run: on a free port of this machine, with nothing in it that lasts."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from itertools import count
from pathlib import Path

from sqlalchemy import URL, create_engine

__all__ = ["PostgresServer", "programs"]

_DEBIAN = Path("/usr/lib/postgresql")


def programs() -> Path | None:
    """Where the server's programs are; ``None`` where it is not installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return versions[-1].parent if versions else None


class PostgresServer:
    """Started by its constructor. PostgreSQL refuses to run as root: then it runs as ``nobody``."""

    def __init__(self, where: Path) -> None:
        self._bin = where
        self._folder = Path(tempfile.mkdtemp(prefix="loanline-pg-"))
        self._account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        if self._account:
            os.chown(self._folder, self._account.pw_uid, self._account.pw_gid)
        self._data = self._folder / "data"
        self._numbers = count(1)
        self.port = _free_port()
        self._run("initdb", "-D", str(self._data), "-U", "tester", "-A", "trust", "-N", "-E", "UTF8", "--locale=C")
        self.start()

    def start(self) -> None:
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off "
            "-c max_connections=60 -c shared_buffers=16MB"
        )
        log = self._folder / "log"
        self._run("pg_ctl", "-D", str(self._data), "-o", options, "-l", str(log), "-w", "-t", "60", "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "-w", "stop")

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def fresh(self) -> str:
        """The URL of a new, empty database."""
        name = f"t{next(self._numbers)}"
        self._say(f"CREATE DATABASE {name}")
        return self._url(name)

    def drop(self, url: str) -> None:
        """It is not needed any more, whoever is still connected."""
        self._say(f"DROP DATABASE {_name(url)} WITH (FORCE)")

    def _say(self, statement: str) -> None:
        engine = create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()

    def _url(self, database: str) -> str:
        url = URL.create("postgresql+pg8000", "tester", None, "127.0.0.1", self.port, database)
        return url.render_as_string(hide_password=False)

    def dump(self, url: str, target: Path) -> None:
        """What an operator's ``pg_dump`` saves."""
        with target.open("wb") as file:
            self._run("pg_dump", "-Fc", "-h", "127.0.0.1", "-p", str(self.port), "-U", "tester", _name(url), out=file)

    def restore(self, saved: Path, url: str) -> None:
        with saved.open("rb") as file:
            where = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "tester", "-d", _name(url)]
            self._run("pg_restore", "--clean", "--if-exists", *where, given=file)

    def _run(self, program: str, *arguments: str, out: object = None, given: object = None) -> None:
        more: dict[str, object] = {}
        if self._account:
            more = {"user": self._account.pw_uid, "group": self._account.pw_gid, "extra_groups": []}
        subprocess.run(
            [str(self._bin / program), *arguments],
            check=True,
            cwd=self._folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
            stdin=given or subprocess.DEVNULL,
            stdout=out or subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **more,  # type: ignore[call-overload]  # the account differs by who runs the tests
        )


def _name(url: str) -> str:
    return url.rsplit("/", 1)[1]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
