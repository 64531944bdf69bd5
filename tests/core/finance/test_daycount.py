from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.finance.daycount import DayCount, year_fraction

US, EU = DayCount.THIRTY_360_US, DayCount.THIRTY_E_360


@pytest.mark.parametrize(
    ("basis", "start", "end", "fraction"),
    [
        # ISDA's own memorandum of 1998, "EMU and market conventions", the Act/Act example.
        (DayCount.ACT_ACT_ISDA, (2003, 11, 1), (2004, 5, 1), Fraction(61, 365) + Fraction(121, 366)),
        (DayCount.ACT_ACT_ISDA, (1999, 2, 1), (1999, 7, 1), Fraction(150, 365)),
        (DayCount.ACT_ACT_ISDA, (1999, 7, 1), (2000, 7, 1), Fraction(184, 365) + Fraction(182, 366)),
        (DayCount.ACT_ACT_ISDA, (2003, 1, 1), (2006, 1, 1), Fraction(3)),
        (DayCount.ACT_365F, (2024, 1, 1), (2025, 1, 1), Fraction(366, 365)),
        (DayCount.ACT_360, (2018, 12, 1), (2019, 1, 1), Fraction(31, 360)),
        (US, (2026, 1, 15), (2026, 2, 15), Fraction(30, 360)),
        (US, (2026, 1, 31), (2026, 3, 31), Fraction(60, 360)),
        (US, (2026, 1, 15), (2026, 3, 31), Fraction(76, 360)),
        (EU, (2026, 1, 15), (2026, 3, 31), Fraction(75, 360)),
        (US, (2026, 2, 28), (2026, 3, 31), Fraction(30, 360)),
        (EU, (2026, 2, 28), (2026, 3, 31), Fraction(32, 360)),
        (US, (2024, 2, 29), (2025, 2, 28), Fraction(360, 360)),
        (EU, (2024, 2, 29), (2025, 2, 28), Fraction(359, 360)),
        (US, (2026, 8, 31), (2027, 2, 28), Fraction(178, 360)),
    ],
)
def test_known_fractions(
    basis: DayCount, start: tuple[int, int, int], end: tuple[int, int, int], fraction: Fraction
) -> None:
    assert year_fraction(date(*start), date(*end), basis) == fraction


@pytest.mark.parametrize(
    ("text", "basis"),
    [
        ("30/360", US),
        ("30/360 US", US),
        ("30E/360", EU),
        ("30/360 EU", EU),
        ("actual/365", DayCount.ACT_365F),
        ("ACT/365F", DayCount.ACT_365F),
        ("act-360", DayCount.ACT_360),
        ("Act/Act ISDA", DayCount.ACT_ACT_ISDA),
    ],
)
def test_names_are_read_in_the_usual_spellings(text: str, basis: DayCount) -> None:
    assert DayCount.named(text) is basis


def test_an_unknown_name_says_which_are_known() -> None:
    with pytest.raises(InvalidInput, match="30E/360"):
        DayCount.named("bus/252")


def test_an_end_before_the_start_is_refused() -> None:
    with pytest.raises(InvalidInput, match="end"):
        year_fraction(date(2026, 2, 1), date(2026, 1, 1), US)


@settings(max_examples=1000, deadline=None, derandomize=True)
@given(
    st.sampled_from([DayCount.ACT_365F, DayCount.ACT_360, DayCount.ACT_ACT_ISDA]),
    st.lists(st.dates(date(1990, 1, 1), date(2090, 1, 1)), min_size=3, max_size=3),
)
def test_actual_counts_add_up(basis: DayCount, days: list[date]) -> None:
    first, middle, last = sorted(days)
    whole = year_fraction(first, last, basis)
    assert year_fraction(first, middle, basis) + year_fraction(middle, last, basis) == whole
