"""The decision told: an offer to answer, or how it ends."""

from __future__ import annotations

from core.codec import to_plain
from core.decision.model import Decision, Outcome
from core.evidence import Evidence
from ivr.dialogue.asking import ask, speak
from ivr.dialogue.effects import Effect, EndCall, Journal, Respond, SendTerms
from ivr.dialogue.state import REFUSED, CallState, House, Mode
from ivr.dialogue.trouble import trouble
from speech.answers.model import Parsed

__all__ = ["decided", "take_offer"]


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


def take_offer(house: House, state: CallState, parsed: Parsed, evidence: Evidence) -> list[Effect]:
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
