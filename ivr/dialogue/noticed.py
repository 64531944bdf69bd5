"""What the dialogue itself noticed about who is calling, added to antifraud's report. It can only raise, never clear.

Somebody who applies from one number and names another to reach them on, or whom we know under another number, has the
shape of an account taken over: a person settles it, and calls back on the number from before. Who cannot answer random
questions about their own last loan is at least noted (``core.identity.questions.weight``).
"""

from __future__ import annotations

from dataclasses import replace

from core.identity.questions import Recalled, weight
from core.risk import ConsentClass, EvidenceLevel, RiskLevel, RiskReport, Signal
from ivr.dialogue.state import CallState

__all__ = ["with_noticed"]


def with_noticed(report: RiskReport, state: CallState) -> RiskReport:
    """The report with what the dialogue knows; the same report when it noticed nothing."""
    found = (*_numbers(state), *_recalled(state))
    if not found:
        return report
    codes = (signal.reason_code for _, signal in found if signal.reason_code)
    return replace(
        report,
        level=max(report.level, *(level for level, _ in found)),
        signals=(*report.signals, *(signal for _, signal in found)),
        reasons=(*codes, *report.reasons),
    )


def _numbers(state: CallState) -> list[tuple[RiskLevel, Signal]]:
    phone = state.slots.get("phone")
    found = []
    if phone is not None and state.caller is not None and phone.value != state.caller:
        text = "the caller wants to be reached on another number than the one they call from"
        found.append((RiskLevel.HOLD, _signal("identity.phone_changed", text, "PHONE_CHANGED")))
    if state.code_elsewhere:
        text = "the person is known under another number than the one given; the code went to the known one"
        found.append((RiskLevel.HOLD, _signal("identity.phone_unknown", text, "PHONE_NOT_REGISTERED")))
    return found


def _recalled(state: CallState) -> list[tuple[RiskLevel, Signal]]:
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
