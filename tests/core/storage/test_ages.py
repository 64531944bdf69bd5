"""How old things are, from plain columns."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from core.application import Status
from core.ports import OfferAnswer
from core.storage.ages import calls_of, delete_rows, drop_records, ended_calls, people
from core.storage.store import SqlStorage
from tests.core.storage.people import START, application, decision, heard, opened, risk, store_call, terms

pytestmark = pytest.mark.usefixtures("either_database")
DAY = timedelta(days=1)


@pytest.fixture
def storage(tmp_path: Path) -> SqlStorage:
    storage = opened(tmp_path)
    store_call(storage)
    store_call(storage, "case_2", "CA2", close=False)
    with storage.begin() as work:
        work.applications.add(application(), decision(), risk(), Status.APPROVED)
        work.applications.keep_answer("case_1", OfferAnswer(0, terms(), heard(), START + 3 * DAY))
        work.commit()
    return storage


def test_the_last_thing_that_happened_counts(storage: SqlStorage) -> None:
    found = {each.person: each for each in people(storage.engine)}
    assert (found["case_1"].last_at, found["case_1"].applied) == (START + 3 * DAY, True)
    assert (found["case_2"].last_at, found["case_2"].applied) == (START, False)
    assert not any(each.unsettled for each in found.values())


def test_calls_by_age_and_by_person(storage: SqlStorage) -> None:
    assert ended_calls(storage.engine, START) == []
    assert ended_calls(storage.engine, START + DAY) == ["CA1", "CA2"]
    assert calls_of(storage.engine, "case_2") == ["CA2"]


def test_rows_and_pieces_go_and_are_counted(storage: SqlStorage) -> None:
    with storage.begin() as work:
        work.inbox.first_time("a", "b", START)
        work.inbox.first_time("c", "d", START + 2 * DAY)
        work.commit()
    gone = delete_rows(storage.engine, codes_before=START, before=START + DAY, sessions_before=START)
    assert gone == {"codes": 0, "deliveries": 1, "call_backs": 0, "sessions": 0}
    assert drop_records(storage.engine, ["CA2"]) == 9
    assert drop_records(storage.engine, ["CA2"]) == 0
