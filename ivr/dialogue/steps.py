"""The steps that are not fields, each with a meaning of its own."""

from __future__ import annotations

from datetime import datetime

from ivr.dialogue.asking import ask
from ivr.dialogue.carrying import take_as_before
from ivr.dialogue.challenging import take_challenge
from ivr.dialogue.effects import AllowRecording, BindPhone, Effect
from ivr.dialogue.flow import go_on, own_number, prove_first
from ivr.dialogue.keeping import Heard, agree
from ivr.dialogue.offering import take_offer
from ivr.dialogue.proving import take_code
from ivr.dialogue.recalling import take_recalled
from ivr.dialogue.script import Role
from ivr.dialogue.state import CallState, House
from ivr.dialogue.trouble import hand_over, not_my_loan, trouble

__all__ = ["take_step"]

#: The purposes of the menu besides applying, and the phrases that choose each.
_MENU = {
    "repay": ("repay", "menu_repay"),
    "not_mine": ("menu_not_mine",),
    "continue": ("menu_continue",),
}


def take_step(house: House, state: CallState, heard: Heard, now: datetime) -> list[Effect]:
    """Deal with an understood answer to a step."""
    question = state.question(house.script)
    if question.disclosure and question.id not in state.disclosed:
        return ask(house, state)  # nobody can agree to what was not heard to its end
    match question.role:
        case Role.MENU:
            return _take_menu(house, state, heard)
        case Role.CONSENT:
            return _take_consent(house, state, heard, now)
        case Role.AS_BEFORE:
            return take_as_before(house, state, heard)
        case Role.CHALLENGE:
            return take_challenge(house, state, heard)
        case Role.RECALL:
            return take_recalled(house, state, heard)
        case Role.OFFER:
            return take_offer(house, state, heard)
    return take_code(house, state, heard, now)


def _take_menu(house: House, state: CallState, heard: Heard) -> list[Effect]:
    """The choice of a purpose. Whatever is none of the others is a wish to apply, which the consent then asks about."""
    if heard.keyed:
        choice = {"2": "continue", "3": "not_mine", "4": "repay"}.get(heard.text, "apply")
    else:
        named = (name for name in _MENU if any(house.prompts.said(phrases, heard.text) for phrases in _MENU[name]))
        choice = next(named, "apply")
    if choice == "repay":
        return hand_over(house, state, "handover.repay", "repay")
    if choice == "not_mine":
        return not_my_loan(house, state)
    state.wants_to_go_on = choice == "continue"
    state.focus = "consent"
    return ask(house, state)


def _take_consent(house: House, state: CallState, heard: Heard, now: datetime) -> list[Effect]:
    parsed, evidence = heard.parsed, heard.evidence
    if house.prompts.said("repay", heard.text):
        return hand_over(house, state, "handover.repay", "repay")
    if not isinstance(parsed.value, bool):
        return trouble(house, state, "no_match")
    said = agree(house, state, "recording", "recording_consent", evidence, granted=parsed.value)
    if not parsed.value:
        return hand_over(house, state, "consent.refused", "unrecorded", finish="consent_refused")
    state.recording = True
    done: list[Effect] = [AllowRecording(), said]
    if state.caller is not None:
        done.append(BindPhone())
    proof = prove_first(state)
    if proof:
        own = own_number(state, now) if state.focus == "known" else []
        return [*done, *own, *proof]
    prefix = house.prompts.render("resume.none").text if state.wants_to_go_on else ""
    return [*done, *own_number(state, now), *go_on(house, state, prefix)]
