"""How long a loan should run: "two years", "a year and a half", "eighteen", "six to twelve months"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from speech.answers.en.numbers import Number, at, number
from speech.answers.en.words import ONES
from speech.answers.model import Reading

__all__ = ["MONTH_UNITS", "YEAR_UNITS", "terms"]

YEAR_UNITS = frozenset({"year", "years", "yr", "yrs", "year's", "years'"})
#: Payments are monthly, so "twelve payments" is twelve months.
MONTH_UNITS = frozenset(
    ["month", "months", "mo", "mos", "month's", "payment", "payments", "instalment", "instalments", "installment"]
)
_OTHER_UNITS = frozenset(
    {"week", "weeks", "day", "days", "dollars", "percent", "hundred", "thousand", "bucks", "grand"}
)
_HALF = Decimal("0.5")
_MOST = 600
#: Up to this many, a bare number may as well be years.
_MAYBE_YEARS = 5


@dataclass(frozen=True, slots=True)
class _Said:
    """``count`` units from ``start`` to ``end``; ``months`` is how many months one unit has, ``None`` when unsaid."""

    start: int
    end: int
    count: Decimal
    months: int | None


def _unit(words: Sequence[str], place: int) -> tuple[int | None, int]:
    while at(words, place) in {"of", "a", "monthly", "full", "whole", "calendar"}:
        place += 1
    word = at(words, place)
    if word in YEAR_UNITS:
        return 12, place + 1
    if word in MONTH_UNITS:
        return 1, place + 1
    return None, place


def _counts(words: Sequence[str], place: int) -> Iterator[Number]:
    """Numbers, and the words that stand for one before a unit."""
    yield from (found for found in number(words, place) if found.pair is None)
    word, after = at(words, place), at(words, place + 1)
    units = YEAR_UNITS | MONTH_UNITS
    if word in {"a", "an", "one"} and after in units:
        yield Number(Decimal(1), place + 1)
    if word in {"year", "month"} and at(words, place - 1) != "per":
        yield Number(Decimal(1), place)
    half = {"half": _HALF, "quarter": _HALF / 2, "couple": Decimal(2), "dozen": Decimal(12)}
    here = place + (word in {"a", "an", "one"})
    if at(words, here) in half:
        yield Number(half[words[here]], here + 1)
    if word in ONES and after == "dozen":
        yield Number(Decimal(12 * ONES[word]), place + 2)
    if word == "three" and after == "quarters":
        yield Number(Decimal("0.75"), place + 2)


def _next(words: Sequence[str], place: int) -> _Said | None:
    found = list(_counts(words, place))
    if not found:
        return None
    best = max(found, key=lambda one: (_unit(words, one.end)[0] is not None, one.end))
    months, end = _unit(words, best.end)
    if months is None and at(words, best.end) in _OTHER_UNITS:
        return None
    if best.value < 1 and at(words, end - 1) == "years":
        return None  # "a half years" is what is left of "two and a half years"
    count, end = best.value, end if months else best.end
    if months and list(words[end : end + 3]) == ["and", "a", "half"]:
        count, end = count + _HALF, end + 3
    return _Said(place, end, count, months)


def _scan(words: Sequence[str]) -> list[_Said]:
    said: list[_Said] = []
    place = 0
    while place < len(words):
        one = _next(words, place)
        if one:
            said.append(one)
        place = one.end if one else place + 1
    return said


def _joined(words: Sequence[str], said: list[_Said]) -> Iterator[tuple[Decimal, int | None]]:
    """Years and the months after them as one term; a bare number takes the unit said after "or" or "to"."""
    place = 0
    while place < len(said):
        one = said[place]
        following = said[place + 1] if place + 1 < len(said) else None
        between = list(words[one.end : following.start]) if following else None
        if following and one.months == 12 and following.months == 1 and between in ([], ["and"], ["plus"]):
            yield one.count * 12 + following.count, 1
            place += 2
            continue
        inherited = following.months if following and between in (["or"], ["to"], ["and"], []) else None
        yield one.count, one.months or inherited
        place += 1


def terms(words: Sequence[str]) -> tuple[Reading, ...]:
    """Every term the words may mean, in months. A bare number is months; a small one may also be years."""
    found: dict[int, float] = {}
    for count, unit in _joined(words, _scan(words)):
        options = [(count * (unit or 1), 0.0)]
        if unit is None and count <= _MAYBE_YEARS:
            options.append((count * 12, 1.0))
        for months, cost in options:
            if months == months.to_integral_value() and 1 <= months <= _MOST:
                found[int(months)] = min(cost, found.get(int(months), cost))
    return tuple(Reading(months, cost=cost) for months, cost in sorted(found.items(), key=lambda item: item[1]))
