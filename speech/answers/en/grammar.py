"""The phrases each English question listens for, made from the very tables its parser reads.

Vosk turns the list into a bigram model over the phrases, so a phrase says which words follow each other; words of
different phrases may still be joined. Numbers are therefore given as the short pieces people join.
"""

from __future__ import annotations

from collections.abc import Callable

from speech.answers.en.choice import EMPLOYMENT, PURPOSE
from speech.answers.en.commands import GRAMMAR as COMMANDS
from speech.answers.en.commands import LONGER
from speech.answers.en.corrections import GRAMMAR as CORRECTIONS
from speech.answers.en.digits import LEAD_INS
from speech.answers.en.periods import SPOKEN_PERIODS
from speech.answers.en.words import (
    ONES,
    ORDINAL_ONES,
    ORDINAL_TEENS,
    ORDINAL_TENS,
    SPOKEN_MONTHS,
    TEENS,
    TENS,
)
from speech.answers.en.yes_no import GRAMMAR as YES_NO
from speech.answers.model import Kind

__all__ = ["grammar"]

_ONES = tuple(word for word in ONES if word != "niner")
_TENS = tuple(word for word in TENS if word != "fourty")
#: What stands around an amount, and the words that only amounts have.
_AMOUNT_WORDS = (
    "i make", "i earn", "i need", "i want", "i pay", "my income is", "it's", "about", "around", "please",
    "a thousand", "a hundred", "half a million", "million", "a thousand and a half", "two and a half thousand",
    "dollars", "dollars and", "cents", "nothing", "none", "zero",
    "none", "none", "none", "no other loans", "i have no other loans", "i have none", "i don't have any", "no debts",
)  # fmt: skip
_DIGITS = ("zero", "oh", *_ONES)
_TWO_FIGURES = (*TEENS, *(f"{ten}{one}" for ten in _TENS for one in ("", *(f" {unit}" for unit in _ONES))))
_BELOW_HUNDRED = (*_ONES, *_TWO_FIGURES)
_DAY_NUMBERS = _BELOW_HUNDRED[:31]
_DAYS = (
    *ORDINAL_ONES,
    *ORDINAL_TEENS,
    *ORDINAL_TENS,
    *(f"twenty {one}" for one in ORDINAL_ONES),
    "thirty first",
)
#: A phrase given several times weighs more; single short answers need it beside all the longer phrases.
_WEIGHT = 6


def _digits(_: int | None) -> tuple[str, ...]:
    """Threes of figures hold strings together; groups and doubles as people say them."""
    threes = tuple(f"{first} {second} {third}" for first in _DIGITS for second in _DIGITS for third in _DIGITS)
    pairs = tuple(f"{first} {second}" for first in _DIGITS for second in _DIGITS)
    multiples = tuple(f"{word} {digit}" for word in ("double", "triple") for digit in _DIGITS)
    hundreds = (*(f"{digit} hundred" for digit in _ONES), "thousand")
    return (*_DIGITS, *pairs, *threes, *multiples, *_TWO_FIGURES, *hundreds, *LEAD_INS)


def _years() -> tuple[str, ...]:
    nineteen = tuple(f"nineteen {rest}" for rest in (*_TWO_FIGURES, *(f"oh {one}" for one in _ONES)))
    joined = ("", *(f" {one}" for one in _ONES), *(f" and {one}" for one in _ONES))
    early = tuple(f"two thousand{rest}" for rest in joined)
    late = tuple(f"twenty {rest}" for rest in (*TEENS, *(f"twenty {one}" for one in _ONES)))
    return (*nineteen, *early, *late, *(f"oh {one}" for one in _ONES))


def _dates(_: int | None) -> tuple[str, ...]:
    return (
        *SPOKEN_MONTHS,
        *_DAYS,
        *(f"{month} {day}" for month in SPOKEN_MONTHS for day in (*_DAYS, *_DAY_NUMBERS)),
        *(f"{day} of {month}" for month in SPOKEN_MONTHS for day in _DAYS),
        *(f"{day} {month}" for month in SPOKEN_MONTHS for day in _DAY_NUMBERS),
        *(f"the {day} of" for day in _DAYS),
        *_years(),
        *_BELOW_HUNDRED,
        "i was born on",
        "my birthday is",
        "it's",
    )


def _amounts(_: int | None) -> tuple[str, ...]:
    hundreds = (*_ONES, *(count for count in _TWO_FIGURES if count in TEENS or " " in count))
    periods = tuple(period for period in SPOKEN_PERIODS if " " in period)
    units = ("hundred", "thousand", "dollars")
    return (
        *(f"{count} thousand" for count in _BELOW_HUNDRED),
        *(f"{count} hundred" for count in hundreds),
        *(f"{count} hundred thousand" for count in _ONES),
        *(f"thousand {count} hundred" for count in _ONES),
        *(f"{count} thousand {rest} hundred" for count in _ONES for rest in _ONES),
        *(f"hundred {rest}" for rest in _TWO_FIGURES),
        *(f"hundred and {rest}" for rest in _TWO_FIGURES),
        *(f"{count} dollars" for count in _BELOW_HUNDRED),
        *(f"{count} {rest}" for count in (*_ONES, *TEENS) for rest in _TENS),
        *(f"{count} a month" for count in _TWO_FIGURES),
        *(f"{count} grand" for count in _ONES),
        *(f"point {one}" for one in _ONES),
        *(f"{unit} {after}" for unit in units for after in (*periods, "dollars", "please") if unit != after),
        *_BELOW_HUNDRED,
        *SPOKEN_PERIODS,
        *_AMOUNT_WORDS,
    )


def _terms(_: int | None) -> tuple[str, ...]:
    return (
        *(f"{count} months" for count in _BELOW_HUNDRED),
        *(f"{count} years" for count in _BELOW_HUNDRED[: len(_ONES) + 1]),
        *(f"{count} and a half years" for count in _ONES),
        *_BELOW_HUNDRED,
        "a year",
        "one year",
        "a year and a half",
        "half a year",
        "a month",
        "please",
    )


def _yes_no(_: int | None) -> tuple[str, ...]:
    return (*YES_NO, *("yes", "no") * _WEIGHT, "yes yes", "no no", "no no no")


_BUILDERS: dict[Kind, Callable[[int | None], tuple[str, ...]]] = {
    Kind.DIGITS: _digits,
    Kind.AMOUNT: _amounts,
    Kind.DATE: _dates,
    Kind.TERM: _terms,
    Kind.YES_NO: _yes_no,
    Kind.PURPOSE: lambda _: PURPOSE.grammar,
    Kind.EMPLOYMENT: lambda _: EMPLOYMENT.grammar,
}


_WITH_NUMBERS = frozenset({Kind.DIGITS, Kind.AMOUNT, Kind.DATE, Kind.TERM})


def grammar(kind: Kind, length: int | None) -> tuple[str, ...] | None:
    """The phrases of a question of ``kind``; ``None`` where free decoding hears better."""
    build = _BUILDERS.get(kind)
    if build is None:
        return None
    commands = COMMANDS if kind in _WITH_NUMBERS else (*COMMANDS, *LONGER)
    return (*build(length), *commands, *CORRECTIONS)
