"""Answering without a stream: what a telephone sends for one turn when the carrier hears and collects the keys.

Source: the carrier's page on ``<Gather>``. The carrier's own recogniser is no part of this: a spoken turn comes as the
words that the fixture says it holds.
"""

from __future__ import annotations

from dataclasses import dataclass

from ivr.replay.manifest import CODE_PLACE, DIGIT_WORDS, Turn

__all__ = ["CONFIDENCE", "FormReply", "reply"]

#: How sure the carrier's recogniser says it is.
CONFIDENCE = 0.92


@dataclass(frozen=True, slots=True, repr=False)
class FormReply:
    """Keys win over words; neither is silence."""

    keys: str = ""
    words: str = ""
    hang_up: bool = False


def reply(turn: Turn | None, code: str, digits: int | None, finish: str) -> FormReply:
    """What ``turn`` sends where ``digits`` keys, or the key ``finish``, end an answer. ``code`` is the newest one-time
    code. Without a turn the caller says nothing."""
    if turn is None or turn.silence is not None:
        return FormReply()
    if turn.hang_up:
        return FormReply(hang_up=True)
    if turn.keys is not None:
        keys = turn.keys.replace(CODE_PLACE, code)
        if finish and finish in keys:
            keys = keys[: keys.index(finish)]
        return FormReply(keys=keys if digits is None else keys[:digits])
    if turn.say_digits is not None:
        spoken = turn.say_digits.replace(CODE_PLACE, code)
        return FormReply(words=" ".join(DIGIT_WORDS[int(digit)] for digit in spoken))
    return FormReply(words=turn.words or "")
