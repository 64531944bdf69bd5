"""Numbers, years and spellings in words, in each of the ways people say them, picked by chance."""

from __future__ import annotations

import random
from collections.abc import Sequence

from num2words import num2words

__all__ = ["amount", "digits", "ordinal", "small", "spelled", "year"]

_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def small(number: int) -> str:
    """A number in words, without hyphens and "and"."""
    return " ".join(num2words(number).replace("-", " ").replace(",", " ").replace(" and ", " ").split())


def ordinal(day: int) -> str:
    return str(num2words(day, to="ordinal")).replace("-", " ")


def year(rng: random.Random) -> str:
    """A year in which callers may be born, now and then a later one."""
    number = rng.randrange(1930, 2010) if rng.random() < 0.9 else rng.randrange(2010, 2031)
    rest = number % 100
    if number >= 2010:
        return f"{rng.choice(('twenty', 'twenty', 'two thousand', 'two thousand and'))} {small(rest)}"
    if number >= 2000:
        return f"two thousand{rng.choice((' ', ' ', ' ', ' and '))}{small(rest)}" if rest else "two thousand"
    if rest == 0:
        return "nineteen hundred"
    if rng.random() < 0.05:
        return f"nineteen hundred {small(rest)}"
    if rng.random() < 0.08 and rest >= 10:
        return small(rest)
    return f"nineteen {'oh ' if rest < 10 else ''}{small(rest)}"


def digits(length: int, rng: random.Random) -> str:
    """Figures one by one, sometimes two as a number, or doubled."""
    said: list[str] = []
    left = length
    while left:
        chance = rng.random()
        if left >= 2 and chance < 0.04:
            said.append(small(rng.choice([n for n in range(11, 100) if n % 10])))
            left -= 2
        elif left >= 3 and chance < 0.05:
            said.append(rng.choice((f"triple {_digit(rng)}", f"{rng.choice(_DIGITS[1:])} hundred")))
            left -= 3
        elif left >= 2 and chance < 0.07:
            said.append(f"double {_digit(rng)}")
            left -= 2
        else:
            said.append(_digit(rng))
            left -= 1
    return " ".join(said)


def _digit(rng: random.Random) -> str:
    figure = rng.randrange(10)
    return "oh" if figure == 0 and rng.random() < 0.45 else _DIGITS[figure]


def amount(rng: random.Random) -> str:
    """Dollars as people say them: rounded mostly, "fifteen hundred", "two and a half thousand", "five grand"."""
    chance = rng.random()
    if chance < 0.30:
        words = _said(rng.randrange(1, 100) * 1000, rng)
    elif chance < 0.45:
        words = f"{small(rng.choice([n for n in range(11, 100) if n % 10]))} hundred"
    elif chance < 0.65:
        words = _said(rng.randrange(1, 100) * 100, rng)
    elif chance < 0.78:
        words = _said(rng.randrange(1, 200) * 50, rng)
    elif chance < 0.88:
        words = _said(rng.randrange(50, 10_000), rng)
    elif chance < 0.93:
        words = f"{small(rng.randrange(1, 21))} {rng.choice(('grand', 'k', 'thousand'))}"
    elif chance < 0.97:
        words = rng.choice((
            f"{small(rng.randrange(1, 20))} and a half thousand", "a thousand", "a hundred", "half a thousand",
            "a couple of thousand", "a few thousand", "a couple hundred", "fifteen hundred", "a thousand and a half",
        ))  # fmt: skip
    else:
        return f"{_said(rng.randrange(10, 3000), rng)} dollars and {small(rng.randrange(1, 100))} cents"
    return words + rng.choice((" dollars", " dollars", " dollars", " bucks", "", "", ""))


def _said(number: int, rng: random.Random) -> str:
    words = " ".join(num2words(number).replace("-", " ").replace(",", " ").split())
    if rng.random() < 0.7:
        words = words.replace(" and ", " ")
    if words.startswith("one ") and number >= 100 and rng.random() < 0.4:
        words = "a " + words.removeprefix("one ")
    return words


def spelled(name: str, rng: random.Random, clear: Sequence[str]) -> str:
    """A name letter by letter, letters doubled or made clear with a word."""
    said: list[str] = []
    at = 0
    helped = rng.random() < 0.12
    while at < len(name):
        letter = name[at]
        if name[at : at + 2] == letter * 2 and rng.random() < 0.5:
            said.append(f"double {letter}")
            at += 2
            continue
        helps = [word for word in clear if word[0] == letter]
        said.append(
            f"{letter} {rng.choice(('as in', 'like', 'for'))} {rng.choice(helps)}" if helped and helps else letter
        )
        at += 1
    return " ".join(said)
