"""Five fresh digits to be said back, where the call looks doubtful enough to ask for a further step and no more.

A recording cannot say them. Somebody who cannot say them keys them in. What comes of it is antifraud's to judge: a
failed try is noted and the call goes on, so nobody is stuck here. The digits come from outside, so that the dialogue
stays without dice.
"""

from __future__ import annotations

from core.evidence import Evidence
from core.risk import RiskLevel
from ivr.dialogue.asking import ask
from ivr.dialogue.effects import DrawDigits, Effect, Journal, SendCode
from ivr.dialogue.events import DigitsDrawn
from ivr.dialogue.flow import binding
from ivr.dialogue.keeping import Heard
from ivr.dialogue.state import CallState, House, Mode

__all__ = ["assessed", "drawn", "missed", "take_challenge"]


def assessed(house: House, state: CallState) -> list[Effect]:
    """After the risk report: the digits where it asks for a step up, else the one-time code. A call that is held goes
    to a person whatever is said here, so it is spared the digits."""
    doubtful = state.recording and state.risk is not None and state.risk.level is RiskLevel.STEP_UP
    if doubtful and state.challenges < house.script.limits.challenge_tries and not state.challenge_passed:
        state.focus, state.mode = "challenge", Mode.ASK
        return [DrawDigits(house.script["challenge"].length or 0)]
    return _code(state)


def drawn(house: House, state: CallState, event: DigitsDrawn) -> list[Effect]:
    """Ask for the digits. Each try has fresh ones."""
    state.challenge = event.digits
    return ask(house, state, "retry" if state.challenges else "ask")


def take_challenge(house: House, state: CallState, heard: Heard) -> list[Effect]:
    """What was said or keyed after the line."""
    said = next((str(one.value) for one in heard.parsed.readings), "")
    return _tried(house, state, said, heard.evidence, by_keys=heard.keyed)


def missed(house: House, state: CallState) -> list[Effect]:
    """Nothing that was understood: a failed try too."""
    return _tried(house, state, "", None, by_keys=False)


def _tried(house: House, state: CallState, said: str, evidence: Evidence | None, *, by_keys: bool) -> list[Effect]:
    state.challenges += 1
    state.challenge_passed = said == state.challenge
    entry = {
        "asked": state.challenge,
        "heard": said,
        "by_keys": by_keys,
        "start_ms": evidence.start_ms if evidence else None,
        "end_ms": evidence.end_ms if evidence else None,
    }
    noted = Journal("challenge", entry)
    if state.challenge_passed or state.challenges >= house.script.limits.challenge_tries:
        return [noted, *_code(state)]
    return [noted, DrawDigits(len(state.challenge))]


def _code(state: CallState) -> list[Effect]:
    state.focus, state.mode, state.listening = "code", Mode.ASK, None
    return [SendCode("apply", binding(state))]
