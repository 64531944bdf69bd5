"""Answers given with the telephone's keys.

A name is keyed as two digits a letter: the key the letter is on, then its place on that key (J is 5 1), with ``#``
between names and ``##`` at the end. The letters' places are those of ITU-T E.161.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from core.catalogue import Employment, Purpose
from ivr.dialogue.script import KeyRule, Question
from speech.answers.model import Kind, Parsed, Reading, Value

__all__ = ["complete", "name_to_keys", "read_keys"]

_LETTERS = {"2": "abc", "3": "def", "4": "ghi", "5": "jkl", "6": "mno", "7": "pqrs", "8": "tuv", "9": "wxyz"}


def complete(rule: KeyRule, keys: str) -> bool:
    """Whether ``keys`` is a whole answer under ``rule``."""
    if rule.exactly is not None:
        return len(keys) >= rule.exactly
    if rule.until and keys.endswith(rule.until):
        return True
    return len(keys) >= rule.at_most


def _name(keys: str) -> str | None:
    names = []
    for part in keys.strip("#").split("#"):
        if not part or len(part) % 2:
            return None
        letters = []
        for key, place in zip(part[::2], part[1::2], strict=True):
            row = _LETTERS.get(key, "")
            if not place.isdigit() or not 1 <= int(place) <= len(row):
                return None
            letters.append(row[int(place) - 1])
        names.append("".join(letters).title())
    return " ".join(names) if names else None


def name_to_keys(name: str) -> str:
    """The keys that spell ``name``; the inverse of what ``read_keys`` does."""
    words = []
    for word in name.lower().split():
        keys = ""
        for letter in word:
            for key, row in _LETTERS.items():
                if letter in row:
                    keys += f"{key}{row.index(letter) + 1}"
        words.append(keys)
    return "#".join(words) + "##"


def _date(keys: str) -> date | None:
    try:
        return date(int(keys[4:8]), int(keys[:2]), int(keys[2:4]))
    except ValueError:
        return None


def read_keys(question: Question, kind: Kind, keys: str) -> Parsed:
    """Understand keyed digits as an answer of ``kind``; no reading when they make none."""
    plain = keys.rstrip("#") if kind is not Kind.NAME else keys
    value: Value | None = None
    if kind is Kind.NAME:
        value = _name(keys)
    elif not plain.isdigit():
        value = None
    elif kind is Kind.YES_NO:
        value = {"1": True, "2": False}.get(plain)
    elif kind is Kind.DIGITS:
        value = plain
    elif kind is Kind.AMOUNT:
        value = Decimal(plain)
    elif kind is Kind.TERM:
        value = int(plain)
    elif kind is Kind.DATE and len(plain) == 8:
        value = _date(plain)
    elif kind is Kind.EMPLOYMENT and 1 <= int(plain) <= len(Employment):
        value = list(Employment)[int(plain) - 1].value
    elif kind is Kind.PURPOSE and 1 <= int(plain) <= len(Purpose):
        value = list(Purpose)[int(plain) - 1].value
    return Parsed(kind, () if value is None else (Reading(value),))
