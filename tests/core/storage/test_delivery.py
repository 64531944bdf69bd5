"""The inbox says yes once; a code has five tries, five minutes, one use and one meaning."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import Conflict, IdempotencyMismatch
from core.storage.delivery import CODE_LIFE, CODE_TRIES, CODES_A_DAY
from core.storage.store import SqlStorage
from tests.core.storage.people import START, opened

pytestmark = pytest.mark.usefixtures("either_database")


@pytest.fixture
def storage(tmp_path: Path) -> SqlStorage:
    return opened(tmp_path)


def check(storage: SqlStorage, code: str, binding: str = "2517.00", after: float = 0, purpose: str = "apply") -> str:
    with storage.begin() as work:
        result = work.codes.check("case_1", purpose, code, binding, START + timedelta(seconds=after))
        work.commit()
    return result


def store(storage: SqlStorage, code: str = "042137", after: float = 0) -> None:
    with storage.begin() as work:
        work.codes.store("case_1", "apply", code, "2517.00", START + timedelta(seconds=after))
        work.commit()


def test_a_key_is_new_once(storage: SqlStorage) -> None:
    with storage.begin() as work:
        assert work.inbox.first_time("CA1/voice", "abc", START)
        assert not work.inbox.first_time("CA1/voice", "abc", START)
        assert work.inbox.first_time("CA1/status", "abc", START)
        with pytest.raises(IdempotencyMismatch):
            work.inbox.first_time("CA1/voice", "other", START)


def test_a_delivery_that_was_not_committed_is_still_new(storage: SqlStorage) -> None:
    with storage.begin() as work:
        assert work.inbox.first_time("CA1/voice", "abc", START)
    with storage.begin() as work:
        assert work.inbox.first_time("CA1/voice", "abc", START)


def test_the_right_code_is_right_once(storage: SqlStorage) -> None:
    store(storage)
    assert check(storage, "042137", after=60) == "ok"
    assert check(storage, "042137", after=61) == "exhausted"


def test_five_tries_and_no_more(storage: SqlStorage) -> None:
    store(storage)
    assert [check(storage, "000000") for _ in range(CODE_TRIES)] == ["wrong"] * 4 + ["exhausted"]
    assert check(storage, "042137") == "exhausted"


def test_five_minutes_and_no_more(storage: SqlStorage) -> None:
    store(storage)
    assert check(storage, "042137", after=CODE_LIFE.total_seconds()) == "expired"
    assert check(storage, "042137", after=-1) == "expired"
    assert check(storage, "042137", after=CODE_LIFE.total_seconds() - 1) == "ok"


def test_a_code_approves_only_what_it_was_sent_for(storage: SqlStorage) -> None:
    store(storage)
    assert check(storage, "042137", binding="9999.00") == "wrong"
    assert check(storage, "042137", purpose="resume") == "expired"
    assert check(storage, "042137") == "ok"


def test_a_new_code_voids_the_old(storage: SqlStorage) -> None:
    store(storage)
    store(storage, "555555", after=10)
    assert check(storage, "042137", after=11) == "wrong"
    assert check(storage, "555555", after=12) == "ok"


def test_no_more_than_five_codes_a_day(storage: SqlStorage) -> None:
    for number in range(CODES_A_DAY):
        store(storage, after=number)
    with pytest.raises(Conflict, match="Too many"):
        store(storage, after=60)
    store(storage, after=24 * 3600)
    assert check(storage, "042137", after=24 * 3600 + 1) == "ok"
