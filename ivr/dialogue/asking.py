"""Turning the state into the next thing said and listened for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from core.decision.model import Terms
from core.evidence import ReadBack, Source
from core.money import Money
from ivr.dialogue import spoken
from ivr.dialogue.effects import Effect, Listen, Say
from ivr.dialogue.focus import group_size, in_focus
from ivr.dialogue.resuming import rest_of
from ivr.dialogue.script import Question, Role
from ivr.dialogue.slots import say as say_value
from ivr.dialogue.state import CallState, House, Mode
from speech.recognizer import HearingSpec
from speech.repair.understand import ALTERNATIVES

__all__ = ["ask", "ask_again", "carried", "echo_of", "next_question", "resume", "speak", "wait"]

#: Their figures are disclosures, the same in every call.
_SAME_FOR_ALL = {"consent.ask", "code.ask"}
#: Who was not understood twice may not have understood: these rungs are spoken slower, by so many words a minute.
_HELPING, _SLOWER = {"example", "keys"}, 20
#: Listening for a plain yes or no to a value just read back.
_CONFIRM = {"hangover_ms": 600, "max_ms": 8000, "no_input_ms": 6000}


def speak(
    house: House,
    state: CallState,
    prompt_id: str,
    figures: dict[str, str] | None = None,
    *,
    prefix: str = "",
    may_interrupt: bool = True,
    leads: bool = False,
    slower: int = 0,
) -> Say:
    """One prompt as an effect; ``prefix`` is spoken before it (an echo of the last value, or what went wrong)."""
    prompt = house.prompts.render(prompt_id, figures)
    say_id = state.tick()
    state.playing, state.interruptible, state.resumed = say_id, may_interrupt, 0
    state.cut = None
    state.said = Say(
        say_id,
        prompt_id,
        f"{prefix} {prompt.text}".strip(),
        may_interrupt=may_interrupt,
        keep=(not prompt.personal or prompt_id in _SAME_FOR_ALL) and not prefix,
        rate=(state.rate or house.rate) - slower,
        leads=leads,
    )
    return state.said


def _figures(house: House, state: CallState, question: Question) -> dict[str, str]:
    if state.mode is Mode.CONFIRM and state.pending:
        return {"value": say_value(question.id, state.pending.values[0], house.prompts)}
    if question.role is Role.CONSENT:
        return {name: house.disclosures[name] for name in ("automated_voice", "recording_consent")}
    if question.role is Role.AS_BEFORE:
        values = {slot: say_value(slot, state.slots[slot].value, house.prompts) for slot in carried(house, state)}
        told = (house.prompts.render(f"as_before.{slot}", {"value": value}) for slot, value in values.items())
        return {"told": ", ".join(prompt.text for prompt in told)}
    if question.role is Role.CHALLENGE:
        return {"digits": spoken.digits(state.challenge, group=5)}
    if question.role is Role.CODE:
        return {"credit_report": house.disclosures.get("credit_report", "")}
    if question.role is Role.SUMMARY:
        return {
            slot.id: say_value(slot.id, state.slots[slot.id].value, house.prompts)
            for slot in house.script.slots
            if slot.critical and slot.id in state.slots
        }
    if question.role is Role.OFFER and state.decision:
        return offer_figures(house, state.decision.offers[state.offer])
    return {}


def offer_figures(house: House, terms: Terms) -> dict[str, str]:
    """The disclosures of an offer, every figure in them from the one ``Terms`` object."""
    figures = {
        "principal": spoken.money(terms.principal),
        "apr": spoken.decimal(terms.apr),
        "count": spoken.count(len(terms.instalments)),
        "payment": spoken.money(terms.payment),
        "last_payment": spoken.money(terms.last_payment),
        "first_due": spoken.day(terms.instalments[0].due),
        "total": spoken.money(terms.total),
        "hours": spoken.count(house.cooling_off(terms.principal)),
    }
    wanted = ("key_facts", "right_to_withdraw", "written_terms")
    return {name: house.disclosures[name].format_map(figures) for name in wanted}


def _is_counter(state: CallState) -> bool:
    """Whether the offer differs from what was asked for."""
    if not state.decision:
        return False
    terms = state.decision.offers[state.offer]
    asked: Money = state.slots["amount"].value
    return terms.principal != asked or terms.term_months != state.slots["term_months"].value


def _prompt_id(house: House, state: CallState, question: Question, variant: str) -> str:
    if state.mode is Mode.CONFIRM:
        return f"{question.id}.confirm"
    if state.mode is Mode.WHICH_VALUE:
        return "line.which_of"
    if state.mode is Mode.WHICH_PERIOD:
        return "line.which_period"
    if state.mode is Mode.WHICH_SLOT:
        return "summary.which_keys" if variant == "keys" else "summary.which"
    if state.mode is Mode.MORE:
        return "offer.more"
    if question.role is Role.OFFER and variant == "ask" and state.offer:
        return "offer.other"
    if question.role is Role.OFFER and variant == "ask" and _is_counter(state):
        return "offer.counter"
    return f"{question.id}.{variant}"


def _listen(house: House, state: CallState, question: Question) -> Listen:
    state.listening = state.tick()
    plain = state.mode is Mode.CONFIRM
    if plain:
        grammar = house.grammars.get("yes_no")
    elif state.mode is Mode.WHICH_SLOT:
        grammar = house.grammars.get("which_slot")
    elif state.mode in {Mode.WHICH_VALUE, Mode.WHICH_PERIOD}:
        grammar = house.grammars.get(f"{question.id}.which", house.grammars.get(question.id))
    else:
        grammar = None if question.free else house.grammars.get(question.id)
    hangover, longest, patience = question.hangover_ms, question.max_ms, question.no_input_ms
    if plain:
        hangover, longest, patience = _CONFIRM["hangover_ms"], _CONFIRM["max_ms"], _CONFIRM["no_input_ms"]
    return Listen(
        state.listening,
        question.id,
        HearingSpec(house.language, grammar, alternatives=ALTERNATIVES, second=grammar is not None),
        hangover,
        longest,
        patience,
        secret=question.secret,
        kind=question.kind if state.mode is Mode.ASK else None,
        length=in_focus(house, state).length,
    )


def ask(house: House, state: CallState, variant: str = "ask", prefix: str = "") -> list[Effect]:
    """Ask the question in focus, in the rung ``variant`` of its ladder, and listen."""
    question = state.question(house.script)
    state.variant, state.prefix, state.keys, state.waiting = variant, prefix, "", False
    if group_size(question, variant) is None:
        state.groups = []
    state.prompts += 1
    prompt_id = _prompt_id(house, state, question, variant)
    figures: dict[str, str] = _figures(house, state, question)
    if state.mode in {Mode.WHICH_VALUE, Mode.WHICH_PERIOD} and state.pending:
        first, second = (say_value(question.id, value, house.prompts) for value in state.pending.values[:2])
        figures = {"first": first, "second": second}
    disclosing = question.disclosure and variant == "ask" and state.mode is Mode.ASK
    leads = question.role is Role.MENU
    slower = _SLOWER if variant in _HELPING else 0
    said = speak(
        house, state, prompt_id, figures, prefix=prefix, may_interrupt=not disclosing, leads=leads, slower=slower
    )
    if disclosing:
        state.disclosing = (said.say_id, question.id, said.words)
    return [said, _listen(house, state, question)]


def wait(house: House, state: CallState) -> list[Effect]:
    """Say that the line waits, and listen for as long as the script allows."""
    question = state.question(house.script)
    state.prompts, state.waiting, state.keys = state.prompts + 1, True, ""
    said = speak(house, state, "line.waiting")
    return [said, replace(_listen(house, state, question), no_input_ms=1000 * house.script.limits.wait_seconds)]


def ask_again(house: House, state: CallState) -> list[Effect]:
    """Say the last prompt once more, without what stood before it. A disclosure heard to its end is not read again."""
    question = state.question(house.script)
    after_wait = state.waiting and state.mode is Mode.ASK and question.id in state.disclosed
    return ask(house, state, "retry" if after_wait else state.variant)


def resume(house: House, state: CallState) -> list[Effect]:
    """After an interruption that was none: what is left of the prompt, from the sentence in which it was cut."""
    cut = state.said
    if cut is None or state.cut is None:
        return ask_again(house, state)
    question, text = state.question(house.script), rest_of(cut.text, state.cut)
    state.prompts, state.keys, state.resumed = state.prompts + 1, "", state.resumed + 1
    state.said, state.cut = replace(cut, say_id=state.tick(), text=text), None
    state.playing = state.said.say_id
    return [state.said, _listen(house, state, question)]


def echo_of(house: House, slot: str, value: Any) -> str:
    """The short echo that confirms a value in passing ("Three thousand dollars a month.")."""
    text = house.prompts.render(f"{slot}.said", {"value": say_value(slot, value, house.prompts)}).text
    return text[:1].upper() + text[1:]


def carried(house: House, state: CallState) -> tuple[str, ...]:
    """Fields taken from an earlier application that no summary reads back and nobody has confirmed here."""
    return tuple(
        question.id
        for question in house.script.slots
        if not question.critical
        and question.id in state.slots
        and not state.slots[question.id].confirmed
        and state.slots[question.id].evidence[-1].source is Source.RECORD
    )


def next_question(house: House, state: CallState) -> str:
    """The first open step: what an earlier application said, a missing slot, the read-back of critical ones, the code,
    the offer."""
    if carried(house, state):
        return "as_before"
    for question in house.script.slots:
        if question.id not in state.slots:
            return question.id
    unread = (
        state.slots[question.id].evidence[-1].read_back is not ReadBack.EXPLICIT
        for question in house.script.slots
        if question.critical
    )
    if any(unread) and not state.known.submitted:
        return "summary"
    return "offer" if state.owner_verified else "code"
