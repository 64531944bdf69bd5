"""Dates in every order: "march twelfth nineteen eighty five", "the third of may oh five", "twelve three eighty five".

Month, day and year are looked for in every order people use, over all the words; each order that fits is a reading.
Figures alone are read month first, as in the United States, and day first as the second reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from speech.answers.en.numbers import at, small
from speech.answers.en.words import MONTHS, ONES, ORDINAL_ONES, ORDINAL_TEENS, ORDINAL_TENS, TEENS, TENS, ZEROS
from speech.answers.model import DateParts, Reading
from speech.answers.years import four_figures, plausible

__all__ = ["DateWords", "dates"]

#: Words that may stand between the parts of a date.
_BETWEEN = frozenset({"the", "day", "on", "in", "year", "month", "of", "slash", "dash", "dot", "point", "day's"})
_PLACE = {**ORDINAL_ONES, **ORDINAL_TEENS, **ORDINAL_TENS}
_NUMBERS = {*ONES, *TEENS, *TENS, *ZEROS, *_PLACE, "hundred", "thousand", "and"} - {"second"}
_AGES = frozenset({"months", "years", "weeks", "old"})


@dataclass(frozen=True, slots=True)
class _Part:
    """One part of a date: what it is, its value, where it ends and how bold the reading is."""

    name: str
    value: int
    end: int
    cost: float = 0.0


@dataclass(frozen=True, slots=True)
class DateWords:
    """Whole dates, and the parts where there is no whole date; most likely first."""

    whole: tuple[Reading, ...] = ()
    parts: tuple[DateParts, ...] = ()


def _is_ordinal(word: str) -> bool:
    return word in _PLACE or (word[:1].isdigit() and word[-2:] in {"st", "nd", "rd", "th"})


def _ordinal(words: Sequence[str], place: int) -> Iterator[tuple[int, int]]:
    """ "third", "twenty first", "12th"."""
    word = at(words, place)
    if word in _PLACE:
        yield _PLACE[word], place + 1
    elif _is_ordinal(word):
        yield int(word[:-2]), place + 1
    elif word in TENS and at(words, place + 1) in ORDINAL_ONES:
        yield TENS[word] + ORDINAL_ONES[words[place + 1]], place + 2


def _figures(words: Sequence[str], place: int, count: int) -> str:
    """``count`` figures said one by one, or an empty string."""
    said = [at(words, place + step) for step in range(count)]
    if all(word in ONES or word in ZEROS for word in said):
        return "".join(str(ONES.get(word, 0)) for word in said)
    return ""


def _number(words: Sequence[str], place: int, singles: bool) -> Iterator[tuple[int, int]]:
    """A day or month as a number: "twelve", "oh three", "03"; "one two" only where every word is a single figure."""
    yield from small(words, place)
    two = _figures(words, place, 2)
    if two and (at(words, place) in ZEROS or singles):
        yield int(two), place + 2
    word = at(words, place)
    if len(word) == 2 and word[0] == "0" and word.isascii() and word.isdigit():
        yield int(word), place + 1


def _months(words: Sequence[str], place: int, singles: bool) -> Iterator[_Part]:
    word = at(words, place)
    if word in MONTHS:
        yield _Part("month", MONTHS[word], place + 1)
        return
    for value, end in _number(words, place, singles):
        if 1 <= value <= 12:
            yield _Part("number month", value, end)
    before = place - 1 - (at(words, place - 1) == "the")
    if at(words, before) == "of":
        for value, end in _ordinal(words, place):
            if value <= 12:
                yield _Part("number month", value, end)


def _days(words: Sequence[str], place: int, singles: bool) -> Iterator[_Part]:
    for value, end in _ordinal(words, place):
        if 1 <= value <= 31:
            yield _Part("day", value, end)
    for value, end in _number(words, place, singles):
        if 1 <= value <= 31:
            yield _Part("day", value, end)


def _full_years(words: Sequence[str], place: int) -> Iterator[tuple[int, int]]:
    """ "nineteen eighty five", "two thousand and one", "twenty oh one", "1985", "one nine eight five"."""
    word = at(words, place)
    if len(word) == 4 and word.isascii() and word.isdigit():
        yield int(word), place + 1
    four = _figures(words, place, 4)
    if four:
        yield int(four), place + 4
    # "nineteenth" is how a recogniser may write the first half of a year
    century = {"nineteen": 1900, "nineteenth": 1900, "twenty": 2000, "19": 1900, "20": 2000}.get(word, 0)
    if century:
        yield from ((century + value, end) for value, end in small(words, place + 1) if value >= 10)
        low = _figures(words, place + 1, 2)
        if low[:1] == "0":
            yield century + int(low), place + 3
        if at(words, place + 1) == "hundred":
            yield century, place + 2
            rest = place + 2 + (at(words, place + 2) == "and")
            yield from ((century + value, end) for value, end in small(words, rest))
    if word in {"two", "2"} and at(words, place + 1) == "thousand":
        yield 2000, place + 2
        rest = place + 2 + (at(words, place + 2) == "and")
        yield from ((2000 + value, end) for value, end in small(words, rest))
        low = _figures(words, place + 2, 2)
        if low[:1] == "0":
            yield 2000 + int(low), place + 4


def _years(words: Sequence[str], place: int, singles: bool, today: date | None) -> Iterator[_Part]:
    yield from (_Part("year", year, end) for year, end in _full_years(words, place) if plausible(year))
    short = [(value, end) for value, end in small(words, place) if value >= 10]
    low = _figures(words, place, 2)
    if low and (low[0] == "0" or singles):
        short.append((int(low), place + 2))
    word = at(words, place)
    if len(word) == 2 and word[0] == "0" and word.isascii() and word.isdigit():
        short.append((int(word), place + 1))
    for value, end in short:
        yield from (_Part("short year", year, end, 0.25) for year in four_figures(value, today))


#: The orders people use, with the cost of reading figures that way.
_ORDERS = {
    ("month", "day", "year"): 0.0,
    ("month", "day", "short year"): 0.0,
    ("day", "month", "year"): 0.0,
    ("day", "month", "short year"): 0.0,
    ("year", "month", "day"): 0.0,
    ("year", "day", "month"): 0.5,
    ("number month", "day", "year"): 0.0,
    ("number month", "day", "short year"): 0.0,
    ("day", "number month", "year"): 1.0,
    ("day", "number month", "short year"): 1.0,
    ("year", "number month", "day"): 0.0,
    ("month", "day"): 0.0,
    ("day", "month"): 0.0,
    ("month", "year"): 0.0,
    ("month", "short year"): 0.5,
    ("day", "year"): 0.5,
    ("day", "short year"): 1.0,
    ("number month", "day"): 1.0,
    ("day", "number month"): 1.5,
    ("month",): 0.0,
    ("day",): 0.0,
    ("year",): 0.0,
    ("number month",): 0.5,
    ("short year",): 1.0,
}
_BEGINNINGS = {order[:length] for order in _ORDERS for length in range(4)}


def _sequences(
    words: Sequence[str], place: int, so_far: tuple[_Part, ...], singles: bool, today: date | None
) -> Iterator[tuple[_Part, ...]]:
    """Every way to read all the words from ``place`` on as parts in an order that people use."""
    while at(words, place) in _BETWEEN:
        place += 1
    if place >= len(words):
        yield so_far
        return
    if len(so_far) == 3:
        return
    options = [*_months(words, place, singles), *_days(words, place, singles), *_years(words, place, singles, today)]
    for part in dict.fromkeys(options):
        order = (*(one.name for one in so_far), part.name)
        if order in _BEGINNINGS:
            yield from _sequences(words, part.end, (*so_far, part), singles, today)


def _chunks(words: Sequence[str]) -> list[list[str]]:
    """Runs of words that may belong to a date, without the small words around them."""
    runs: list[list[str]] = [[]]
    for place, word in enumerate(words):
        if word in _AGES:
            runs[-1] = []  # "forty years old" is no part of a date
        elif word in MONTHS and word == at(words, place - 1):
            continue  # a stutter
        elif word == "a" or _belongs(words, place):
            runs[-1].append(word)
        else:
            runs.append([])
    stripped = [_strip(run) for run in runs]
    return [run for run in stripped if run]


def _belongs(words: Sequence[str], place: int) -> bool:
    word = words[place]
    if word == "second" and at(words, place + 1) in {"thought", "one"}:
        return False
    number = word in _NUMBERS or word == "second" or (word.isascii() and word.isdigit()) or _is_ordinal(word)
    return number or word in MONTHS or word in _BETWEEN


def _strip(run: list[str]) -> list[str]:
    small_words = _BETWEEN | {"and", "a"}
    while run and run[0] in small_words:
        run = run[1:]
    while run and run[-1] in small_words:
        run = run[:-1]
    return [word for word in run if word != "a"]


def _unpacked(words: Sequence[str]) -> list[str]:
    """Eight figures written together are month, day and year: "03121985"; a year may come first. "Double oh" is two."""
    found: list[str] = []
    for place, word in enumerate(words):
        if word == "double":
            found.append(at(words, place + 1))
        elif len(word) == 8 and word.isascii() and word.isdigit():
            found += (
                [word[:4], word[4:6], word[6:]] if 1900 <= int(word[:4]) <= 2099 else [word[:2], word[2:4], word[4:]]
            )
        elif len(word) == 6 and word.isascii() and word.isdigit():
            found += [word[:2], word[2:4], word[4:]]
        else:
            found.append(word)
    return found


def _as_parts(sequence: tuple[_Part, ...]) -> tuple[DateParts, float]:
    names = {part.name.rpartition(" ")[2]: part.value for part in sequence}
    cost = _ORDERS[tuple(part.name for part in sequence)] + sum(part.cost for part in sequence)
    return DateParts(names.get("year"), names.get("month"), names.get("day")), cost


def _one_by_one(chunk: list[str]) -> bool:
    """Whether the figures are said singly, all of them or the four of month and day: "oh six one five, nineteen eighty
    three"."""
    said = [word for word in chunk if word not in _BETWEEN]
    figures = [word in ONES or word in ZEROS for word in said]
    whole_year = [end for _, end in _full_years(said, 4)] if len(said) > 4 else []
    return all(figures) or (all(figures[:4]) and len(said) in whole_year)


