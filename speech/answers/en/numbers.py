"""Spoken English numbers: every way to read the words from a given place, with where each reading ends.

Nothing is guessed here: "three fifty" comes out as the pair (3, 50), and the caller of this module decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from speech.answers.en.words import MULTIPLES, ONES, SCALES, TEENS, TENS, ZEROS

__all__ = ["Number", "at", "digit_run", "is_numeral", "number", "small"]

#: "a few hundred" is no number.
VAGUE = frozenset({"few", "several", "many", "some"})
_LARGEST = Decimal(10) ** 13
_HALF = Decimal("0.5")
_LONGEST_NUMERAL = 13


@dataclass(frozen=True, slots=True)
class Number:
    """``value`` read from some place up to ``end``. ``pair`` is set for "three fifty" (value 350).

    ``alternative`` is set where the same words also give another value ("two thousand and a half").
    """

    value: Decimal
    end: int
    pair: tuple[int, int] | None = None
    alternative: Decimal | None = None


def at(words: Sequence[str], place: int) -> str:
    """The word at ``place``, or an empty one beyond the end."""
    return words[place] if 0 <= place < len(words) else ""


def is_numeral(word: str) -> bool:
    """Whether the word is written in figures, such as ``2500`` or ``2.5``."""
    return word[:1].isascii() and word.replace(".", "", 1).isascii() and word.replace(".", "", 1).isdigit()


def small(words: Sequence[str], place: int) -> Iterator[tuple[int, int]]:
    """Numbers from 1 to 99 that start at ``place``: (value, end). "twenty five" gives 20 and 25."""
    word = at(words, place)
    if word in TENS:
        yield TENS[word], place + 1
        if at(words, place + 1) in ONES:
            yield TENS[word] + ONES[words[place + 1]], place + 2
    elif word in TEENS:
        yield TEENS[word], place + 1
    elif word in ONES:
        yield ONES[word], place + 1
    elif word.isascii() and word.isdigit() and len(word) <= 2 and word[0] != "0":
        yield int(word), place + 1


def _hundreds(words: Sequence[str], place: int) -> Iterator[tuple[int, int]]:
    """Whole numbers below ten thousand without a scale word: "25", "two hundred and five", "twenty five hundred"."""
    word = at(words, place)
    starts = list(small(words, place))
    yield from starts
    if word in {"a", "hundred"} and at(words, place - 1) not in VAGUE:
        starts.append((1, place + (word == "a")))
    if is_numeral(word) and "." not in word and 3 <= len(word) <= _LONGEST_NUMERAL:
        yield int(word), place + 1
    for count, end in starts:
        if at(words, end) not in {"hundred", "hundreds"}:
            continue
        yield count * 100, end + 1
        after = end + 1 + (at(words, end + 1) == "and")
        for rest, stop in small(words, after):
            yield count * 100 + rest, stop


def _below_ten(words: Sequence[str], place: int) -> tuple[int, int] | None:
    """ "oh five": the two figures of a number below ten."""
    if at(words, place) in ZEROS and at(words, place + 1) in ONES:
        return ONES[words[place + 1]], place + 2
    return None


def _pairs(words: Sequence[str], place: int) -> Iterator[Number]:
    for first, middle in small(words, place):
        seconds = [(value, end) for value, end in small(words, middle) if value >= 10]
        low = _below_ten(words, middle)
        for second, end in [*seconds, *([low] if low else [])]:
            yield Number(Decimal(first * 100 + second), end, (first, second))


def digit_run(words: Sequence[str], place: int) -> tuple[str, int]:
    """Figures said one by one, with "double" and "oh"; as many as stand there. Returns (figures, end)."""
    figures = ""
    while place < len(words):
        times = MULTIPLES.get(words[place], 1)
        word = at(words, place + (times > 1))
        if word in ONES:
            figures += str(ONES[word]) * times
        elif word in ZEROS:
            figures += "0" * times
        else:
            break
        place += 1 + (times > 1)
    return figures, place


def _spelled(words: Sequence[str], place: int) -> Iterator[Number]:
    """ "two five oh oh": at least three figures, all that stand there, the first not zero."""
    figures, end = digit_run(words, place)
    if 3 <= len(figures) <= _LONGEST_NUMERAL and figures[0] != "0":
        yield Number(Decimal(figures), end)


def _point(words: Sequence[str], place: int, whole: int) -> Iterator[Number]:
    """What follows "point": figures one by one, or one number below a hundred."""
    figures, end = digit_run(words, place)
    if figures:
        yield Number(Decimal(f"{whole}.{figures[:12]}"), end)
    for value, stop in small(words, place):
        if value >= 10:
            yield Number(Decimal(f"{whole}.{value}"), stop)
    word = at(words, place)
    if is_numeral(word) and "." not in word and len(word) <= 12:
        yield Number(Decimal(f"{whole}.{word}"), place + 1)


def _fractions(words: Sequence[str], place: int) -> Iterator[Number]:
    """ "half a", "quarter of a", "three quarters of a", "a couple of": only before hundred, thousand, million."""
    here = place + (at(words, place) in {"a", "an"})
    word = at(words, here)
    share = {"half": _HALF, "quarter": Decimal("0.25"), "couple": Decimal(2)}.get(word)
    if share is None and at(words, place + 1) in {"quarters", "quarter"} and word in {"one", "three"}:
        share, here = Decimal("0.25") * ONES[word], place + 1
    if share is None:
        return
    here += 1
    here += at(words, here) == "of"
    here += at(words, here) in {"a", "an"}
    if at(words, here) == "hundred":
        yield Number(share * 100, here + 1)
    elif at(words, here) in SCALES:
        yield Number(share, here)


def _part_of_a_scale(words: Sequence[str], place: int) -> Decimal | None:
    """The share of a scale said after its count: "one and a quarter thousand", "two and three quarter million"."""
    shares: dict[tuple[str, ...], Decimal] = {
        ("and", "a", "quarter"): Decimal("0.25"),
        ("and", "three", "quarter"): Decimal("0.75"),
        ("and", "three", "quarters"): Decimal("0.75"),
    }
    share = shares.get(tuple(words[place : place + 3]))
    return share if at(words, place + 3) in SCALES else None


def _quantity(words: Sequence[str], place: int) -> Iterator[Number]:
    """A number without a scale word; "a" and "an" count only before one."""
    word = at(words, place)
    if is_numeral(word) and "." in word and len(word) <= _LONGEST_NUMERAL:
        yield Number(Decimal(word), place + 1)
    for value, end in _hundreds(words, place):
        yield Number(Decimal(value), end)
        if list(words[end : end + 3]) == ["and", "a", "half"]:
            yield Number(value + _HALF, end + 3)
            if at(words, end + 3) == "hundred":
                yield Number((value + _HALF) * 100, end + 4)
        share = _part_of_a_scale(words, end)
        if share is not None:
            yield Number(value + share, end + 3)
        if at(words, end) == "point":
            yield from _point(words, end + 1, value)
    if word == "point" or (word in ZEROS and at(words, place + 1) == "point"):
        yield from _point(words, place + 1 + (word != "point"), 0)
    if word == "a" and at(words, place + 1) in SCALES:
        yield Number(Decimal(1), place + 1)
    if word in {"thousand", "million", "billion"} and at(words, place - 1) not in VAGUE:
        yield Number(Decimal(1), place)
    yield from _fractions(words, place)
    yield from _pairs(words, place)
    yield from _spelled(words, place)


def number(words: Sequence[str], place: int, below: Decimal = _LARGEST) -> Iterator[Number]:
    """Every positive number that starts at ``place`` with scale words smaller than ``below``.

    A reading never ends before a word that must belong to it: "two thousand two | thousand" is not 2002.
    """
    for found in _number(words, place, below):
        after = at(words, found.end)
        if after in SCALES or after in {"hundred", "hundreds"}:
            continue
        yield found


def _number(words: Sequence[str], place: int, below: Decimal) -> Iterator[Number]:
    for start in _quantity(words, place):
        scale = Decimal(SCALES.get(at(words, start.end), 0))
        if not scale or scale >= below:
            if start.end > place and start.value < below:
                yield start
            continue
        value, end = start.value * scale, start.end + 1
        if value >= _LARGEST:
            continue
        yield Number(value, end)
        if list(words[end : end + 3]) == ["and", "a", "half"]:
            other = None if start.value == 1 else value + _HALF
            yield Number(value + scale / 2, end + 3, alternative=other)
        for rest in _number(words, end + (at(words, end) == "and"), scale):
            if rest.value == rest.value.to_integral_value() or at(words, end) != "and":
                yield Number(value + rest.value, rest.end)
