"""Calling people back: hours, one promise a call, tries, and numbers that nobody finds in the files."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from core.errors import Conflict, InvalidInput, NotFound
from core.storage.store import SqlStorage
from core.usecases.call_back import ask, begin, due, postpone, settle, waiting
from core.usecases.calling_hours import BusinessHours
from core.usecases.shred import plan_person, shred
from tests.core.storage.people import PHONE, HandClock, opened

pytestmark = pytest.mark.usefixtures("either_database")

HOURS = BusinessHours.parse("mon-fri 09:00-17:00 America/New_York")
#: A Saturday.
SATURDAY = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
#: Eleven in the house, and eight where the number is: not earlier.
MONDAY_EIGHT = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


class CountedIds:
    def __init__(self) -> None:
        self._next = count(1)

    def new(self, prefix: str) -> str:
        return f"{prefix}_{next(self._next)}"

    def digits(self, many: int) -> str:
        return "0" * many

    def token(self) -> str:
        return self.new("token")


@pytest.fixture
def clock() -> HandClock:
    return HandClock(SATURDAY)


@pytest.fixture
def storage(tmp_path: Path, clock: HandClock) -> SqlStorage:
    return opened(tmp_path, clock)


def promised(storage: SqlStorage, clock: HandClock, call_id: str = "CA1", case_id: str | None = None) -> str:
    wish = ask(storage, clock, CountedIds(), HOURS, call_id=call_id, phone=PHONE, reason="full", case_id=case_id)
    return wish.case_id


def test_asked_twice_is_promised_once(storage: SqlStorage, clock: HandClock) -> None:
    first = ask(storage, clock, CountedIds(), HOURS, call_id="CA1", phone=PHONE, reason="full")
    clock.forward(days=3)
    again = ask(storage, clock, CountedIds(), HOURS, call_id="CA1", phone=PHONE, reason="line_trouble")
    assert (again, again.due_at, again.reason) == (first, MONDAY_EIGHT, "full")
    assert len(due(storage, clock)) == 1
    assert storage.verify_audit().rows == 1


def test_due_only_from_the_hour_on_and_longest_waiting_first(storage: SqlStorage, clock: HandClock) -> None:
    promised(storage, clock, "CA2", "case_b")
    clock.forward(minutes=1)
    promised(storage, clock, "CA1", "case_a")
    assert due(storage, clock) == []
    clock.at = MONDAY_EIGHT
    assert [(wish.call_id, wish.phone) for wish in due(storage, clock)] == [("CA2", PHONE), ("CA1", PHONE)]
    assert [wish.call_id for wish in due(storage, clock, limit=1)] == ["CA2"]


def test_settled_once(storage: SqlStorage, clock: HandClock) -> None:
    promised(storage, clock)
    clock.at = MONDAY_EIGHT
    assert settle(storage, clock, "CA1", "reached", "staff_1")
    assert not settle(storage, clock, "CA1", "given_up", "staff_1")
    assert due(storage, clock) == []
    with storage.begin() as work:
        assert work.call_backs.get("CA1").state == "reached"


def test_the_third_try_without_an_answer_is_the_last(storage: SqlStorage, clock: HandClock) -> None:
    promised(storage, clock)
    clock.at = MONDAY_EIGHT
    for _ in range(2):
        assert postpone(storage, clock, HOURS, "CA1", "staff_1")
        assert due(storage, clock) == []
        clock.forward(hours=1)
        assert len(due(storage, clock)) == 1
    assert postpone(storage, clock, HOURS, "CA1", "staff_1")
    assert not postpone(storage, clock, HOURS, "CA1", "staff_1")
    with storage.begin() as work:
        assert work.call_backs.get("CA1").state == "not_reached"


def test_nobody_asked(storage: SqlStorage, clock: HandClock) -> None:
    for change in (lambda: settle(storage, clock, "CA9", "reached", "staff_1"),
                   lambda: postpone(storage, clock, HOURS, "CA9", "staff_1")):  # fmt: skip
        with pytest.raises(NotFound):
            change()


def test_what_does_not_fit_a_plain_column_is_refused_and_nothing_is_kept(storage: SqlStorage, clock: HandClock) -> None:
    for reason, call_id in (("The caller said so", "CA1"), ("full", "+14155550199")):
        with pytest.raises(InvalidInput):
            ask(storage, clock, CountedIds(), HOURS, call_id=call_id, phone=PHONE, reason=reason)
    clock.at = MONDAY_EIGHT
    assert due(storage, clock) == []


def test_the_number_is_in_no_file_and_goes_with_the_persons_keys(
    storage: SqlStorage, clock: HandClock, tmp_path: Path
) -> None:
    case_id = promised(storage, clock)
    promised(storage, clock, "CA2", "case_other")
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"4155550199" not in path.read_bytes()
    shred(storage, plan_person(storage, case_id), "staff_1")
    clock.at = MONDAY_EIGHT
    assert [wish.call_id for wish in due(storage, clock)] == ["CA2"]


def test_two_calls_about_one_case_are_two_promises(storage: SqlStorage, clock: HandClock) -> None:
    promised(storage, clock, "CA1", "case_a")
    promised(storage, clock, "CA2", "case_a")
    with storage.begin() as work:
        assert {work.call_backs.get(call).case_id for call in ("CA1", "CA2")} == {"case_a"}


def test_the_whole_list_is_shown_and_nobody_is_called_at_night(storage: SqlStorage, clock: HandClock) -> None:
    promised(storage, clock)
    assert [wish.call_id for wish in waiting(storage)] == ["CA1"]
    with pytest.raises(Conflict, match="2026-11-23 16:00 UTC"):
        begin(storage, clock, HOURS, "CA1", "staff_1")
    clock.at = MONDAY_EIGHT
    assert begin(storage, clock, HOURS, "CA1", "staff_1").phone == PHONE
    assert storage.prove("2")["row"]["action"] == "call_back.begun"
    settle(storage, clock, "CA1", "reached", "staff_1")
    assert waiting(storage) == []
    with pytest.raises(Conflict, match="settled"):
        begin(storage, clock, HOURS, "CA1", "staff_1")
