"""The shape of a parsed answer, the same for every language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

__all__ = ["Command", "DateParts", "Kind", "Parsed", "Period", "Reading", "Value"]

#: digits and codes: str; amount: Decimal in major units; term: int months; yes_no: bool.
Value = str | int | bool | Decimal | date


class Kind(StrEnum):
    DIGITS = "digits"
    AMOUNT = "amount"
    DATE = "date"
    NAME = "name"
    YES_NO = "yes_no"
    TERM = "term"
    PURPOSE = "purpose"
    EMPLOYMENT = "employment"


class Period(StrEnum):
    """What an amount of money is counted per."""

    WEEK = "week"
    FORTNIGHT = "fortnight"
    MONTH = "month"
    YEAR = "year"


class Command(StrEnum):
    """What a caller may say anywhere instead of an answer."""

    REPEAT = "repeat"
    SLOWER = "slower"
    HELP = "help"
    GO_BACK = "go_back"
    AGENT = "agent"
    STOP = "stop"
    NOT_MY_LOAN = "not_my_loan"
    DONT_KNOW = "dont_know"
    WAIT = "wait"


@dataclass(frozen=True, slots=True, repr=False)
class Reading:
    """One way to understand the words. ``period`` is set on amounts where one was said.

    ``cost`` orders readings: 0 for the plain one, larger for readings that need a bolder assumption.
    """

    value: Value
    period: Period | None = None
    cost: float = 0.0

    def __repr__(self) -> str:
        return f"Reading(•••, cost={self.cost})"


@dataclass(frozen=True, slots=True, repr=False)
class DateParts:
    """The parts of a date that were said, where they make no whole date: "I meant March", "the twelfth", "1985"."""

    year: int | None = None
    month: int | None = None
    day: int | None = None

    def applied_to(self, before: DateParts) -> DateParts:
        """The parts said here laid over those said ``before``."""
        return DateParts(self.year or before.year, self.month or before.month, self.day or before.day)

    def whole(self) -> date | None:
        """The date, when all three parts are there and the calendar has it."""
        if self.year is None or self.month is None or self.day is None:
            return None
        try:
            return date(self.year, self.month, self.day)
        except ValueError:
            return None

    def __repr__(self) -> str:
        return "DateParts(•••)"


@dataclass(frozen=True, slots=True, repr=False)
class Parsed:
    """Every reading of one answer, most likely first.

    ``command`` is set when the words ask for something else than the question ("repeat", "agent").
    ``corrects`` is True when the words take back something ("no, twelve hundred"; "I meant March"); the readings are
    then of the correction. Words that correct themselves ("two thousand, no, three thousand") do not set it: the
    readings are already those of the last word. ``topic`` names the field a correction is about where the words say
    so ("change my income"): ``amount``, ``term``, ``date``, ``income``, ``debt``, ``name``, ``phone``, ``purpose``,
    ``employment``, ``id``.
    For a yes/no with a tail ("yes but change the amount") the reading is the yes or no and ``tail`` the other words.
    Where ``topic`` is set on another kind of answer, ``tail`` holds the words after it ("change my income to two
    thousand": ``two thousand``), to be parsed as the topic's own kind.
    ``parts`` are the readings of an incomplete date ("I meant March"; "the twelfth"), most likely first.
    """

    kind: Kind
    readings: tuple[Reading, ...] = ()
    command: Command | None = None
    corrects: bool = False
    topic: str | None = None
    tail: str = ""
    parts: tuple[DateParts, ...] = ()

    @property
    def ambiguous(self) -> bool:
        return len(self.readings) > 1

    @property
    def value(self) -> Value | None:
        """The value when exactly one reading stands, else ``None``."""
        return self.readings[0].value if len(self.readings) == 1 else None

    def __repr__(self) -> str:
        return f"Parsed({self.kind}, {len(self.readings)} readings, command={self.command})"