def _read(chunk: list[str], today: date | None) -> dict[DateParts, float]:
    singles = _one_by_one(chunk)
    found: dict[DateParts, float] = {}
    for sequence in _sequences(chunk, 0, (), singles, today):
        if tuple(part.name for part in sequence) in _ORDERS:
            parts, cost = _as_parts(sequence)
            found[parts] = min(cost, found.get(parts, cost))
    return found


def dates(words: Sequence[str], today: date | None = None, before: Sequence[DateParts] = ()) -> DateWords:
    """Every date the words may mean. ``before`` are the parts said earlier, which these words correct.

    Without a whole date the parts come back instead, so that they may be laid over a date known from before.
    """
    chunks = _chunks(_unpacked(words))
    readings = [_read(chunk, today) for chunk in chunks if len(chunk) <= 12]
    whole: dict[date, float] = {}
    partial: dict[DateParts, float] = {}
    for found in readings:
        for parts, cost in found.items():
            for full in [parts, *(parts.applied_to(one) for one in before)]:
                day = full.whole()
                if day is not None and plausible(day.year):
                    whole[day] = min(cost, whole.get(day, cost))
            if None in (parts.year, parts.month, parts.day):
                partial[parts] = min(cost, partial.get(parts, cost))
    if not whole:
        joined = _join(readings)
        partial = joined or partial
        whole = {day: cost for parts, cost in joined.items() if (day := parts.whole()) is not None}
    if whole:
        return DateWords(
            tuple(Reading(day, cost=cost) for day, cost in sorted(whole.items(), key=lambda item: item[1]))
        )
    return DateWords((), tuple(sorted(partial, key=lambda parts: partial[parts])))


def _join(readings: list[dict[DateParts, float]]) -> dict[DateParts, float]:
    """Parts said with other words between them: "in nineteen eighty five, my birthday is march twelfth"."""
    joined: dict[DateParts, float] = {}
    if len(readings) != 2:
        return joined
    for first, cost in readings[0].items():
        for second, other in readings[1].items():
            alike = any(
                a is not None and b is not None
                for a, b in ((first.year, second.year), (first.month, second.month), (first.day, second.day))
            )
            parts = second.applied_to(first)
            if not alike and parts.whole() is not None:
                joined[parts] = cost + other
    return joined
