"""Lists and counts over plain columns, and who had a hand in a call."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from core.application import Status
from core.events import JournalEntry
from core.storage.figures import audit_page, hands_on, list_applications, list_records, since_then, wrong_sign_ins
from core.usecases import looks
from tests.core.storage.people import NAME, START, application, decision, opened, risk, store_call

pytestmark = pytest.mark.usefixtures("either_database")


def test_what_a_day_brought(tmp_path: Path) -> None:
    storage = opened(tmp_path)
    store_call(storage)
    store_call(storage, case_id="case_2", call_id="CA2", close=False)
    with storage.begin() as work:
        work.applications.add(application(), decision(), risk(), Status.APPROVED)
        work.commit()
    looks.taken_over(storage, "a.one", "CA1", f"{NAME} asked for a person")
    looks.watched(storage, "b.two", "CA1")
    engine = storage.engine
    first = min(row.started_at for row in list_records(engine))
    day = since_then(engine, first)
    assert (day.calls, day.open_calls, sum(day.outcomes.values()), day.decisions) == (2, 1, 1, {"approve": 1})
    assert (day.share("no-such-outcome"), since_then(engine, first + timedelta(days=1)).share("x")) == (0.0, None)
    assert [(row.case_id, row.status) for row in list_applications(engine, status="approved")] == [
        ("case_1", "approved")
    ]
    assert list_applications(engine, status="review") == []
    assert hands_on(engine, "case_1") == {"a.one"}
    rows = audit_page(engine, subject="CA1")
    assert [row.action for row in rows] == ["call.watched", "call.taken_over"]
    assert NAME not in str(rows)
    assert [row.seq for row in audit_page(engine, before=2)] == [1]


def test_everybody_who_helped_in_any_call_of_a_case_had_a_hand_in_it(tmp_path: Path) -> None:
    """The first call broke off after a person had helped, the second one led to the application."""
    storage = opened(tmp_path)
    store_call(storage, call_id="CA1")
    store_call(storage, call_id="CA2")
    store_call(storage, "case_2", "CA3")
    with storage.begin() as work:  # the fourth was of this case until somebody else took the telephone
        work.records.open_call("CA4", "case_1", START, recording=False)
        work.journal.append("case_1", JournalEntry("noted", START, "CA4"))
        work.journal.append("case_3", JournalEntry("noted", START, "CA4"))
        work.commit()
    for number, who in enumerate(("a.one", "b.two", "c.three", "d.four"), start=1):
        looks.taken_over(storage, who, f"CA{number}", "asked for a person")
    assert hands_on(storage.engine, "case_1") == {"a.one", "b.two", "d.four"}
    assert hands_on(storage.engine, "case_2", "CA2") == {"c.three", "b.two"}
    assert hands_on(storage.engine, "case_9") == frozenset()


def test_how_long_a_decision_took_and_who_was_refused_too_often(tmp_path: Path) -> None:
    storage = opened(tmp_path)
    store_call(storage)
    with storage.begin() as work:
        work.applications.add(application(), decision(), risk(), Status.APPROVED)
        began = list_records(storage.engine)[0].started_at
        work.receipts.keep("case_1", "decided", {"format": "x"}, began + timedelta(seconds=95))
        for _ in range(4):
            work.audit.append("console", "staff.refused", "m.reyes")
        work.audit.append("console", "staff.refused", "a.one")
        work.commit()
    assert since_then(storage.engine, began).seconds_to_decision == 95
    assert since_then(storage.engine, began + timedelta(days=1)).seconds_to_decision is None
    assert wrong_sign_ins(storage.engine, began - timedelta(days=1)) == {"m.reyes": 4}
    assert wrong_sign_ins(storage.engine, began + timedelta(days=400)) == {}
