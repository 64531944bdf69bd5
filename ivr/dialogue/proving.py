"""One-time codes: who is asked for one, what it proves, and what is agreed to by giving it."""

from __future__ import annotations

from datetime import datetime

from core.evidence import Evidence, Source
from ivr.dialogue.asking import ask
from ivr.dialogue.carrying import carry_over
from ivr.dialogue.effects import BindPhone, CheckCode, Effect, Journal, NewCase
from ivr.dialogue.events import CodeSent
from ivr.dialogue.flow import binding, go_on, own_number
from ivr.dialogue.keeping import Heard, agree
from ivr.dialogue.script import Role
from ivr.dialogue.state import CallState, House
from ivr.dialogue.trouble import hand_over, trouble

__all__ = ["CREDIT_REPORT", "code_checked", "code_sent", "refuse_report", "take_code"]

#: The scope of the consent that the code gives, and the id of the text that says so.
CREDIT_REPORT = "credit_report"


def take_code(house: House, state: CallState, heard: Heard, now: datetime) -> list[Effect]:
    """A code, in one piece or in two; or the wish to start again, or to go on without a credit report."""
    question = state.question(house.script)
    if question.role is not Role.CODE and house.prompts.said("start_again", heard.text):
        return _start_again(house, state, "anew", now)
    state.answered_by = heard.evidence.source
    refused = state.focus in state.disclosed and house.prompts.said("no_report", heard.text)
    refused = refused and not state.known.refused(CREDIT_REPORT)
    first = [_report(house, state, now, granted=False)] if refused else []
    code = _code(state, heard, question.length or 0)
    if code is not None:
        return [*first, CheckCode(_purpose(state), binding(state), code)]
    if refused:
        return [*first, *ask(house, state, "retry", house.prompts.render("code.no_report").text)]
    if state.digits:
        state.troubles["call"] += 1
        return ask(house, state, "rest")
    return trouble(house, state, "no_match")


def refuse_report(house: House, state: CallState, now: datetime) -> list[Effect]:
    """The key that goes on without a credit report."""
    if state.known.refused(CREDIT_REPORT):
        return trouble(house, state, "no_match")
    state.answered_by = Source.KEYS
    said = _report(house, state, now, granted=False)
    return [said, *ask(house, state, "retry", house.prompts.render("code.no_report").text)]


def _report(house: House, state: CallState, now: datetime, *, granted: bool) -> Journal:
    """The consent, or its refusal, with the place of the text it was asked with. The code itself is in no evidence."""
    start, end = state.disclosed[state.focus]
    prompt_id = f"{state.focus}.ask"
    place = Evidence(state.answered_by, now, state.call_id, prompt_id, start_ms=start, end_ms=end)
    return agree(house, state, CREDIT_REPORT, CREDIT_REPORT, place, granted=granted)


def _code(state: CallState, heard: Heard, length: int) -> str | None:
    """The digits of a code, also when a long pause cut it in two: the first part waits in ``state.digits``."""
    before, state.digits = state.digits, ""
    said = [str(reading.value) for reading in heard.parsed.readings]
    whole = next((digits for digits in (*said, *(before + part for part in said)) if len(digits) == length), None)
    if whole is None and not before and not heard.keyed:
        state.digits = next((part for part in said if len(part) < length), "")
    return whole


def _purpose(state: CallState) -> str:
    return "apply" if state.focus == "code" else state.focus


def _start_again(house: House, state: CallState, why: str, now: datetime) -> list[Effect]:
    """Leave alone what earlier calls said, and ask everything. Not where an application is in already and its caller
    did not choose so: that would be a second one, and a person finds out about the first."""
    if why == "failed" and state.left_behind is not None and state.left_behind.submitted:
        return hand_over(house, state, "handover.trouble", "code_unsent")
    prefix = house.prompts.render(f"{state.focus}.{why}").text
    # A case is there from its first entry on; before that no number can be bound to it.
    anew: list[Effect] = [NewCase(), Journal("began_anew", {}), BindPhone()] if state.focus == "resume" else []
    state.left_behind = state.earlier = None
    return [*anew, *own_number(state, now), *go_on(house, state, prefix)]


def code_sent(house: House, state: CallState, event: CodeSent, now: datetime) -> list[Effect]:
    """The text message is on its way, or the provider failed. Where it went is not said: that would tell whoever calls
    that we know this person."""
    state.code_elsewhere, state.code_known_days = event.elsewhere, event.known_days
    if event.ok:
        return ask(house, state)
    if state.focus != "code":
        return _start_again(house, state, "failed", now)
    return hand_over(house, state, "handover.fault", "code_unsent")


def code_checked(house: House, state: CallState, result: str, now: datetime) -> list[Effect]:
    """``ok`` goes on; ``wrong`` may try again; a used-up code ends in a person or a fresh application."""
    early = state.focus != "code"
    if result == "ok" and state.focus == "known":
        welcome = house.prompts.render("known.welcome").text
        taken = carry_over(house, state, now)
        return [Journal("known_again", {}), *own_number(state, now), *taken, *go_on(house, state, welcome)]
    if result == "ok":
        if early:
            if state.left_behind:
                state.left_behind.consents += state.known.consents
                state.known, state.left_behind = state.left_behind, None
            state.owner_verified = state.known.submitted
            welcome = house.prompts.render("resume.welcome").text
            return [Journal("resumed", {}), *own_number(state, now), *go_on(house, state, welcome)]
        state.owner_verified = True
        proved = Journal("owner_verified", {"binding": binding(state)})
        return [*_report_allowed(house, state, now), proved, *go_on(house, state)]
    if result == "wrong":
        state.troubles["call"] += 1
        return ask(house, state, "retry", house.prompts.render(f"{state.focus}.wrong").text)
    if early:
        return _start_again(house, state, "failed", now)
    return hand_over(house, state, "handover.trouble", f"code_{result}")


def _report_allowed(house: House, state: CallState, now: datetime) -> list[Effect]:
    """The right code after the disclosure, heard to its end and not refused, is the consent it told of."""
    told = state.focus in state.disclosed and CREDIT_REPORT in house.disclosures
    if not told or state.known.refused(CREDIT_REPORT):
        return []
    return [_report(house, state, now, granted=True)]
