"""The number, month and small words of English. Every parser and every grammar reads these tables, no other."""

from __future__ import annotations

__all__ = [
    "CENTS",
    "CURRENCY",
    "FILLERS",
    "MONTHS",
    "MULTIPLES",
    "ONES",
    "ORDINAL_ONES",
    "ORDINAL_TEENS",
    "ORDINAL_TENS",
    "PLURAL_DIGITS",
    "SCALES",
    "SPOKEN_MONTHS",
    "TEENS",
    "TENS",
    "ZEROS",
]

ONES = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "niner": 9,
}
#: "oh" and "o" are zero only beside other digits.
ZEROS = frozenset({"zero", "oh", "o", "nought", "naught", "nil", "zeroes"})
TEENS = {
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19,
}
TENS = {
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fourty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
SCALES = {
    "thousand": 1_000,
    "thousands": 1_000,
    "thou": 1_000,
    "k": 1_000,
    "grand": 1_000,
    "million": 1_000_000,
    "millions": 1_000_000,
    "mil": 1_000_000,
    "billion": 1_000_000_000,
}
ORDINAL_ONES = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
}
ORDINAL_TEENS = {
    "tenth": 10,
    "eleventh": 11,
    "twelfth": 12,
    "thirteenth": 13,
    "fourteenth": 14,
    "fifteenth": 15,
    "sixteenth": 16,
    "seventeenth": 17,
    "eighteenth": 18,
    "nineteenth": 19,
}
ORDINAL_TENS = {"twentieth": 20, "thirtieth": 30}
#: "three zeros", "two fives".
PLURAL_DIGITS = {
    "zeros": 0,
    "zeroes": 0,
    "ohs": 0,
    "ones": 1,
    "twos": 2,
    "threes": 3,
    "fours": 4,
    "fives": 5,
    "sixes": 6,
    "sevens": 7,
    "eights": 8,
    "nines": 9,
}
MULTIPLES = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4, "quintuple": 5}

SPOKEN_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
MONTHS = {
    **{name: at for at, name in enumerate(SPOKEN_MONTHS, 1)},
    **{name[:3]: at for at, name in enumerate(SPOKEN_MONTHS, 1)},
    "sept": 9,
    "febuary": 2,
    "feburary": 2,
}

CURRENCY = frozenset({"dollar", "dollars", "buck", "bucks", "usd"})
CENTS = frozenset({"cent", "cents", "penny", "pennies"})
#: Sounds and small words that carry nothing, wherever they stand.
FILLERS = frozenset(
    {"uh", "um", "uhm", "umm", "er", "erm", "ah", "ahem", "eh", "hm", "hmm", "mm", "please", "well", "just"}
)
