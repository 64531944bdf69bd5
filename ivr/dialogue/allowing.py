"""What the question and this call allow an answer to be: the only knowledge that may choose between two hearings.

Where the best hearing is not allowed, repair looks for another that is. So whatever decides here can turn a mumble
into a value. Rules of form may decide, and what this caller said in this call. Nothing on record may: not an earlier
case, not a known borrower, not the number on the display, no code. Otherwise somebody who guesses badly would be heard
as the person he pretends to be. ``accepted`` is not given the call's state, so it cannot see any of that. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from ivr.dialogue.script import Question, Role
from ivr.dialogue.slots import candidates
from speech.answers.model import Parsed, Reading
from speech.repair.plans import may_begin

__all__ = ["Rule", "accepted"]

Rule = Callable[[Reading], bool]


def accepted(
    question: Question, today: date, currency: str, region: str, *, groups: Sequence[str] | None, refused: Sequence[Any]
) -> Rule | None:
    """The rule for answers to ``question``; ``None`` where any answer may be right, as for every code.

    ``groups`` are the groups of a long number that the caller has said, when the next group is asked for; ``None``
    when the whole is. ``refused`` are values that this caller has just said no to: they cannot be meant at once
    again. Otherwise a reading must be a value that the field can hold (a birth date of somebody alive and of age to
    have an income, a telephone number that exists, a figure within the question's bounds).
    """
    if question.role is not Role.SLOT or question.secret:
        return None
    if groups is not None:
        return lambda reading: may_begin(region, "".join([*groups, str(reading.value)]))

    def can_be(reading: Reading) -> bool:
        values = candidates(question, Parsed(question.kind, (reading,)), today, currency, region)
        return bool(values) and not any(value in refused for value in values)

    return can_be
