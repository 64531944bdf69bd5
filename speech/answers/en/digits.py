"""Figures: "double oh seven", "twenty three forty five", "nineteen eighty five", "eight hundred five five five"."""

from __future__ import annotations

from collections.abc import Sequence

from speech.answers.en.numbers import at, digit_run, is_numeral
from speech.answers.en.words import MULTIPLES, ONES, PLURAL_DIGITS, TEENS, TENS, ZEROS
from speech.answers.model import Reading
from speech.answers.phrases import PhraseTable, expand

__all__ = ["LEAD_INS", "digits"]

_LONGEST_RUN = 32
#: What people say before the figures; "the last four" is no figure.
LEAD_INS = ("it's", "it is", "that's", "the last four are", "my number is", "the number is")
_BEFORE = PhraseTable(
    (phrase, True)
    for template in (
        "(the|my|its|) last (four|4|five|5|six|6|three|3|two|2) (digits|numbers|figures|of|is|are|)",
        "(the|my|all|) (four|4|five|5|six|6|nine|9|ten|10) (digits|numbers|figures)",
        "(the|my|) (first|second|third) (one|number|digit|three|two|four|part|bit)",
        "a (one|two|three|four|five|six|seven|eight|nine) digit",
        "(that|this|which) one",
    )
    for phrase in expand(template)
)


def _below_thousand(words: Sequence[str], place: int) -> tuple[int, int] | None:
    """The longest standard number below ten thousand without "thousand": 25, 405, 3400."""
    word = at(words, place)
    if word in TENS:
        more = ONES.get(at(words, place + 1), 0)
        value, end = TENS[word] + more, place + 1 + (more > 0)
    elif word in TEENS or word in ONES:
        value, end = TEENS.get(word) or ONES[word], place + 1
    elif word in {"a", "hundred"} and at(words, place + (word == "a")) == "hundred":
        value, end = 1, place + (word == "a")
    else:
        return None
    if at(words, end) != "hundred":
        return value, end
    value, end = value * 100, end + 1
    rest = _tail(words, end)
    return (value + rest[0], rest[1]) if rest else (value, end)


def _tail(words: Sequence[str], place: int) -> tuple[int, int] | None:
    """What may follow "hundred" inside one number: not the first of several figures said one by one."""
    after = place + (at(words, place) == "and")
    word = at(words, after)
    if word in TENS:
        more = ONES.get(at(words, after + 1), 0)
        return TENS[word] + more, after + 1 + (more > 0)
    if word in TEENS:
        return TEENS[word], after + 1
    if word in ONES and not _figure(at(words, after + 1)):
        return ONES[word], after + 1
    return None


def _figure(word: str) -> bool:
    return word in ONES or word in ZEROS or word in MULTIPLES or word in TEENS or word in TENS


def _group(words: Sequence[str], place: int) -> tuple[str, int] | None:
    """The next figures and where they end."""
    word = at(words, place)
    if word.isascii() and word.isdigit():
        return word, place + 1
    if word in MULTIPLES or word in ONES or word in ZEROS or word == "a":
        plural = _plural(words, place)
        if plural:
            return plural
    if word in MULTIPLES:
        figures, end = digit_run(words[: place + 2], place)
        return (figures, end) if figures else None
    if word in ZEROS:
        return "0", place + 1
    found = _below_thousand(words, place)
    if found is None and word == "a" and at(words, place + 1) == "thousand":
        found = (1, place + 1)
    if found is None:
        return None
    value, end = found
    if at(words, end) == "thousand":
        value, end = value * 1000, end + 1
        rest = _rest_of_thousand(words, end)
        if rest:
            value, end = value + rest[0], rest[1]
    return str(value), end


def _rest_of_thousand(words: Sequence[str], place: int) -> tuple[int, int] | None:
    after = place + (at(words, place) == "and")
    found = _below_thousand(words, after)
    if found is None or found[0] >= 1000 or at(words, found[1]) == "thousand":
        return None
    single = found[0] < 10
    return None if single and _figure(at(words, found[1])) else found


def _plural(words: Sequence[str], place: int) -> tuple[str, int] | None:
    """ "three zeros", "two fives", "a pair of twos"."""
    pair = list(words[place : place + 3]) in (["a", "pair", "of"], ["a", "couple", "of"])
    count, end = (2, place + 3) if pair else (ONES.get(words[place]), place + 1)
    figure = PLURAL_DIGITS.get(at(words, end))
    return (str(figure) * count, end + 1) if count and figure is not None else None


def digits(words: Sequence[str]) -> tuple[Reading, ...]:
    """The figures said, in order, as one string; nothing when there are none, too many, or letters between them."""
    figures = ""
    place = 0
    while place < len(words):
        lead = _BEFORE.at(words, place)
        group = None if lead else _group(words, place)
        if lead:
            place = lead.end
        elif group:
            figures, place = figures + group[0], group[1]
        elif _spoils(words[place]):
            return ()
        else:
            place += 1
    return (Reading(figures),) if 0 < len(figures) <= _LONGEST_RUN else ()


def _spoils(word: str) -> bool:
    """A single letter, a decimal number, a minus sign, a lone "double": these words are no string of figures."""
    return (
        (len(word) == 1 and word not in {"a", "i"})
        or is_numeral(word)
        or word in {"minus", "million", "k", "point"}
        or word in MULTIPLES
    )
