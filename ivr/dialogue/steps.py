"""The steps that are not fields: consent, taking up again, the one-time code, the offer; and what follows what."""

from __future__ import annotations

from datetime import datetime

from core.codec import to_plain
from core.decision.model import Decision, Outcome
from core.evidence import Evidence, Source
from ivr.dialogue.asking import ask, echo_of, next_question, speak
from ivr.dialogue.effects import (
    AllowRecording,
    BindPhone,
    CheckCode,
    Effect,
    EndCall,
    Journal,
    NewCase,
    Respond,
    SendCode,
    SendTerms,
    Submit,
)
from ivr.dialogue.keeping import Heard, keep, text_hash
from ivr.dialogue.script import Role
from ivr.dialogue.state import REFUSED, CallState, House, Mode
from ivr.dialogue.trouble import hand_over, not_my_loan, trouble
from speech.answers.model import DateParts, Parsed

__all__ = ["binding", "code_checked", "code_sent", "decided", "go_on", "take_step"]

#: The purposes of the menu besides applying, and the phrases that choose each.
_MENU = {
    "repay": ("repay", "menu_repay"),
    "not_mine": ("menu_not_mine",),
    "continue": ("menu_continue",),
}


def binding(state: CallState) -> str:
    """What the one-time code approves: this case, this amount, this number to reach and be paid by."""
    if state.focus == "resume":
        return f"resume|{state.case_id}"
    return f"apply|{state.case_id}|{state.slots['amount'].value}|{state.slots['phone'].value.value}"


def go_on(house: House, state: CallState, prefix: str = "") -> list[Effect]:
    """Move to the first open step, echoing on the way what no summary will read back.

    An echo that nobody objects to confirms its value in passing, so every field is confirmed before it is submitted.
    """
    state.mode, state.pending, state.parts = Mode.ASK, None, DateParts()
    state.echoes = tuple(
        question.id
        for question in house.script.slots
        if not question.critical and question.id in state.slots and not state.slots[question.id].confirmed
    )
    spoken = (echo_of(house, slot, state.slots[slot].value) for slot in state.echoes)
    prefix = " ".join(part for part in (prefix, *spoken) if part)
    state.focus = next_question(house, state)
    if state.focus == "code":
        return [SendCode("apply", binding(state))]
    if state.focus == "offer" and (state.decision is None or state.known.assent is not None):
        return [Submit()]
    return ask(house, state, prefix=prefix)


def take_step(house: House, state: CallState, heard: Heard, now: datetime) -> list[Effect]:
    """Deal with an understood answer to a step."""
    question, parsed, evidence = state.question(house.script), heard.parsed, heard.evidence
    if question.disclosure and question.id not in state.disclosed:
        return ask(house, state)  # nobody can agree to what was not heard to its end
    if question.role is Role.MENU:
        return _take_menu(house, state, heard)
    if question.role is Role.CONSENT:
        return _take_consent(house, state, heard, now)
    if question.role is Role.OFFER:
        return _take_offer(house, state, parsed, evidence)
    if question.role is Role.RESUME and house.prompts.said("start_again", heard.text):
        return _start_again(house, state, "resume.anew")
    code = _code(state, heard, question.length or 0)
    if code is None and state.digits:
        state.troubles["call"] += 1
        return ask(house, state, "rest")
    if code is None:
        return trouble(house, state, "no_match")
    purpose = "resume" if question.role is Role.RESUME else "apply"
    return [CheckCode(purpose, binding(state), code)]


def _code(state: CallState, heard: Heard, length: int) -> str | None:
    """The digits of a code, also when a long pause cut it in two: the first part waits in ``state.digits``."""
    before, state.digits = state.digits, ""
    said = [str(reading.value) for reading in heard.parsed.readings]
    whole = next((digits for digits in (*said, *(before + part for part in said)) if len(digits) == length), None)
    if whole is None and not before and not heard.keyed:
        state.digits = next((part for part in said if len(part) < length), "")
    return whole


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
    said = Journal(
        "consent",
        {
            "scope": "recording",
            "granted": parsed.value,
            "text_id": f"{house.disclosure_version}/recording_consent",
            "text_hash": text_hash(house.disclosures["recording_consent"]),
            "evidence": to_plain(evidence),
        },
    )
    if not parsed.value:
        return hand_over(house, state, "consent.refused", "unrecorded", finish="consent_refused")
    state.recording = True
    done: list[Effect] = [AllowRecording(), said]
    if state.caller is not None:
        done.append(BindPhone())
    if state.left_behind is not None and state.caller is not None:
        state.focus = "resume"
        return [*done, SendCode("resume", binding(state))]
    prefix = house.prompts.render("resume.none").text if state.wants_to_go_on else ""
    return [*done, *_own_number(state, now), *go_on(house, state, prefix)]


