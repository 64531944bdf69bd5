"""What only a database server can show: several nodes at once, a server that goes away, saved and restored dumps."""

from __future__ import annotations

import gc
import threading
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from core.errors import EnvironmentProblem, LoanlineError, Shredded, StorageError
from core.events import JournalEntry
from core.storage.engine import open_engine
from core.storage.migrate import DATA, KEYS, locked, migrate
from core.storage.migrations.records import v0001_first
from core.storage.opening import open_storage
from core.storage.store import SqlStorage
from core.usecases.shred import plan_person, rotate, shred
from tests.core.storage.people import ELSEWHERE, OPEN, START, HandClock, opened, store_call
from tests.core.storage.postgres import PostgresServer
from tests.core.storage.test_migrate import differences

pytestmark = pytest.mark.usefixtures("postgres")


@pytest.fixture(autouse=True)
def _sockets_of_failed_connections() -> Iterator[None]:
    """The driver leaves the socket of a connection that could not be made to the collector of garbage."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def nodes(tmp_path: Path, postgres: PostgresServer) -> tuple[SqlStorage, SqlStorage]:
    """Two nodes over one pair of databases: own folders, one keyring, heads that start as one file."""
    urls = {"database_url": postgres.fresh(), "keys_url": postgres.fresh()}
    ELSEWHERE[tmp_path] = urls
    first = opened(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    (other / "audit-heads.log").write_bytes((tmp_path / "data" / "audit-heads.log").read_bytes())
    second = open_storage(other, tmp_path / "keyring.json", None, HandClock(), **urls)
    OPEN.append(second)
    return first, second


def note(storage: SqlStorage, call: str, number: int) -> None:
    with storage.begin() as work:
        work.journal.append("case_1", JournalEntry("noted", START, call, {"number": number}))
        work.audit.append("line", "case.noted", "case_1", {"number": number})
        work.commit()


def test_two_nodes_write_one_log_and_one_journal(nodes: tuple[SqlStorage, SqlStorage]) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda at: note(nodes[at % 2], f"CA{at % 3}", at), range(24)))
    for node in nodes:
        assert node.verify_audit().whole
        with node.begin() as work:
            assert sorted(entry.data["number"] for entry in work.journal.read("case_1")) == list(range(24))


def test_a_delivery_that_reaches_both_nodes_counts_once(nodes: tuple[SqlStorage, SqlStorage]) -> None:
    gate = threading.Barrier(2)

    def deliver(node: SqlStorage) -> bool:
        with node.begin() as work:
            gate.wait(5)
            first = work.inbox.first_time("status/CA1", "completed", START)
            work.commit()
        return first

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(deliver, nodes)) == [False, True]


def test_what_one_node_destroys_the_other_cannot_open(nodes: tuple[SqlStorage, SqlStorage]) -> None:
    store_call(nodes[0])
    rotated = rotate(nodes[1], "os.tester", forget_old=True)
    assert (rotated.version, rotated.forgotten) == (2, (1,))
    shred(nodes[0], plan_person(nodes[0], "case_1"), "os.tester")
    with nodes[1].begin() as work, pytest.raises(Shredded):
        work.records.read("CA1")
    assert nodes[1].verify_audit().whole


def test_one_node_at_a_time_changes_keys(nodes: tuple[SqlStorage, SqlStorage]) -> None:
    order: list[str] = []
    held, let_go = threading.Event(), threading.Event()

    def first() -> None:
        with nodes[0].alone():
            held.set()
            let_go.wait(10)
            order.append("first")

    def second() -> None:
        held.wait(10)
        let_go.set()
        with nodes[1].alone():
            order.append("second")

    threads = [threading.Thread(target=each) for each in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert order == ["first", "second"]


def test_changes_run_forward_and_back_with_data(tmp_path: Path, postgres: PostgresServer) -> None:
    ELSEWHERE[tmp_path] = {"database_url": postgres.fresh(), "keys_url": postgres.fresh()}
    storage = opened(tmp_path)
    store_call(storage)
    assert differences(storage.engine, DATA[1]) == []
    migrate(storage.engine, DATA, v0001_first.revision)
    migrate(storage.engine, DATA)
    assert differences(storage.engine, DATA[1]) == []
    with storage.begin() as work:
        assert work.records.read("CA1").complete


@pytest.mark.parametrize("which", [DATA, KEYS], ids=lambda each: each[0])
def test_changes_build_and_clear_an_empty_database(postgres: PostgresServer, which: tuple[str, object]) -> None:
    engine = open_engine(postgres.fresh())
    migrate(engine, which)  # type: ignore[arg-type]  # both are pairs of a name and tables
    assert differences(engine, which[1]) == []  # type: ignore[arg-type]  # as above
    migrate(engine, which, "base")  # type: ignore[arg-type]  # as above
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    engine.dispose()


def test_a_server_that_goes_away_stores_nothing_and_comes_back(tmp_path: Path, postgres: PostgresServer) -> None:
    ELSEWHERE[tmp_path] = {"database_url": postgres.fresh(), "keys_url": postgres.fresh()}
    storage = opened(tmp_path)
    note(storage, "CA1", 1)
    postgres.stop()
    try:
        with pytest.raises(StorageError, match="cannot be reached"):
            note(storage, "CA1", 2)
        with pytest.raises(StorageError):
            storage.health()
    finally:
        postgres.start()
    storage.health()
    note(storage, "CA1", 3)
    with storage.begin() as work:
        assert [entry.data["number"] for entry in work.journal.read("case_1")] == [1, 3]
    assert storage.verify_audit().whole


def test_a_dump_of_the_data_does_not_bring_a_destroyed_person_back(tmp_path: Path, postgres: PostgresServer) -> None:
    urls = {"database_url": postgres.fresh(), "keys_url": postgres.fresh()}
    ELSEWHERE[tmp_path] = urls
    storage = opened(tmp_path)
    store_call(storage)
    postgres.dump(urls["database_url"], tmp_path / "saved")
    shred(storage, plan_person(storage, "case_1"), "os.tester")
    storage.close()
    postgres.restore(tmp_path / "saved", urls["database_url"])
    with opened(tmp_path).begin() as work, pytest.raises(Shredded):
        work.records.read("CA1")


def test_a_wrong_address_is_one_sentence(tmp_path: Path, postgres: PostgresServer) -> None:
    url = postgres.fresh()
    for wrong, kind in (("mysql://x/y", LoanlineError), ("nonsense", EnvironmentProblem)):
        with pytest.raises(kind):
            open_engine(wrong)
    with pytest.raises(EnvironmentProblem, match="database of its own"):
        open_storage(tmp_path, tmp_path / "k", None, HandClock(), database_url=url, keys_url=url)
    with pytest.raises(StorageError, match=r"\A[^\n]+\Z"):
        open_storage(tmp_path, tmp_path / "k", None, HandClock(), database_url=f"{url}_missing", keys_url=url)
    with locked(tmp_path), open_engine(url).connect() as connection:
        assert connection.execute(text("SHOW synchronous_commit")).scalar() == "on"
