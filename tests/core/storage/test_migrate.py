"""The schema that the changes build is the one the tables declare, forward and back, with data in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, MetaData, inspect, text

from core.errors import StorageError
from core.storage.engine import open_engine
from core.storage.migrate import DATA, KEYS, locked, migrate, revision_of
from core.storage.migrations.keys import v0001_first as keys_first
from core.storage.migrations.records import v0001_first, v0002_call_backs
from tests.core.storage.people import opened, store_call

BOTH = [DATA, KEYS]


def differences(engine: Engine, metadata: MetaData) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, metadata))


@pytest.mark.parametrize("which", BOTH, ids=lambda each: each[0])
def test_changes_and_tables_agree(tmp_path: Path, which: tuple[str, MetaData]) -> None:
    engine = open_engine(tmp_path / "some name with 100% signs?.db")
    migrate(engine, which)
    assert differences(engine, which[1]) == []
    declared = {
        name: {tuple(each["column_names"]) for each in inspect(engine).get_unique_constraints(name)}
        for name in which[1].tables
    }
    if which is DATA:
        assert declared["applications"] == {("call_id",)}
        assert inspect(engine).get_pk_constraint("journal")["constrained_columns"] == ["case_id", "seq"]


def test_a_missing_column_would_be_noticed(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "x.db")
    migrate(engine, DATA)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE codes DROP COLUMN issues"))
    assert differences(engine, DATA[1])


@pytest.mark.parametrize("which", BOTH, ids=lambda each: each[0])
def test_back_and_forward_again(tmp_path: Path, which: tuple[str, MetaData]) -> None:
    engine = open_engine(tmp_path / "x.db")
    for _ in range(2):
        migrate(engine, which)
        migrate(engine, which)
        assert set(which[1].tables) <= set(inspect(engine).get_table_names())
        migrate(engine, which, "base")
        assert set(inspect(engine).get_table_names()) == {"alembic_version"}
        with engine.connect() as connection:
            assert revision_of(connection) is None


def test_real_data_stays_through_a_second_start(tmp_path: Path) -> None:
    storage = opened(tmp_path)
    store_call(storage)
    storage.close()
    with opened(tmp_path).begin() as work:
        assert work.records.read("CA1").complete


def test_one_step_back_and_forward_keeps_the_records(tmp_path: Path) -> None:
    storage = opened(tmp_path)
    store_call(storage)
    migrate(storage.engine, DATA, v0001_first.revision)
    migrate(storage.engine, DATA)
    assert differences(storage.engine, DATA[1]) == []
    with storage.begin() as work:
        assert work.records.read("CA1").complete


def test_the_changes_form_one_line() -> None:
    assert [(each.revision, each.down_revision) for each in (v0001_first, v0002_call_backs)] == [
        ("records_0001", None),
        (v0002_call_backs.revision, "records_0001"),
    ]
    assert (keys_first.revision, keys_first.down_revision) == ("keys_0001", None)


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "x.db")
    migrate(engine, DATA)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'records_9999'"))
    with pytest.raises(StorageError, match="newer version"):
        migrate(engine, DATA)


def test_a_lock_can_be_taken_again(tmp_path: Path) -> None:
    for _ in range(2):
        with locked(tmp_path):
            assert (tmp_path / ".lock").exists()
