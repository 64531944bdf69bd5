from __future__ import annotations

import pytest

from antifraud.analysis import RULES, CallAnalysis
from antifraud.facts import CallContext, LinkCount
from antifraud.fusion import fuse, points_table
from antifraud.signals.repetition import limits
from core.risk import EvidenceLevel, RiskLevel, Signal


def signal(code: str, evidence: EvidenceLevel, quality: float | None = None) -> Signal:
    return Signal("x", True, "", 1.0, evidence=evidence, quality=quality, reason_code=code)


def links(**counts: int) -> CallContext:
    return CallContext(links=tuple(LinkCount(kind, 168, others) for kind, others in counts.items()))


def level(*signals: Signal) -> RiskLevel:
    return fuse(signals, points_table())[0]


def test_weak_evidence_never_gets_past_observe() -> None:
    weak = [signal(code, EvidenceLevel.WEAK) for code in points_table().points]
    assert level(*weak) is RiskLevel.OBSERVE


def test_without_strong_evidence_nothing_holds() -> None:
    rest = [
        signal(code, evidence)
        for code in points_table().points
        for evidence in (EvidenceLevel.WEAK, EvidenceLevel.MEDIUM, EvidenceLevel.CONTEXT, EvidenceLevel.NONE)
    ]
    assert level(*rest) is RiskLevel.STEP_UP


def test_context_and_what_was_not_assessed_count_as_nothing() -> None:
    assert level(signal("AUDIO_DUPLICATE", EvidenceLevel.CONTEXT)) is RiskLevel.NONE
    unheard = Signal("x", False, "", evidence=EvidenceLevel.STRONG, reason_code="AUDIO_DUPLICATE")
    assert level(unheard) is RiskLevel.NONE


def test_a_bad_line_takes_weight_away() -> None:
    assert level(signal("AUDIO_DUPLICATE", EvidenceLevel.STRONG)) is RiskLevel.HOLD
    assert level(signal("AUDIO_DUPLICATE", EvidenceLevel.STRONG, 0.5)) is RiskLevel.STEP_UP


def test_every_limit_has_points_and_a_rule() -> None:
    assert {limit.reason_code for limit in limits()} <= set(points_table().points)
    assert {f"repetition.{limit.kind}" for limit in limits()} <= {rule.name for rule in RULES}
    assert all(limit.text.format(others=3, days=7) for limit in limits())


@pytest.mark.parametrize(
    ("context", "expected", "reasons"),
    [
        (links(number=1), RiskLevel.NONE, ()),
        (links(number=2), RiskLevel.STEP_UP, ("NUMBER_VELOCITY",)),
        (links(number=4), RiskLevel.HOLD, ("NUMBER_RING",)),
        (links(identity=1), RiskLevel.STEP_UP, ("IDENTITY_VELOCITY",)),
        (CallContext(links=(LinkCount("payee", 2160, 3),)), RiskLevel.HOLD, ("PAYEE_RING",)),
        (CallContext(attestation="TN-Validation-Failed-A"), RiskLevel.OBSERVE, ("CALLER_ID_UNVERIFIED",)),
        (CallContext(attestation="TN-Validation-Passed-B"), RiskLevel.NONE, ()),
        (CallContext(attestation="No-TN-Validation"), RiskLevel.NONE, ()),
    ],
)
def test_context_of_a_call(context: CallContext, expected: RiskLevel, reasons: tuple[str, ...]) -> None:
    analysis = CallAnalysis()
    analysis.context(context)
    report = analysis.report(0)
    assert (report.level, report.reasons, report.complete) == (expected, reasons, True)
