"""What every test of the core may count on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.storage.people import ELSEWHERE, OPEN
from tests.core.storage.postgres import PostgresServer, programs


@pytest.fixture(autouse=True)
def _close_stores() -> Iterator[None]:
    yield
    while OPEN:
        OPEN.pop().close()
    ELSEWHERE.clear()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One server for the run of this process."""
    where = programs()
    if where is None:
        pytest.skip("PostgreSQL is not installed here; on Debian: apt-get install postgresql")
    server = PostgresServer(where)
    yield server
    server.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def either_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """What ``opened`` opens in this test: the two SQLite files, then two databases of a PostgreSQL server."""
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        ELSEWHERE[tmp_path] = {"database_url": server.fresh(), "keys_url": server.fresh()}
    return str(request.param)
