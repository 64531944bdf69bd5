"""The decision told: an offer to answer, or how it ends."""

from __future__ import annotations

from core.codec import to_plain
from core.decision.model import Decision, Outcome, Terms
from core.evidence import Evidence
from ivr.dialogue.asking import ask, speak
from ivr.dialogue.effects import Effect, EndCall, Journal, Respond, SendTerms
from ivr.dialogue.keeping import Heard
from ivr.dialogue.state import REFUSED, CallState, House, Mode
from ivr.dialogue.trouble import trouble

__all__ = ["decided", "take_offer"]

#: What callers ask for instead of the offer told, the most particular first; their phrases are ``offer_<wish>``.
_WISHES = ("first", "lower", "longer", "shorter", "other")


def decided(house: House, state: CallState, decision: Decision) -> list[Effect]:
    """Tell the outcome: an offer to answer, or a goodbye with its reason."""
    state.decision = decision
    state.known.submitted = True
    if state.known.assent is not None:
        return _answered(house, state)
    if decision.outcome is Outcome.APPROVE and decision.offers:
        return _tell(house, state, state.offer)
    outcome = "review" if decision.outcome is Outcome.APPROVE else decision.outcome.value
    name = {"decline": "declined"}.get(outcome, outcome)
    figures = {"reason": decision.reasons[0].spoken} if decision.reasons else {"reason": ""}
    return _last_words(house, state, name, figures)


def take_offer(house: House, state: CallState, heard: Heard) -> list[Effect]:
    """The answer to the offer that was just told: yes, no, or another one."""
    parsed = heard.parsed
    if state.mode is Mode.MORE:
        return _take_more(house, state, heard)
    if isinstance(parsed.value, bool) and parsed.value and not parsed.tail and not parsed.topic:
        return _assent(house, state, heard.evidence, accepted=True)
    wish = _wish(house, heard)
    if wish is not None:
        number = _other(house, state, wish)
        if number is not None:
            return _tell(house, state, number)
        if parsed.value is not False:
            return trouble(house, state, "no_other")
    elif parsed.topic or (isinstance(parsed.value, bool) and parsed.tail):
        return trouble(house, state, "change")
    if parsed.value is not False:
        return trouble(house, state, "no_match")
    if _other(house, state, "other") is None:
        return _assent(house, state, heard.evidence, accepted=False)
    state.mode, state.refusal = Mode.MORE, heard.evidence
    return ask(house, state)


def _take_more(house: House, state: CallState, heard: Heard) -> list[Effect]:
    """After a no: whether to hear another offer. A second no refuses all of them, on the evidence of the first."""
    wish = _wish(house, heard) or ("other" if heard.parsed.value is True else None)
    number = _other(house, state, wish) if wish is not None else None
    if number is not None:
        return _tell(house, state, number)
    if heard.parsed.value is False or wish is not None:
        return _assent(house, state, state.refusal or heard.evidence, accepted=False)
    return trouble(house, state, "no_match")


def _wish(house: House, heard: Heard) -> str | None:
    """What other terms the words ask for."""
    if heard.keyed:
        return "other" if heard.text == "3" else None
    return next((wish for wish in _WISHES if house.prompts.said(f"offer_{wish}", heard.text)), None)


def _other(house: House, state: CallState, wish: str) -> int | None:
    """The offer that fits the wish best, of those not told yet; ``None`` when there is none, or enough were told."""
    assert state.decision is not None
    offers, now = state.decision.offers, state.decision.offers[state.offer]
    if wish == "first":
        back = state.offers_told[0] if state.offers_told else 0
        return back if back != state.offer and state.prompts < house.script.limits.prompts_per_call else None
    if len(state.offers_told) > house.script.limits.more_offers:
        return None
    untold = [number for number in range(len(offers)) if number not in state.offers_told]
    return next((number for number in untold if _fits(wish, offers[number], now)), None)


def _fits(wish: str, terms: Terms, now: Terms) -> bool:
    match wish:
        case "lower":
            return terms.payment < now.payment
        case "longer":
            return terms.term_months > now.term_months
        case "shorter":
            return terms.term_months < now.term_months
    return True


def _tell(house: House, state: CallState, number: int) -> list[Effect]:
    """Tell an offer, whole: each has a disclosure of its own, and a yes is to the one told last."""
    if number in state.offers_told:
        state.troubles["call"] += 1
    else:
        state.offers_told.append(number)
    state.offer, state.mode, state.focus = number, Mode.ASK, "offer"
    state.disclosed.pop("offer", None)
    return ask(house, state)


def _assent(house: House, state: CallState, evidence: Evidence, *, accepted: bool) -> list[Effect]:
    state.known.assent = state.offer if accepted else REFUSED
    answer = {"accepted": accepted, "offer": state.offer, "evidence": to_plain(evidence)}
    respond = Respond(state.offer if accepted else None, evidence)
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
