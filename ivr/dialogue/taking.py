"""What an answer does: take it, read it back, ask which, correct something else, or go on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from core.evidence import ReadBack
from core.money import Money
from ivr.dialogue import steps
from ivr.dialogue.asking import ask
from ivr.dialogue.confirmation import Treatment, treat
from ivr.dialogue.effects import Effect
from ivr.dialogue.flow import go_on
from ivr.dialogue.focus import group_size, named
from ivr.dialogue.keeping import Heard, confirm, joined, keep
from ivr.dialogue.script import Question, Role
from ivr.dialogue.slots import candidates, doubtful
from ivr.dialogue.state import CallState, House, Mode, Pending
from ivr.dialogue.topics import chosen, corrected
from ivr.dialogue.trouble import trouble
from speech.answers.model import DateParts, Kind, Parsed, Reading
from speech.answers.parsing import parse

__all__ = ["take"]

_PARTS = ("month", "day", "year")


def _settle_echoes(state: CallState) -> list[Effect]:
    """The caller went on without objecting to what was just echoed: that confirms it in passing."""
    names = tuple(slot for slot in state.echoes if not state.slots[slot].confirmed)
    state.echoes = ()
    return [confirm(state, names, ReadBack.IMPLICIT)] if names else []


def _take_slot(house: House, state: CallState, question: Question, heard: Heard) -> list[Effect]:
    if question.kind is Kind.DATE and not heard.parsed.readings and heard.parsed.parts:
        return _take_part(house, state, question, heard)
    size = group_size(question, state.variant)
    part = next((str(one.value) for one in heard.parsed.readings if len(str(one.value)) == size), None)
    if size is not None and part is not None:
        return _take_group(house, state, question, heard, part)
    values = candidates(question, heard.parsed, state.today, house.currency, house.region)
    if not values:
        return trouble(house, state, "invalid" if heard.parsed.readings else "no_match")
    if len(values) == 1 and _maybe_yearly(question, heard, heard.parsed, values[0]):
        return _ask_period(house, state, question, heard, values[0])
    if len(values) > 1:
        return _ask_which(house, state, Mode.WHICH_VALUE, Pending(question.id, values[:2], heard.evidence))
    value = values[0]
    match treat(question, heard.sure, heard.unknown, doubtful(question, value)):
        case Treatment.REJECT:
            return trouble(house, state, "no_match")
        case Treatment.CONFIRM:
            done = _settle_echoes(state)
            state.mode, state.pending = Mode.CONFIRM, Pending(question.id, (value,), heard.evidence)
            return [*done, *ask(house, state)]
    return [*_settle_echoes(state), keep(state, question.id, value, heard.evidence), *go_on(house, state)]


def _take_group(house: House, state: CallState, question: Question, heard: Heard, part: str) -> list[Effect]:
    """One group of a long number; after the last of them the number is an answer like any other."""
    if treat(question, heard.sure) is Treatment.REJECT:
        return trouble(house, state, "no_match")
    state.groups.append((part, heard.evidence))
    if len(state.groups) < len(question.groups):
        return ask(house, state, f"group{len(state.groups) + 1}")
    whole = "".join(digits for digits, _ in state.groups)
    hearings = [evidence for _, evidence in state.groups]
    state.groups, state.variant = [], "ask"
    reading = Parsed(Kind.DIGITS, (Reading(whole),))
    return _take_slot(house, state, question, Heard(reading, joined(hearings), heard.text, heard.unknown))


def _ask_period(house: House, state: CallState, question: Question, heard: Heard, value: Money) -> list[Effect]:
    values = (value, Money.rounded(value.major / 12, house.currency))
    return _ask_which(house, state, Mode.WHICH_PERIOD, Pending(question.id, values, heard.evidence))


def _ask_which(house: House, state: CallState, mode: Mode, pending: Pending) -> list[Effect]:
    done = _settle_echoes(state)
    state.mode, state.pending = mode, pending
    return [*done, *ask(house, state)]


def _maybe_yearly(question: Question, heard: Heard, parsed: Parsed, value: Any) -> bool:
    """A monthly amount said without its period that is odd for a month but plain for a year."""
    said = any(reading.period for reading in parsed.readings)
    most = question.doubtful_above
    return most is not None and question.period is not None and not said and not heard.keyed and value.major > most


def _take_part(house: House, state: CallState, question: Question, heard: Heard) -> list[Effect]:
    """A date that came in parts: keep what was said and ask for what is missing."""
    asked = state.variant
    parts = heard.parsed.parts
    fits = [part for part in parts if asked in _PARTS and getattr(part, asked) is not None]
    said = min(fits, key=lambda part: sum(getattr(part, name) is not None for name in _PARTS)) if fits else parts[0]
    state.parts = said.applied_to(state.parts)
    day = state.parts.whole()
    if day is not None:
        state.parts = DateParts()
        whole = Heard(Parsed(Kind.DATE, (Reading(day),)), heard.evidence, heard.text, heard.unknown)
        return _take_slot(house, state, question, whole)
    missing = next((name for name in _PARTS if getattr(state.parts, name) is None), None)
    if missing is None:
        state.parts = DateParts()
        return trouble(house, state, "invalid")
    if missing == asked:  # asked for this part alone, the caller said another
        return trouble(house, state, "no_match")
    state.troubles["call"] += 1
    return ask(house, state, missing)


def _take_confirmation(house: House, state: CallState, question: Question, heard: Heard) -> list[Effect]:
    pending = state.pending
    if pending is None:
        return ask(house, state)
    better = candidates(
        question,
        parse(question.kind, heard.parsed.tail or heard.text, house.language, today=state.today),
        state.today,
        house.currency,
        house.region,
        before=pending.values[0],
    )
    replaces = not heard.keyed and heard.parsed.value is not True
    if replaces and len(better) == 1 and better[0] != pending.values[0]:
        state.pending = Pending(question.id, better, heard.evidence)
        return ask(house, state)
    if heard.parsed.value is True:
        stored = keep(state, question.id, pending.values[0], pending.evidence)
        return [stored, confirm(state, (question.id,), ReadBack.EXPLICIT), *go_on(house, state)]
    if heard.parsed.value is False:
        state.mode, state.pending, state.refused = Mode.ASK, None, (question.id, pending.values[0])
        return trouble(house, state, "rejected")
    return trouble(house, state, "no_match")


def _take_choice(house: House, state: CallState, question: Question, heard: Heard) -> list[Effect]:
    pending = state.pending
    if pending is None:
        return ask(house, state)
    parsed = heard.parsed
    if state.mode is Mode.WHICH_PERIOD:  # the same figure again, without its period, chooses nothing
        parsed = replace(parsed, readings=tuple(reading for reading in parsed.readings if reading.period))
    said = candidates(question, parsed, state.today, house.currency, house.region)
    fits = [value for value in pending.values if value in said]
    if len(said) == 1 and not fits:  # "no, four hundred": neither of them, another value
        state.mode, state.pending = Mode.ASK, None
        return _take_slot(house, state, question, heard)
    if heard.keyed and heard.text in {"1", "2"}:
        fits = [pending.values[int(heard.text) - 1]]
    elif len(fits) != 1:
        value = named(house, state, heard.text)
        fits = fits if value is None else [value]
    if len(fits) != 1:
        state.mode, state.pending = Mode.ASK, None
        return trouble(house, state, "no_match")
    return [keep(state, question.id, fits[0], heard.evidence), *go_on(house, state)]


def _correct(house: House, state: CallState, slot: str, heard: Heard) -> list[Effect]:
    """Change a field other than the one in focus; ask for it when the words hold no value."""
    question = house.script[slot]
    parsed = parse(question.kind, heard.parsed.tail or heard.text, house.language, today=state.today)
    values = candidates(question, parsed, state.today, house.currency, house.region, before=state.slots[slot].value)
    state.pending, state.mode = None, Mode.ASK
    state.echoes = tuple(echo for echo in state.echoes if echo != slot)
    done = _settle_echoes(state)
    if len(values) != 1:
        state.focus, state.refused = slot, (slot, state.slots[slot].value)
        return [*done, *ask(house, state)]
    if _maybe_yearly(question, heard, parsed, values[0]):
        state.focus = slot
        return [*done, *_ask_period(house, state, question, heard, values[0])]
    odd = doubtful(question, values[0])
    if not question.critical and treat(question, heard.sure, heard.unknown, odd) is not Treatment.TAKE:
        state.focus, state.mode, state.pending = slot, Mode.CONFIRM, Pending(slot, values, heard.evidence)
        return [*done, *ask(house, state)]
    stored = keep(state, slot, values[0], heard.evidence)
    return [*done, stored, *go_on(house, state, house.prompts.render("line.changed").text)]


def take(house: House, state: CallState, heard: Heard, now: datetime) -> list[Effect]:
    """Deal with one understood answer to whatever is in focus."""
    question = state.question(house.script)
    if state.mode is Mode.WHICH_SLOT:
        slot = chosen(house, heard)
        if slot is None and heard.parsed.value is True:  # nothing after all
            state.mode = Mode.ASK
            return ask(house, state, "retry")
        return _correct(house, state, slot, heard) if slot else trouble(house, state, "no_match")
    if not heard.keyed and question.role in {Role.SLOT, Role.SUMMARY, Role.AS_BEFORE}:
        slot = corrected(house, state, heard)
        if slot:
            return _correct(house, state, slot, heard)
    if state.mode is Mode.CONFIRM:
        return _take_confirmation(house, state, question, heard)
    if state.mode in {Mode.WHICH_VALUE, Mode.WHICH_PERIOD}:
        return _take_choice(house, state, question, heard)
    if question.role is Role.SLOT:
        return _take_slot(house, state, question, heard)
    if question.role is Role.SUMMARY:
        return _take_summary(house, state, heard)
    return steps.take_step(house, state, heard, now)


def _take_summary(house: House, state: CallState, heard: Heard) -> list[Effect]:
    if heard.parsed.value is True:
        names = tuple(question.id for question in house.script.slots if question.critical)
        return [*_settle_echoes(state), confirm(state, names, ReadBack.EXPLICIT), *go_on(house, state)]
    if heard.parsed.value is False:
        done = _settle_echoes(state)
        state.mode = Mode.WHICH_SLOT
        return [*done, *ask(house, state)]
    return trouble(house, state, "no_match")