def _own_number(state: CallState, now: datetime) -> list[Effect]:
    """The calling number stands as the number to reach until the caller names another; the summary reads it back."""
    if state.caller is None or "phone" in state.slots:
        return []
    evidence = Evidence(Source.CARRIER, now, call_id=state.call_id)
    return [keep(state, "phone", state.caller, evidence)]


def _start_again(house: House, state: CallState, why: str) -> list[Effect]:
    state.left_behind = None
    prefix = house.prompts.render(why).text
    return [NewCase(), BindPhone(), *go_on(house, state, prefix)]


def code_sent(house: House, state: CallState, ok: bool) -> list[Effect]:
    """The text message is on its way, or the provider failed."""
    if ok:
        return ask(house, state)
    if state.focus == "resume":
        return _start_again(house, state, "resume.failed")
    return hand_over(house, state, "handover.fault", "code_unsent")


def code_checked(house: House, state: CallState, result: str, now: datetime) -> list[Effect]:
    """``ok`` goes on; ``wrong`` may try again; a used-up code ends in a person or a fresh application."""
    resuming = state.focus == "resume"
    if result == "ok":
        if resuming:
            if state.left_behind:
                state.known = state.left_behind
                state.left_behind = None
            state.owner_verified = state.known.submitted
            welcome = house.prompts.render("resume.welcome").text
            return [Journal("resumed", {}), *_own_number(state, now), *go_on(house, state, welcome)]
        state.owner_verified = True
        return [Journal("owner_verified", {"binding": binding(state)}), *go_on(house, state)]
    if result == "wrong":
        state.troubles["call"] += 1
        return ask(house, state, "retry", house.prompts.render(f"{state.focus}.wrong").text)
    if resuming:
        return _start_again(house, state, "resume.failed")
    return hand_over(house, state, "handover.trouble", f"code_{result}")


def decided(house: House, state: CallState, decision: Decision) -> list[Effect]:
    """Tell the outcome: an offer to answer, or a goodbye with its reason."""
    state.decision = decision
    state.known.submitted = True
    if state.known.assent is not None:
        return _answered(house, state)
    if decision.outcome is Outcome.APPROVE and decision.offers:
        state.focus, state.mode = "offer", Mode.ASK
        return ask(house, state)
    outcome = "review" if decision.outcome is Outcome.APPROVE else decision.outcome.value
    name = {"decline": "declined"}.get(outcome, outcome)
    figures = {"reason": decision.reasons[0].spoken} if decision.reasons else {"reason": ""}
    return _last_words(house, state, name, figures)


def _take_offer(house: House, state: CallState, parsed: Parsed, evidence: Evidence) -> list[Effect]:
    if parsed.topic or (isinstance(parsed.value, bool) and parsed.tail):
        return trouble(house, state, "change")
    if not isinstance(parsed.value, bool):
        return trouble(house, state, "no_match")
    state.known.assent = state.offer if parsed.value else REFUSED
    answer = {"accepted": parsed.value, "offer": state.offer, "evidence": to_plain(evidence)}
    respond = Respond(state.offer if parsed.value else None, evidence)
    return [respond, Journal("assent", answer), *_answered(house, state)]


def _answered(house: House, state: CallState) -> list[Effect]:
    """The offer was answered, perhaps in a call that broke off before the caller was told."""
    known = state.known
    if known.assent == REFUSED or known.assent is None:
        return _last_words(house, state, "refused")
    terms: list[Effect] = [] if known.terms_sent else [SendTerms(known.assent)]
    return [*terms, *_last_words(house, state, "accepted")]


def _last_words(house: House, state: CallState, name: str, figures: dict[str, str] | None = None) -> list[Effect]:
    """Say how it ended. The case closes when the caller has heard it or hung up: were it closed before, a crash in
    between would leave a caller who knows nothing of a loan that is made, and who applies for it again."""
    state.over, state.listening = True, None
    said = speak(house, state, f"goodbye.{name}", figures, may_interrupt=False)
    state.ending = (said.say_id, name)
    return [said, EndCall(name)]
