"""Random questions about the caller's own last loan, between the code and the decision: a second factor of low weight.

Only somebody who had a loan is asked, and only after the code, so nobody learns from a question that we know a person.
Whether an answer was right is neither said nor shown by what is asked next; what all of them came to is added to the
risk report (``ivr.dialogue.noticed``). Chance and the right answers come from outside.
"""

from __future__ import annotations

from datetime import date

from core.catalogue import Purpose
from core.identity.questions import Recalled
from core.money import Money
from ivr.dialogue.asking import ask
from ivr.dialogue.effects import Effect, Journal
from ivr.dialogue.events import QuestionsDrawn
from ivr.dialogue.flow import go_on
from ivr.dialogue.keeping import Heard
from ivr.dialogue.state import CallState, House
from speech.answers.model import Kind

__all__ = ["not_recalled", "questions_drawn", "take_recalled"]


def questions_drawn(house: House, state: CallState, event: QuestionsDrawn) -> list[Effect]:
    """Ask the first, or go on where there is nothing to ask."""
    state.to_recall = list(event.drawn)
    return go_on(house, state)


def take_recalled(house: House, state: CallState, heard: Heard) -> list[Effect]:
    """An answer. One that was not heard well is asked for by keys, whatever it was; then it counts."""
    assert state.to_recall, "asked only while one is open"
    question = state.question(house.script)
    said = _keyed_month(heard) if heard.keyed and question.kind is Kind.DATE else _said(heard)
    unsure = not heard.keyed and heard.sure < question.accept
    if not said:
        return not_recalled(house, state, "no_match")
    if unsure and state.variant != "keys":
        return ask(house, state, "keys", house.prompts.render("line.no_match").text)
    right = _plain(state.to_recall[0][1]) in said
    return _next(house, state, Recalled.RIGHT if right else Recalled.WRONG, by_keys=heard.keyed)


def not_recalled(house: House, state: CallState, cause: str) -> list[Effect]:
    """No answer that could be used: with an example, by keys, and then the next question."""
    if cause == "dont_know" or state.variant == "keys":
        return _next(house, state, Recalled.NOTHING, by_keys=False)
    prefix = house.prompts.render(f"line.{cause}").text if house.prompts.has(f"line.{cause}") else ""
    return ask(house, state, "keys" if cause == "noise" or state.variant == "example" else "example", prefix)


def _next(house: House, state: CallState, result: Recalled, *, by_keys: bool) -> list[Effect]:
    state.to_recall = (state.to_recall or [])[1:]
    state.known.recalled.append(result)
    noted = Journal("recalled", {"topic": state.focus, "result": result.value, "by_keys": by_keys})
    return [noted, *go_on(house, state)]


def _said(heard: Heard) -> set[object]:
    """Every reading of the words: what is ambiguous is held for right if it can be."""
    values: set[object] = {part.month for part in heard.parsed.parts if part.month is not None}
    for reading in heard.parsed.readings:
        values.add(reading.value.month if isinstance(reading.value, date) else reading.value)
    return values


def _keyed_month(heard: Heard) -> set[object]:
    return {int(heard.text)} if heard.text.isdigit() and 1 <= int(heard.text) <= 12 else set()


def _plain(truth: Money | int | Purpose) -> object:
    """The right answer as the parsers give it."""
    if isinstance(truth, Money):
        return truth.major
    return truth.value if isinstance(truth, Purpose) else truth
