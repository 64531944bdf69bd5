"""What was said, or not: from a transcript to an understood answer with its evidence."""

from __future__ import annotations

from datetime import datetime

from core.evidence import Evidence, HeardWord, Source
from ivr.dialogue.asking import resume
from ivr.dialogue.commands import obey
from ivr.dialogue.effects import Effect
from ivr.dialogue.events import AnswerHeard, Silence
from ivr.dialogue.keeping import Heard
from ivr.dialogue.keying import keyed
from ivr.dialogue.script import Question, Role
from ivr.dialogue.state import CallState, House, Mode
from ivr.dialogue.taking import take
from ivr.dialogue.trouble import trouble
from ivr.dialogue.understanding import meaning
from speech.answers.model import Command, Parsed

__all__ = ["heard", "silent"]

#: A sound over a prompt that is as short as this, with the 300 ms before it, and means nothing here, was no answer.
_TOO_SHORT_MS = 1200
#: How often a prompt goes on after it was cut for nothing; then it is a failed try.
_RESUMED_AT_MOST = 3


def heard(house: House, state: CallState, event: AnswerHeard, now: datetime) -> list[Effect]:
    """The caller finished speaking."""
    transcript = event.transcript
    state.listening = None
    interrupted, state.interrupted = state.interrupted, False
    spent = state.prompts >= house.script.limits.prompts_per_call or state.resumed >= _RESUMED_AT_MOST
    cut = interrupted and not spent
    short = cut and event.end_ms - event.start_ms < _TOO_SHORT_MS
    if not transcript.text.strip():
        nothing = short or (cut and not transcript.unknown)
        return resume(house, state) if nothing else trouble(house, state, "no_match")
    question = state.question(house.script)
    understood = meaning(house, state, transcript)
    parsed = understood.parsed
    if parsed.command is not None and transcript.confidence >= question.reject:
        return obey(house, state, parsed.command)
    # Words that are no answer here may still correct another field; then only how well they were heard counts.
    names_field = state.mode is Mode.WHICH_SLOT and parsed.topic is not None
    sure = understood.confidence if parsed.readings and not names_field else transcript.confidence
    if short and (sure < question.reject or _means_nothing(state, question, parsed)):
        return resume(house, state)
    if sure < question.reject:
        return trouble(house, state, "no_match")
    evidence = Evidence(
        Source.SPEECH,
        now,
        call_id=state.call_id,
        prompt_id=f"{state.focus}.{state.variant}",
        start_ms=event.start_ms,
        end_ms=event.end_ms,
        text=understood.text,
        words=tuple(
            HeardWord(word.text, event.start_ms + word.start, event.start_ms + word.end, word.conf)
            for word in transcript.words
        ),
        confidence=transcript.confidence,
        p_error=round(1.0 - sure, 4),
        alternatives=transcript.alternatives,
    )
    return take(house, state, Heard(parsed, evidence, understood.text, transcript.unknown), now)


def _means_nothing(state: CallState, question: Question, parsed: Parsed) -> bool:
    """Words that are neither an answer to a question about a field nor about another one."""
    fields = question.role is Role.SLOT and state.mode is Mode.ASK
    return fields and not (parsed.readings or parsed.parts or parsed.topic or parsed.corrects)


def silent(house: House, state: CallState, event: Silence, now: datetime) -> list[Effect]:
    """Nobody answered, or the keys stopped."""
    question = state.question(house.script)
    if state.keys == "0" and not (question.at_least is not None and question.at_least <= 0):
        return obey(house, state, Command.AGENT)
    if state.keys:
        if question.keys.until and state.mode is Mode.ASK:
            return keyed(house, state, now)
        state.keys = ""
        return trouble(house, state, "invalid")
    state.listening = None
    return trouble(house, state, "noise" if event.noise else "no_input")
