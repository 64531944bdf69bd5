"""What kind of answer is expected now: it depends on the question, and on how it was last put."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ivr.dialogue.script import KeyRule
from ivr.dialogue.state import CallState, House, Mode
from speech.answers.model import Kind

__all__ = ["Wanted", "in_focus"]

_ONE_KEY = KeyRule(exactly=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """``length`` figures, ``keys`` that make a whole answer, bounds of a figure; ``None`` where any will do."""

    kind: Kind
    keys: KeyRule
    length: int | None = None
    at_least: Decimal | None = None
    at_most: Decimal | None = None


def in_focus(house: House, state: CallState) -> Wanted:
    """What the next answer should be."""
    question = state.question(house.script)
    if state.mode in {Mode.CONFIRM, Mode.WHICH_SLOT, Mode.MORE}:
        return Wanted(Kind.YES_NO, _ONE_KEY)
    if state.mode is not Mode.ASK:
        return Wanted(question.kind, _ONE_KEY)
    if question.period is not None:  # the bounds are a month's; a year's figure may be meant
        return Wanted(question.kind, question.keys, question.length)
    return Wanted(question.kind, question.keys, question.length, question.at_least, question.at_most)
