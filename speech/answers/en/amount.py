"""Amounts of money: "twenty five hundred", "two point five k", "three fifty", "forty thousand a year"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from speech.answers.data import load
from speech.answers.en.numbers import Number, at, digit_run, is_numeral, number, small
from speech.answers.en.periods import HOURLY, TWICE_A_MONTH, Marked, mark_periods
from speech.answers.en.words import CENTS, CURRENCY, SCALES, TENS, ZEROS
from speech.answers.model import Period, Reading
from speech.answers.phrases import PhraseTable, expand

__all__ = ["NOTHING_AT_ALL", "amounts", "says_nothing"]

_MOST = Decimal(10) ** 12
_HUNDREDTH = Decimal("0.01")
_BOLD = 1.0
_UNLIKELY = 2.0
#: A number before one of these counts something else than money.
_OTHER_THINGS = frozenset(load("en", "wording")["amount"]["other_things"].split())
#: Ways to say that there is no such amount.
NOTHING = tuple(
    phrase
    for template in (
        "(nothing|none|nil|zilch|nada)",
        "(no|zero) (debt|debts|loan|loans|bills|payments|money|dollars|income|salary|other debts|other loans)",
        "(i|we) (don't|do not) (have|owe|pay|make|earn|get) (any|anything)",
        "(i|we) (don't|do not) have any (debts|debt|other debts|loans|other loans|bills)",
        "(don't|do not) have any",
        "not (anything|a thing|a penny|a cent|a dime)",
        "(i|we) (owe|pay|have|make|earn) (nothing|none)",
    )
    for phrase in expand(template)
)
_NOTHING = PhraseTable((phrase, True) for phrase in NOTHING)
_AROUND_NOTHING = frozenset(load("en", "wording")["amount"]["around_nothing"].split())
#: The reading of "nothing" and "no debts".
NOTHING_AT_ALL = (Reading(Decimal("0.00")),)


@dataclass(frozen=True, slots=True)
class _Said:
    """One amount in the words from ``start`` to ``end``: its values, cheapest first."""

    start: int
    end: int
    values: tuple[tuple[Decimal, float], ...]


def _cents(words: Sequence[str], place: int) -> Iterator[tuple[Decimal, int]]:
    """The cents after "dollars": "and ten cents", "fifty", "oh five", "no cents"."""
    here = place + (at(words, place) == "and")
    figures, stop = digit_run(words, here)
    found = list(small(words, here))
    if len(figures) == 2 and figures[0] == "0":
        found.append((int(figures), stop))
    for value, end in found:
        if at(words, end) in CENTS:
            yield value * _HUNDREDTH, end + 1
        elif (value >= 10 or figures[:1] == "0") and not _continues(words, end):
            yield value * _HUNDREDTH, end
    if (at(words, here) in ZEROS or at(words, here) == "no") and at(words, here + 1) in CENTS:
        yield Decimal(0), here + 2
    if list(words[place : place + 3]) == ["and", "a", "half"]:
        yield Decimal("0.5"), place + 3


def _continues(words: Sequence[str], place: int) -> bool:
    word = at(words, place)
    return word in SCALES or word in CURRENCY or word in {"hundred", "hundreds"} or word in _OTHER_THINGS


def _in_cents(words: Sequence[str], found: Number) -> Iterator[_Said]:
    """ "fifty cents", and "two hundred and fifty cents": 250 cents, or 200 and 50 cents."""
    if at(words, found.end) in CENTS:
        yield _Said(0, found.end + 1, ((found.value * _HUNDREDTH, 0.0),))
    if at(words, found.end) == "and":
        for value, end in small(words, found.end + 1):
            if at(words, end) in CENTS:
                yield _Said(0, end + 1, ((found.value + value * _HUNDREDTH, 0.0),))


def _loose_cents(words: Sequence[str], found: Number) -> Iterator[_Said]:
    """ "a hundred twenty five fifty": cents said without any word for money."""
    if (
        found.pair
        or found.value < 100
        or found.value % 100 < 10
        or found.value != found.value.to_integral_value()
        or is_numeral(words[found.end - 1])
    ):
        return
    for value, end in small(words, found.end):
        if value >= 10 and not _continues(words, end):
            yield _Said(0, end, ((found.value + value * _HUNDREDTH, _BOLD),))


def _values(words: Sequence[str], found: Number) -> tuple[tuple[Decimal, float], ...]:
    values = [(found.value, 0.0)]
    if found.alternative is not None:
        values.append((found.alternative, _UNLIKELY))
    if found.pair:
        values.append((Decimal(f"{found.pair[0]}.{found.pair[1]:02d}"), _BOLD))
    written = words[found.end - 1]
    if (
        found.value == found.value.quantize(Decimal("0.001"))
        and is_numeral(written)
        and len(written.split(".")[-1]) == 3
    ):
        figures = written.partition(".")
        if figures[1]:  # "2.500" is two and a half here and two thousand five hundred in half the world
            values.append((Decimal(figures[0] + figures[2]), _BOLD))
    return tuple(values)


def _money(words: Sequence[str], place: int) -> Iterator[_Said]:
    """Every amount that starts at ``place``."""
    if at(words, place) in ZEROS - {"o", "oh"} and at(words, place + 1) != "point":
        yield _Said(place, place + 1 + (at(words, place + 1) in CURRENCY), ((Decimal(0), 0.0),))
    for found in number(words, place):
        if at(words, found.end) in CURRENCY:
            yield _Said(place, found.end + 1, ((found.value, 0.0),))
            for cents, end in _cents(words, found.end + 1):
                yield _Said(place, end, ((found.value + cents, 0.0),))
        else:
            yield _Said(place, found.end, _values(words, found))
            yield from (replace(said, start=place) for said in _in_cents(words, found))
            yield from (replace(said, start=place) for said in _loose_cents(words, found))
    if at(words, place) in {"a", "one"} and at(words, place + 1) in CURRENCY:
        for cents, end in [(Decimal(0), place + 2), *_cents(words, place + 2)]:
            yield _Said(place, end, ((1 + cents, 0.0),))
    figures, stop = digit_run(words, place)
    if len(figures) == 2 and figures[0] != "0" and not _continues(words, stop):
        # "two five": 25, or 2,500 as bank people say it
        yield _Said(place, stop, ((Decimal(figures), _BOLD), (Decimal(figures) * 100, _BOLD)))


def _scan(words: Sequence[str]) -> list[_Said]:
    """The amounts in spoken order, each as long as it can be; numbers of months, children and the like left out."""
    said: list[_Said] = []
    place = 0
    while place < len(words):
        found = list(_money(words, place))
        if not found:
            place += 1
            continue
        end = max(one.end for one in found)
        values: dict[Decimal, float] = {}
        for one in found:
            if one.end == end:
                for value, cost in one.values:
                    values[value] = min(cost, values.get(value, cost))
        counted = at(words, end) in _OTHER_THINGS
        if not counted and at(words, place - 1) not in {"minus", "negative"}:
            said.append(_Said(place, end, tuple(values.items())))
        place = end
    return _without_stutter(words, said)


def _without_stutter(words: Sequence[str], said: list[_Said]) -> list[_Said]:
    """ "two thousand two thousand five hundred": a beginning said again is said once."""
    kept: list[_Said] = []
    for one in said:
        last = kept[-1] if kept else None
        if last and last.end == one.start:
            before, now = words[last.start : last.end], words[one.start : one.end]
            if list(now[: len(before)]) == list(before):
                kept.pop()
        kept.append(one)
    return kept


def _in_range(words: Sequence[str], said: list[_Said]) -> list[_Said]:
    """ "two or three thousand", "fifteen to eighteen hundred": the first number takes the scale of the second."""
    result: list[_Said] = []
    followers: list[_Said | None] = [*said[1:], None]
    for one, following in zip(said, followers, strict=False):
        factor = _scale_at_end(words, following) if following else None
        linked = following and list(words[one.end : following.start]) in (["to"], ["or"], ["and"], [])
        if linked and factor and following and one.values[0][0] * factor < following.values[0][0]:
            value, cost = one.values[0]
            one = replace(one, values=((value * factor, cost),))  # noqa: PLW2901 - the scaled form takes its place
        result.append(one)
    return result


def _scale_at_end(words: Sequence[str], said: _Said) -> Decimal | None:
    for place in range(said.end - 1, said.start, -1):
        word = words[place]
        if word in SCALES:
            return Decimal(SCALES[word])
        if word == "hundred":
            return Decimal(100)
        if word not in CURRENCY:
            return None
    return None


def _readings(said: _Said, label: str | None) -> Iterator[Reading]:
    if label == HOURLY:
        return
    for value, cost in said.values:
        if value != value.quantize(_HUNDREDTH) or value >= _MOST:
            continue
        amount = value.quantize(_HUNDREDTH)
        if label == TWICE_A_MONTH:
            yield Reading(amount * 2, Period.MONTH, cost)
            yield Reading(amount, Period.MONTH, cost + _BOLD)
        else:
            yield Reading(amount, Period(label) if label else None, cost)


def amounts(words: Sequence[str]) -> tuple[Reading, ...]:
    """Every amount the words may mean, most likely first; more than one when two amounts or a range were said."""
    marked = mark_periods(words)
    said = _in_range(marked.words, _scan(marked.words))
    if not said:
        return NOTHING_AT_ALL if _none_alone(words) else ()
    if _garbled(marked.words, said):
        return ()
    return _ordered(marked, said)


def says_nothing(words: Sequence[str]) -> bool:
    """Whether the words say that there is no such amount, and name none."""
    return _none_alone(words) and amounts(words) == NOTHING_AT_ALL


def _none_alone(words: Sequence[str]) -> bool:
    """Whether "none" or its like is the whole answer, give or take what people say around it."""
    found = _NOTHING.find(words)
    said = {place for match in found for place in range(match.start, match.end)}
    return bool(found) and all(word in _AROUND_NOTHING for place, word in enumerate(words) if place not in said)


def _garbled(words: Sequence[str], said: list[_Said]) -> bool:
    """Two numbers side by side that make no amount together and are no stutter: "twenty two five".

    "six thousand seventy hundred" is "six thousand seven hundred" misheard, and no two amounts.
    """
    for one, two in pairwise(said):
        if one.end == two.start and words[two.start] in TENS and at(words, two.start + 1) == "hundred":
            return True
    return any(one.end == two.start and min(one.values[0][0], two.values[0][0]) < 100 for one, two in pairwise(said))


def _ordered(marked: Marked, said: list[_Said]) -> tuple[Reading, ...]:
    found: dict[tuple[Decimal, Period | None], Reading] = {}
    for place, one in enumerate(said):
        following = said[place + 1].start if place + 1 < len(said) else len(marked.words)
        for reading in _readings(one, marked.of(one.start, one.end, following)):
            assert isinstance(reading.value, Decimal)
            found.setdefault((reading.value, reading.period), reading)
    return tuple(sorted(found.values(), key=lambda reading: reading.cost))
