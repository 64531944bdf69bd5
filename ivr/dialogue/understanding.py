"""What the words of one answer mean here: the repaired hearing, held against what field and call allow. Pure."""

from __future__ import annotations

from dataclasses import replace

from ivr.dialogue.allowing import Rule, accepted
from ivr.dialogue.focus import Wanted, group_size, in_focus, named
from ivr.dialogue.script import Question
from ivr.dialogue.state import CallState, House, Mode
from speech.answers.model import Parsed
from speech.recognizer import Transcript
from speech.repair.understand import Understood, understand

__all__ = ["meaning"]

#: Between every question's ``reject`` and its ``accept``.
_DOUBTED = 0.5


def meaning(house: House, state: CallState, transcript: Transcript) -> Understood:
    """The meaning that stands.

    Words that name one of two values are no figure, whatever figure another hearing of them would make: "per year"
    must not become half a dollar. Where the field cannot hold the best hearing, or the caller refused it just before,
    another hearing of the same answer may stand; it is doubted then, so that it is read back and never taken at once.
    """
    question, wanted = state.question(house.script), in_focus(house, state)
    rule = _rule(house, state, question)
    if named(house, state, transcript.text) is not None:
        words = Parsed(wanted.kind, ())
        return Understood(words, 1.0 - transcript.confidence, "one of the two was named", transcript.text)
    best = _read(house, state, wanted, transcript)
    if rule is None or not best.parsed.readings:
        return best
    left = tuple(filter(rule, best.parsed.readings))
    if left:
        return replace(best, parsed=replace(best.parsed, readings=left))
    other = _read(house, state, wanted, transcript, rule)
    stands = other if any(map(rule, other.parsed.readings)) else best
    return replace(stands, p_error=max(stands.p_error, _DOUBTED))


def _rule(house: House, state: CallState, question: Question) -> Rule | None:
    """What the next answer may be. A value that was refused is doubted once, not for ever."""
    (slot, value), state.refused = state.refused or ("", None), None
    if state.mode is not Mode.ASK:
        return None
    groups = [part for part, _ in state.groups] if group_size(question, state.variant) is not None else None
    refused = [value] if slot == question.id else []
    return accepted(question, state.today, house.currency, house.region, groups=groups, refused=refused)


def _read(
    house: House, state: CallState, wanted: Wanted, transcript: Transcript, accepts: Rule | None = None
) -> Understood:
    return understand(
        wanted.kind,
        transcript,
        house.language,
        today=state.today,
        length=wanted.length,
        at_least=wanted.at_least,
        at_most=wanted.at_most,
        accepts=accepts,
    )
