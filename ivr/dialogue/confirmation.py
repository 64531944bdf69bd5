"""How sure is sure enough: confidence and the cost of a wrong value pick what happens to an answer.

Practice behind it: Nuance Mix's two thresholds per kind of answer; consequence of error decides the form of
confirmation (acixd.org); implicit confirmation alone fails when wrong (Weegels 2000), so critical values are always
read back explicitly in the summary.
"""

from __future__ import annotations

from enum import StrEnum

from ivr.dialogue.script import Cost, Question

__all__ = ["Treatment", "treat"]


class Treatment(StrEnum):
    """``TAKE``: store it and go on. ``CONFIRM``: read it back now. ``REJECT``: ask again."""

    TAKE = "take"
    CONFIRM = "confirm"
    REJECT = "reject"


def treat(question: Question, confidence: float, unknown_words: int = 0, doubtful: bool = False) -> Treatment:
    """Pick the treatment of one heard value.

    ``unknown_words`` counts words that were not understood beside the value; one makes a high-cost value be read
    back. ``doubtful`` marks a value that is possible but odd (an income of forty thousand a month).
    """
    if confidence < question.reject:
        return Treatment.REJECT
    if confidence < question.accept or doubtful:
        return Treatment.CONFIRM
    if unknown_words and question.cost is Cost.HIGH:
        return Treatment.CONFIRM
    return Treatment.TAKE
