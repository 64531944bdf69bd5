"""When people may be called: open days and hours across a change of clocks, and nobody at night where they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.applicant import PhoneNumber
from core.errors import InvalidInput
from core.usecases.calling_hours import BusinessHours, is_quiet, next_call

HOURS = BusinessHours.parse("mon-fri 09:00-17:00 America/New_York")
ALWAYS = BusinessHours.parse("mon-sun 00:00-23:59 America/New_York")
#: A Saturday.
SATURDAY = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
MONDAY_NINE = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
NEW_YORK, SAN_FRANCISCO, TOLL_FREE, CHINA = (
    PhoneNumber(text) for text in ("+12125550123", "+14155550123", "+18005550199", "+8613800138000")
)


@pytest.mark.parametrize(
    ("after", "opens"),
    [
        (SATURDAY, MONDAY_NINE),
        (datetime(2026, 11, 23, 13, 59, tzinfo=UTC), MONDAY_NINE),
        (datetime(2026, 11, 23, 18, 30, tzinfo=UTC), datetime(2026, 11, 23, 18, 30, tzinfo=UTC)),
        (datetime(2026, 11, 23, 22, 0, tzinfo=UTC), datetime(2026, 11, 24, 14, 0, tzinfo=UTC)),
        # The clocks go back on 1 November 2026: nine in the morning is an hour later in UTC.
        (datetime(2026, 10, 30, 22, 0, tzinfo=UTC), datetime(2026, 11, 2, 14, 0, tzinfo=UTC)),
        (datetime(2026, 10, 30, 12, 0, tzinfo=UTC), datetime(2026, 10, 30, 13, 0, tzinfo=UTC)),
    ],
)
def test_the_next_open_hour(after: datetime, opens: datetime) -> None:
    assert HOURS.next_open(after) == opens


def test_hours_over_a_weekend_and_of_one_day() -> None:
    assert BusinessHours.parse("sat-mon 10:00-12:00").days == {5, 6, 0}
    assert BusinessHours.parse("Wed 10:00-12:00").days == {2}


@pytest.mark.parametrize(
    "text",
    ["", "always", "mon-fri", "mon-fri 9-17", "xyz 09:00-17:00", "mon-fri 17:00-09:00", "mon 09:00-25:00",
     "mon-fri 09:00-17:00 Nowhere/Land"],
)  # fmt: skip
def test_hours_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="business_hours"):
        BusinessHours.parse(text)


@pytest.mark.parametrize(
    ("phone", "hour_utc", "quiet"),
    [
        (NEW_YORK, 12, True),
        (NEW_YORK, 13, False),
        (SAN_FRANCISCO, 15, True),
        (SAN_FRANCISCO, 16, False),
        (NEW_YORK, 2, True),
        (CHINA, 2, False),
        (CHINA, 14, True),
        # A toll-free number may be anywhere: it is taken to be where the house is.
        (TOLL_FREE, 13, False),
        (TOLL_FREE, 12, True),
    ],
)
def test_night_is_where_the_number_is(phone: PhoneNumber, hour_utc: int, quiet: bool) -> None:
    assert is_quiet(phone, ALWAYS, datetime(2026, 11, 23, hour_utc, 0, tzinfo=UTC)) is quiet


def test_open_here_and_day_there() -> None:
    assert next_call(NEW_YORK, HOURS, SATURDAY) == MONDAY_NINE
    assert next_call(SAN_FRANCISCO, HOURS, SATURDAY) == MONDAY_NINE + timedelta(hours=2)
    now = datetime(2026, 11, 23, 18, 7, tzinfo=UTC)
    assert next_call(SAN_FRANCISCO, HOURS, now) == now


def test_where_day_and_hours_never_meet_the_hours_of_the_house_stand() -> None:
    early = BusinessHours.parse("mon-fri 09:00-10:00 Europe/Berlin")
    assert next_call(SAN_FRANCISCO, early, SATURDAY) == datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)))
def test_the_next_call_is_never_at_night_nor_before_it_is_asked(after: datetime) -> None:
    for phone in (NEW_YORK, SAN_FRANCISCO):
        at = next_call(phone, HOURS, after)
        assert at >= after
        assert not is_quiet(phone, HOURS, at)
        assert HOURS.next_open(at) == at
