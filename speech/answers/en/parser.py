"""English answers of every kind: commands first, then corrections, then the value itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date

from speech.answers.en.amount import NOTHING_AT_ALL, amounts, says_nothing
from speech.answers.en.choice import EMPLOYMENT, PURPOSE
from speech.answers.en.commands import FIRM, command_alone, command_inside
from speech.answers.en.corrections import Correction, denied_first, find_correction, without_denied
from speech.answers.en.date import dates
from speech.answers.en.digits import digits
from speech.answers.en.name import names
from speech.answers.en.term import terms
from speech.answers.en.tokens import tokens
from speech.answers.en.yes_no import yes_no
from speech.answers.model import DateParts, Kind, Parsed, Reading

__all__ = ["parse"]

_Read = Callable[[Sequence[str]], tuple[Reading, ...]]
#: "3/12/1985" and "3.12.85" are three numbers, not a fraction or a decimal.
_IN_DATE = re.compile(r"(?<=[0-9])\s?[./-]\s?(?=[0-9])")
_READERS: dict[Kind, _Read] = {
    Kind.DIGITS: digits,
    Kind.AMOUNT: amounts,
    Kind.TERM: terms,
    Kind.NAME: names,
    Kind.PURPOSE: lambda words: PURPOSE.choose(" ".join(words)),
    Kind.EMPLOYMENT: lambda words: EMPLOYMENT.choose(" ".join(words)),
}
#: Answers whose own words look like a correction ("fix my phone") once in a while.
_CHOICES = frozenset({Kind.PURPOSE, Kind.EMPLOYMENT})


def parse(kind: Kind, text: str, today: date | None) -> Parsed:
    """Understand one answer in English; the contract is that of ``speech.answers.parsing.parse``."""
    if kind is Kind.DATE:
        text = _IN_DATE.sub(" ", text)
    words = tokens(text, names=kind is Kind.NAME)
    if not words:
        return Parsed(kind)
    command = command_alone(words)
    if command is not None:
        return Parsed(kind, command=command)
    inside, rest = command_inside(words)
    if kind is Kind.YES_NO:
        words = rest  # "I didn't catch that" is no "no"
    parsed = _value(kind, words, today)
    if inside is not None and (inside in FIRM or not (parsed.readings or parsed.parts)):
        return Parsed(kind, parsed.readings, inside, parsed.corrects, parsed.topic, parsed.tail, parsed.parts)
    return parsed


def _value(kind: Kind, words: list[str], today: date | None) -> Parsed:
    if kind is Kind.YES_NO:
        return yes_no(words)
    if kind is Kind.DATE:
        return _date(words, today)
    if kind is Kind.AMOUNT and says_nothing(words):
        return Parsed(kind, NOTHING_AT_ALL)
    read = _READERS[kind]
    correction = find_correction(words)
    if correction is not None and kind in _CHOICES and correction.topic and read(words):
        correction = None
    if correction is not None:
        return _corrected(kind, read, words, correction)
    if kind not in _CHOICES and without_denied(words)[1]:
        return Parsed(kind, _standing(read, words), corrects=True)
    return Parsed(kind, read(words))


def _standing(read: _Read, words: Sequence[str]) -> tuple[Reading, ...]:
    """The readings without what was denied. Of "not fifteen hundred, twelve hundred" the second stands."""
    kept, denied = without_denied(words)
    readings = read(kept)
    opened = read(denied_first(words)) if denied and not readings else ()
    return readings or tuple(reading for reading in opened[1:] if reading.cost == 0)


def _corrected(kind: Kind, read: _Read, words: list[str], correction: Correction) -> Parsed:
    """The readings of the last word; ``corrects`` unless the words only take back themselves."""
    after = read(correction.after) if kind in _CHOICES else _standing(read, correction.after)
    before = read(correction.before)
    tail = " ".join(correction.tail)
    if correction.topic is not None:
        return Parsed(kind, after or read(correction.tail), corrects=True, topic=correction.topic, tail=tail)
    if after:
        return Parsed(kind, after, corrects=not before)
    whole = () if "not" in correction.after else read(words)
    return Parsed(kind, whole, corrects=not whole)


def _date(words: list[str], today: date | None) -> Parsed:
    correction = find_correction(words)
    if correction is None:
        kept, denied = without_denied(words)
        found = dates(kept if denied else words, today)
        return Parsed(Kind.DATE, found.whole, corrects=denied, parts=found.parts)
    before = _known(correction.before, today)
    after = dates(without_denied(correction.after)[0], today, before)
    if not after.whole and not after.parts:
        after = dates(words, today)
    return Parsed(
        Kind.DATE,
        after.whole,
        corrects=not before,
        topic=correction.topic,
        tail=" ".join(correction.tail),
        parts=after.parts,
    )


def _known(words: Sequence[str], today: date | None) -> tuple[DateParts, ...]:
    """What was said before the correction, whole or in parts."""
    found = dates(words, today)
    whole = tuple(
        DateParts(reading.value.year, reading.value.month, reading.value.day)
        for reading in found.whole
        if isinstance(reading.value, date)
    )
    return whole or found.parts
