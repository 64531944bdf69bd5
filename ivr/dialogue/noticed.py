"""What the dialogue itself noticed about who is calling, added to antifraud's report. It can only raise, never clear.

Somebody who applies from one number and names another to reach them on, or whom we know under another number, has the
shape of an account taken over: a person settles it, and calls back on the number from before. So does a person when
the steps of the call are over and what was shown does not settle why they were asked for: a code from the caller's own
new telephone says nothing about whose name is used. Who cannot answer random questions about their own last loan is at
least noted (``core.identity.questions.weight``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from antifraud.step_ups import Proof, open_reasons, step_ups
from core.identity.questions import Recalled, weight
from core.risk import ConsentClass, EvidenceLevel, RiskLevel, RiskReport, Signal
from ivr.dialogue.state import CallState

__all__ = ["with_noticed"]

_Found = list[tuple[RiskLevel, Signal]]


def with_noticed(report: RiskReport, state: CallState) -> RiskReport:
    """The report with what the dialogue knows; the same report when it noticed nothing."""
    found = (*_numbers(state), *_unsettled(report, state), *_recalled(state))
    if not found:
        return report
    codes = (signal.reason_code for _, signal in found if signal.reason_code)
    return replace(
        report,
        level=max(report.level, *(level for level, _ in found)),
        signals=(*report.signals, *(signal for _, signal in found)),
        reasons=(*codes, *report.reasons),
    )


def _numbers(state: CallState) -> _Found:
    phone = state.slots.get("phone")
    found = []
    if phone is not None and state.caller is not None and phone.value != state.caller:
        text = "the caller wants to be reached on another number than the one they call from"
        found.append((RiskLevel.HOLD, _signal("identity.phone_changed", text, "PHONE_CHANGED")))
    if state.code_elsewhere:
        text = "the person is known under another number than the one given; the code went to the known one"
        found.append((RiskLevel.HOLD, _signal("identity.phone_unknown", text, "PHONE_NOT_REGISTERED")))
    return found


def _unsettled(report: RiskReport, state: CallState) -> _Found:
    """What the report's step up was for, and still is open when the code came back."""
    open_ = report.level is RiskLevel.STEP_UP and open_reasons(report, _shown(state))
    if not open_ or not state.owner_verified:
        return []
    text = "what was shown in the call does not settle the further check: call the number from before"
    return [(RiskLevel.HOLD, _signal("identity.unsettled", text, "STEP_UP_UNSETTLED"))]


def _shown(state: CallState) -> Iterator[Proof]:
    """What the caller has shown once the one-time code came back."""
    yield Proof.OWN_CODE
    if state.code_known_days is not None and state.code_known_days >= step_ups().known_days:
        yield Proof.KNOWN_CODE
    if state.challenge_passed:
        yield Proof.DIGITS


def _recalled(state: CallState) -> _Found:
    answers = state.known.recalled
    missed = sum(answer is not Recalled.RIGHT for answer in answers)
    if not missed:
        return []
    text = f"{missed} of {len(answers)} random questions about the last loan were not answered right"
    signal = _signal("identity.record_questions", text, "RECORD_NOT_RECALLED")
    weak = replace(signal, value=float(missed), unit="missed", evidence=EvidenceLevel.WEAK)
    return [(weight(answers), weak)]


def _signal(name: str, text: str, code: str) -> Signal:
    return Signal(
        name,
        assessed=True,
        text=text,
        value=1.0,
        unit="seen",
        evidence=EvidenceLevel.MEDIUM,
        consent=ConsentClass.NONE,
        reason_code=code,
    )
