from __future__ import annotations

from datetime import date
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.finance.calendar import add_months, anchored, due_dates, is_last_day, months_back, whole_months

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


def test_a_day_the_month_does_not_have_means_its_last() -> None:
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert add_months(date(2023, 1, 31), 1) == date(2023, 2, 28)
    assert add_months(date(2024, 2, 29), 1, 31) == date(2024, 3, 31)
    assert add_months(date(2024, 1, 15), -13) == date(2022, 12, 15)


def test_a_year_outside_the_calendar_is_refused() -> None:
    with pytest.raises(InvalidInput, match="date"):
        add_months(date(9999, 12, 1), 1)


def test_due_dates_return_to_the_day_they_began_with() -> None:
    assert list(islice(due_dates(date(2026, 1, 31)), 4)) == [
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2026, 4, 30),
        date(2026, 5, 31),
    ]


def test_a_given_first_due_date_sets_the_day() -> None:
    assert list(islice(due_dates(date(2026, 1, 31), date(2026, 3, 5)), 2)) == [date(2026, 3, 5), date(2026, 4, 5)]


def test_a_first_due_date_before_the_start_is_refused() -> None:
    with pytest.raises(InvalidInput, match="first_due"):
        next(due_dates(date(2026, 1, 31), date(2026, 1, 31)))


def test_month_ends_are_known() -> None:
    assert is_last_day(date(2024, 2, 29))
    assert not is_last_day(date(2024, 2, 28))
    assert anchored([date(2026, 1, 31), date(2026, 2, 28), date(2026, 4, 30)]) == 31
    assert anchored([date(2026, 1, 30), date(2026, 2, 28)]) == 30
    assert anchored([date(2026, 1, 30), date(2026, 3, 31)]) is None
    assert anchored([]) is None


def test_whole_months_end_exactly() -> None:
    assert whole_months(date(1978, 7, 15), date(1979, 1, 15)) == 6
    assert whole_months(date(1978, 7, 14), date(1979, 1, 15)) is None
    assert whole_months(date(1978, 7, 15), date(1978, 7, 15)) is None


@settings(max_examples=1000, deadline=None, derandomize=True)
@given(DAYS, st.integers(0, 4000))
def test_counting_back_never_passes_the_start_nor_leaves_a_month(early: date, days: int) -> None:
    late = date.fromordinal(early.toordinal() + days)
    step = months_back(early, late)
    assert early <= step.at <= late
    assert 0 <= step.days <= 30
    assert (step.at - early).days == step.days
