"""Sentences as callers say them, made up by chance: text for the language model.

Frames and names come from ``sayings.toml``; choices, commands, yes and no from the tables that the parsers read, so
that what the line understands it also expects. All in small letters, numbers in words, letters one by one.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from speech.answers.data import load
from speech.answers.en.grammar import grammar
from speech.answers.en.words import ONES, ORDINAL_ONES, ORDINAL_TEENS, SPOKEN_MONTHS, TEENS, TENS
from speech.answers.model import Kind
from speech.answers.phrases import expand
from speech.training.spoken import amount, digits, ordinal, small, spelled, year

__all__ = ["NUMBER_WORDS", "Sayer", "own_words_of_the_line", "plain", "sayings", "tables"]

_SAYINGS = Path(__file__).parent / "sayings.toml"
_SLOT = re.compile(r"\{(\w+)\}")
_SAYABLE = re.compile(r"[a-z' ]+")
#: Figures of each slot; 0: any usual number of them.
_FIGURES = {"digits": 0, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "nine": 9, "ten": 10}
#: Every word that numbers are made of; the vocabulary holds them whatever the chance sentences say.
NUMBER_WORDS = (*ONES, *TEENS, *TENS, *ORDINAL_ONES, *ORDINAL_TEENS, "zero", "oh", "hundred", "thousand", "million")
_LENGTHS = (1, 2, 3, 4, 4, 5, 6, 6, 7, 9, 10, 10)


def plain(text: str) -> list[str]:
    """The words of any text as the model knows them: small letters and apostrophes inside words."""
    lowered = text.lower().replace("-", " ").replace("\u2019", "'")
    return [word for word in (part.strip("'") for part in re.sub(r"[^a-z' ]", " ", lowered).split()) if word]


@cache
def sayings(path: Path = _SAYINGS) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def tables() -> dict[str, tuple[str, ...]]:
    """What the parsers' tables list for each slot, still as templates."""
    choices, commands, yes_no = load("en", "choices"), load("en", "commands"), load("en", "yes_no")
    found: dict[str, list[str]] = {"purpose": [], "employment": [], "command": [], "yes": [], "no": []}
    for name, entry in choices.items():
        for kind, listed in _choices(name, entry):
            found[kind] += [*entry.get("grammar", ()), *entry.get("grammar", ()), *listed]
    for entry in commands.values():
        found["command"] += [
            *entry["grammar"],
            *entry["grammar"],
            *entry["longer"],
            *entry["alone"],
            *entry["anywhere"],
        ]
    for kind in ("yes", "no"):
        found[kind] += [*yes_no[kind]["grammar"], *yes_no[kind]["grammar"], *yes_no[kind]["also"]]
    return {kind: tuple(listed) for kind, listed in found.items()}


def _choices(name: str, entry: Mapping[str, Any]) -> list[tuple[str, Sequence[str]]]:
    if "strong" in entry:
        return [(name, entry["strong"])]
    return [(name, deeper["strong"] + deeper.get("grammar", [])) for deeper in entry.values() if "strong" in deeper]


class Sayer:
    """Makes sentences; ``names`` may weigh more first and last names than ``sayings.toml`` lists."""

    def __init__(self, rng: random.Random, names: Mapping[str, Mapping[str, float]] | None = None) -> None:
        self._rng, self._names = rng, names or {}
        found = sayings()
        self._share: dict[str, int] = found["share"]
        self._frames: dict[str, list[str]] = found["frames"]
        words = found["words"]
        self._lists: dict[str, tuple[str, ...]] = {
            slot: tuple(text.split() if slot.startswith(("first", "last")) else text.split("|"))
            for slot, text in words.items()
        }
        nato, clear = load("en", "wording")["spelling"]["nato"], load("en", "wording")["spelling"]["clear"]
        self._clear = tuple(f"{nato} {clear}".split())
        self._makers: dict[str, Callable[[], str]] = {
            "amount": lambda: amount(rng), "date": self._date, "month": lambda: rng.choice(SPOKEN_MONTHS),
            "year": lambda: year(rng), "ordinal": lambda: ordinal(rng.randrange(1, 32)), "letter": self._letter,
            "small": lambda: small(rng.choice((rng.randrange(2, 100), 12, 24, 36, 48, 60, 18, 6))),
            "clear": lambda: rng.choice(self._clear),
            "few": lambda: small(rng.randrange(2, 11)), "spelled": self._spelled, "value": self._value,
            "first": lambda: self._name("first"), "last": lambda: self._name("last"), "correction": self._correction,
        }  # fmt: skip

    def sentence(self, shares: Mapping[str, int] | None = None) -> list[str]:
        """The words of one sentence; ``shares`` may say how often each kind comes, other than ``sayings.toml``."""
        shares = self._share if shares is None else shares
        while True:
            kind = self._rng.choices(list(shares), list(shares.values()))[0]
            words = self._filled(self._rng.choice(self._frames[kind])).split()
            if _SAYABLE.fullmatch(" ".join(words)):
                return words

    def _filled(self, frame: str) -> str:
        return _SLOT.sub(lambda slot: self._slot(slot[1]), frame)

    def _slot(self, slot: str) -> str:
        if slot in _FIGURES:
            return digits(_FIGURES[slot] or self._rng.choice(_LENGTHS), self._rng)
        if slot in self._makers:
            return self._makers[slot]()
        if slot in self._lists:
            return self._rng.choice(self._lists[slot])
        return self._rng.choice(expand(self._rng.choice(tables()[slot])))

    def _name(self, which: str) -> str:
        weights = self._names.get(which)
        if weights and self._rng.random() < 0.6:
            return self._rng.choices(list(weights), list(weights.values()))[0]
        return self._rng.choice(self._lists[which])

    def _letter(self) -> str:
        return chr(ord("a") + self._rng.randrange(26))

    def _spelled(self) -> str:
        if self._rng.random() < 0.15:
            return " ".join(self._letter() for _ in range(self._rng.randrange(2, 7)))
        return spelled(self._name(self._rng.choice(("first", "last"))), self._rng, self._clear)

    def _value(self) -> str:
        return self._slot(
            self._rng.choice(("amount", "date", "four", "digits", "first", "last", "small", "month", "ordinal"))
        )

    def _correction(self) -> str:
        return self._filled(self._rng.choice(self._frames["correction"]))

    def _date(self) -> str:
        rng = self._rng
        month, number = rng.choice(SPOKEN_MONTHS), rng.randrange(1, 32)
        day, figure, born = ordinal(number), small(number), year(rng)
        usual = f"{month} {day} {born}"
        return rng.choice((
            usual, usual, usual, f"{month} {figure} {born}", f"the {day} of {month} {born}", f"{day} of {month} {born}",
            f"{figure} {month} {born}", f"{month} the {day} {born}", f"{small(rng.randrange(1, 13))} {figure} {born}",
            f"{month} {day}",
        ))  # fmt: skip


def own_words_of_the_line() -> set[str]:
    """Every word of the parsers' phrases, the questions' grammars and the sayings, whether chance says it or not."""
    phrases = [phrase for kind in Kind for phrase in grammar(kind, None) or ()]
    phrases += [phrase for listed in tables().values() for template in listed for phrase in expand(template)]
    found = sayings()
    texts = [
        *phrases,
        *found["words"].values(),
        *(_SLOT.sub(" ", one) for listed in found["frames"].values() for one in listed),
    ]
    return {word for text in texts for word in plain(text.replace("|", " "))}
