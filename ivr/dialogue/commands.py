"""What a caller may ask for anywhere, whatever the question."""

from __future__ import annotations

from typing import assert_never

from ivr.dialogue.asking import ask, ask_again, speak, wait
from ivr.dialogue.effects import Effect, EndCall, Finish, Journal
from ivr.dialogue.script import Role
from ivr.dialogue.state import CallState, House, Mode
from ivr.dialogue.trouble import hand_over, not_my_loan, trouble
from speech.answers.model import Command

__all__ = ["obey"]

_SLOWEST = 90
_BACK_FROM = {Role.SLOT, Role.SUMMARY}


def obey(house: House, state: CallState, command: Command) -> list[Effect]:
    """Do what the command says; the question in focus stays open unless the command ends the call."""
    spent = state.prompts >= house.script.limits.prompts_per_call
    match command:
        case Command.REPEAT:
            if state.focus == "offer" and state.mode is Mode.ASK and not spent:
                return ask(house, state)  # the cost, whatever was said last
            return _person(house, state) if spent else ask_again(house, state)
        case Command.SLOWER:
            state.rate = max(_SLOWEST, (state.rate or house.rate) - 25)
            return _person(house, state) if spent else ask_again(house, state)
        case Command.HELP:
            own = f"{state.focus}.help"
            text = house.prompts.render(own if house.prompts.has(own) else "line.help").text
            return _person(house, state) if spent else ask(house, state, state.variant, text)
        case Command.WAIT:
            return _wait(house, state)
        case Command.DONT_KNOW:
            return trouble(house, state, "dont_know")
        case Command.GO_BACK:
            return _person(house, state) if spent else _back(house, state)
        case Command.AGENT:
            return _person(house, state)
        case Command.STOP:
            state.over, state.listening = True, None
            said = speak(house, state, "goodbye.stopped", may_interrupt=False)
            return [Journal("stopped"), Finish("stopped"), said, EndCall("stopped")]
        case Command.NOT_MY_LOAN:
            return not_my_loan(house, state)
    assert_never(command)


def _wait(house: House, state: CallState) -> list[Effect]:
    """Stay quiet for a while; then the question is asked again, and the wait counts as no failed try."""
    if state.waits >= house.script.limits.waits_per_call:
        return trouble(house, state, "no_input")
    state.waits += 1
    return wait(house, state)


def _person(house: House, state: CallState) -> list[Effect]:
    return hand_over(house, state, "handover.say", "asked_for_person")


def _back(house: House, state: CallState) -> list[Effect]:
    """Ask the question before this one again; its answer stays until another one replaces it."""
    if state.question(house.script).role not in _BACK_FROM:
        return ask_again(house, state)
    before = None
    for question in house.script.slots:
        if question.id == state.focus:
            break
        if question.id in state.slots and question.id != "phone":
            before = question.id
    if before is None:
        return ask_again(house, state)
    state.focus, state.mode, state.pending = before, Mode.ASK, None
    return ask(house, state)
