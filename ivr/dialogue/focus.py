"""What kind of answer is expected now: it depends on the question, and on how it was last put."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ivr.dialogue.script import KeyRule, Question
from ivr.dialogue.state import CallState, House, Mode
from speech.answers.model import Kind
from speech.answers.parsing import parse

__all__ = ["Wanted", "group_size", "in_focus", "named"]

_ONE_KEY = KeyRule(exactly=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """``length`` figures, ``keys`` that make a whole answer, bounds of a figure; ``None`` where any will do."""

    kind: Kind
    keys: KeyRule
    length: int | None = None
    at_least: Decimal | None = None
    at_most: Decimal | None = None


def group_size(question: Question, variant: str) -> int | None:
    """How many figures the group has that was asked for (``group1``, ``group2``, …); ``None`` for the whole."""
    number = variant.removeprefix("group")
    known = variant.startswith("group") and number.isdigit() and 1 <= int(number) <= len(question.groups)
    return question.groups[int(number) - 1] if known else None


def in_focus(house: House, state: CallState) -> Wanted:
    """What the next answer should be."""
    question = state.question(house.script)
    if state.mode in {Mode.CONFIRM, Mode.WHICH_SLOT, Mode.MORE}:
        return Wanted(Kind.YES_NO, _ONE_KEY)
    if state.mode is not Mode.ASK:
        return Wanted(question.kind, _ONE_KEY)
    size = group_size(question, state.variant)
    if size is not None:
        return Wanted(question.kind, KeyRule(exactly=size), size)
    if question.period is not None:  # the bounds are a month's; a year's figure may be meant
        return Wanted(question.kind, question.keys, question.length)
    return Wanted(question.kind, question.keys, question.length, question.at_least, question.at_most)


def named(house: House, state: CallState, text: str) -> Any:
    """Which of two values these words name ("the first", "per year"); ``None`` for neither, for both, and when the
    words hold a figure of their own, which may be another value."""
    if state.mode not in {Mode.WHICH_VALUE, Mode.WHICH_PERIOD} or state.pending is None:
        return None
    found = []
    rest = text
    for name, value in zip(("first", "second"), state.pending.values, strict=False):
        said = [words for words in house.prompts.phrases(name) if words in text]
        if said:
            found.append(value)
            rest = rest.replace(max(said, key=len), " ")
    figure = parse(state.question(house.script).kind, rest, house.language, today=state.today).readings
    return found[0] if len(found) == 1 and not figure else None
