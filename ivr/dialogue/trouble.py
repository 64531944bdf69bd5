"""When an answer did not come, or not in a usable form: the ladder, and its end with a person.

Counters are kept apart per question and cause (silence, noise, nothing understood, an impossible value, a rejected
read-back), with a budget for the whole call. Same thing at most twice in the same words (IBM, Cisco CVP practice).
"""

from __future__ import annotations

from ivr.dialogue.asking import ask, ask_again, speak
from ivr.dialogue.challenging import missed
from ivr.dialogue.effects import Effect, EndCall, Finish, HandOver, Journal
from ivr.dialogue.flow import go_on
from ivr.dialogue.recalling import not_recalled
from ivr.dialogue.script import Role
from ivr.dialogue.state import CallState, House, Mode

__all__ = ["give_up", "hand_over", "not_my_loan", "trouble"]

_RUNGS = ("retry", "example", "keys")


def hand_over(house: House, state: CallState, prompt_id: str, reason: str, finish: str | None = None) -> list[Effect]:
    """Say why and give the call to a person. ``finish`` closes the case so that it is not taken up again."""
    state.over, state.listening = True, None
    done: list[Effect] = [Journal("handed_over", {"reason": reason})]
    if finish:
        done.append(Finish(finish))
    return [*done, speak(house, state, prompt_id, may_interrupt=False), HandOver(reason)]


def not_my_loan(house: House, state: CallState) -> list[Effect]:
    """Somebody else asked for this loan: note it, close the case, and give the call to a person."""
    disputed = Journal("disputed", {"at_question": state.focus})
    return [disputed, *hand_over(house, state, "handover.not_my_loan", "not_my_loan", finish="disputed")]


def give_up(house: House, state: CallState, cause: str) -> list[Effect]:
    """The ladder is used up. A silent line is ended, its answers kept; anything else goes to a person."""
    if cause == "no_input":
        state.over, state.listening = True, None
        return [speak(house, state, "goodbye.silent", may_interrupt=False), EndCall("silent")]
    return hand_over(house, state, "handover.trouble", f"trouble:{state.focus}")


def trouble(house: House, state: CallState, cause: str) -> list[Effect]:
    """One more failed try of the question in focus: reword, give an example, offer the keys, then give up.

    ``cause`` is ``no_input``, ``noise``, ``no_match``, ``invalid``, ``rejected``, ``dont_know`` or ``change``.
    """
    if state.focus == "menu":  # nobody has to choose: the call goes on as an application
        state.focus, state.variant = "consent", "ask"
        return ask(house, state)
    if state.waiting and cause in {"no_input", "noise", "no_match"}:
        return ask_again(house, state)  # asked to wait: what was not said, or said to somebody else, is no failed try
    if state.focus == "challenge":
        return missed(house, state)
    if state.question(house.script).role is Role.RECALL:
        return not_recalled(house, state, cause)
    state.digits = ""
    limits = house.script.limits
    state.troubles[f"{state.focus}:{cause}"] += 1
    state.troubles["call"] += 1
    tries = sum(number for key, number in state.troubles.items() if key.startswith(f"{state.focus}:"))
    if state.focus == "known" and tries > 1:  # it was an offer to ask less, no more
        state.earlier = None
        return go_on(house, state, house.prompts.render("known.failed").text)
    if tries >= limits.tries_per_question or state.troubles["call"] >= limits.troubles_per_call:
        return give_up(house, state, cause)
    if state.mode is Mode.CONFIRM and tries > 1:
        state.mode, state.pending = Mode.ASK, None
    if state.mode is Mode.WHICH_SLOT and tries > 1:
        state.mode = Mode.ASK
    variant = _RUNGS[min(tries, len(_RUNGS)) - 1]
    if variant == "example" and state.question(house.script).groups and state.mode is Mode.ASK:
        variant = "group1"
    if cause == "noise" and state.troubles[f"{state.focus}:noise"] == 1:
        variant = "keys"
    prefix = _prefix(house, state, cause)
    return ask(house, state, variant, prefix)


def _prefix(house: House, state: CallState, cause: str) -> str:
    own = f"{state.focus}.{cause}"
    if house.prompts.has(own):
        return house.prompts.render(own).text
    shared = f"line.{cause}"
    return house.prompts.render(shared).text if house.prompts.has(shared) else ""
