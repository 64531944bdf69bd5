"""Two-figure years, the same rule in every language."""

from __future__ import annotations

from datetime import date

__all__ = ["EARLIEST", "LATEST", "four_figures", "plausible"]

#: Whole years outside these are no birth date and no date of a contract.
EARLIEST, LATEST = 1900, 2099
_OLDEST = 110
#: Stands for the present year where the caller of the parser gives none; only two-figure years depend on it.
_PRESENT = 2026


def four_figures(year: int, today: date | None) -> tuple[int, ...]:
    """The years a two-figure year may mean for a living person: "85" is 1985, "20" may be 1920 or 2020."""
    latest = today.year if today else _PRESENT
    return tuple(full for full in (1900 + year, 2000 + year) if latest - _OLDEST <= full <= latest)


def plausible(year: int) -> bool:
    return EARLIEST <= year <= LATEST
