from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from antifraud.analysis import RULES, CallAnalysis
from antifraud.facts import CallContext, TurnFacts
from antifraud.signals.model import Known, Reading, Rule
from core.risk import ConsentClass, EvidenceLevel, RiskLevel, RiskReport, Signal
from tests.antifraud.sounds import voice

ALL = frozenset(ConsentClass)


def by_name(report: RiskReport) -> dict[str, Signal]:
    return {signal.name: signal for signal in report.signals}


def heard(analysis: CallAnalysis, seconds: float = 6) -> CallAnalysis:
    samples = voice(seconds)
    for start in range(0, samples.size, 1600):
        analysis.caller_audio(samples[start : start + 1600], start // 8)
    return analysis


def broken(known: Known) -> Reading:
    raise ZeroDivisionError


def not_a_number(known: Known) -> Reading:
    return Reading(float("nan"), "", "")


def test_clean_call_is_clear_and_complete() -> None:
    report = heard(CallAnalysis(ALL)).report(6000)
    assert (report.level, report.complete, report.reasons, report.at_ms) == (RiskLevel.NONE, True, (), 6000)
    signals = by_name(report)
    assert signals["pitch.median"].value == pytest.approx(120, rel=0.03)
    assert signals["speech.activity"].value == pytest.approx(3.0, abs=0.4)
    assert not any(signal.llr for signal in report.signals)


def test_nothing_of_the_audio_before_recording_consent() -> None:
    analysis = heard(CallAnalysis())
    analysis.turn(TurnFacts("amount", 0, 700, 2000))
    analysis.context(CallContext(attestation="A"))
    report = analysis.report(6000)
    assert [signal.name for signal in report.signals if signal.assessed] == ["caller_id.attestation"]
    analysis.allow(ALL)
    assert not by_name(analysis.report(6000))["line.snr"].assessed, "audio from before the consent was kept"


def test_voice_needs_its_own_consent_and_goes_with_it() -> None:
    analysis = heard(CallAnalysis({ConsentClass.RECORDING}))
    signals = by_name(analysis.report(6000))
    assert signals["line.snr"].assessed
    assert not signals["pitch.median"].assessed
    assert "voice analysis" in signals["pitch.median"].text
    analysis = heard(CallAnalysis(ALL))
    analysis.allow({ConsentClass.RECORDING})
    analysis.allow(ALL)
    assert not by_name(analysis.report(6000))["pitch.median"].assessed, "withdrawn, yet still known"


def test_what_is_over_has_heard_nothing_and_holds() -> None:
    analysis = heard(CallAnalysis(ALL))
    analysis.close()
    report = heard(analysis).report(9000)
    assert (report.level, report.complete) == (RiskLevel.HOLD, False)
    assert not by_name(report)["speech.activity"].assessed


@pytest.mark.parametrize("read", [broken, not_a_number])
def test_a_broken_signal_says_so_and_only_a_gating_one_holds(read) -> None:
    describing = Rule("x", ConsentClass.RECORDING, EvidenceLevel.CONTEXT, read)
    report = heard(CallAnalysis(ALL, rules=(*RULES, describing))).report(6000)
    assert (report.complete, report.level) == (True, RiskLevel.NONE)
    assert by_name(report)["x"].reason_code == "SIGNAL_FAILED"
    assert by_name(report)["line.snr"].assessed
    gating = dataclasses.replace(describing, gating=True)
    report = heard(CallAnalysis(ALL, rules=(*RULES, gating))).report(6000)
    assert (report.complete, report.level) == (False, RiskLevel.HOLD)


def test_audio_that_cannot_be_processed_fails_closed() -> None:
    analysis = heard(CallAnalysis(ALL))
    analysis.caller_audio(np.full((3, 8000), 7, dtype=np.int16), 6000)
    report = analysis.report(7000)
    assert (report.complete, report.level, report.reasons) == (False, RiskLevel.HOLD, ("ANALYSIS_FAILED",))


def test_an_unknown_reason_code_fails_closed() -> None:
    rule = Rule("x", ConsentClass.NONE, EvidenceLevel.STRONG, lambda known: Reading(1, "", "", reason_code="NOT_THERE"))
    report = CallAnalysis(rules=(rule,)).report(0)
    assert (report.complete, report.level) == (False, RiskLevel.HOLD)


def test_a_failed_look_up_holds() -> None:
    analysis = heard(CallAnalysis(ALL))
    analysis.context(CallContext(failed_lookups=("number",)))
    assert not analysis.report(0).complete


def test_chunking_does_not_change_the_report() -> None:
    samples = voice(5.5)
    reports = []
    for step in (160, 1600, samples.size):
        analysis = CallAnalysis(ALL)
        for start in range(0, samples.size, step):
            analysis.caller_audio(samples[start : start + step], start // 8)
        analysis.end_of_audio()
        reports.append(analysis.report(5500))
    assert reports[0] == reports[1] == reports[2]


def test_a_bad_line_silences_the_voice_and_raises_nothing() -> None:
    samples = voice(6, level=0.05, noise=0.03)
    analysis = CallAnalysis(ALL)
    analysis.caller_audio(samples, 0)
    report = analysis.report(6000)
    assert report.level is RiskLevel.NONE
    signals = by_name(report)
    assert not signals["pitch.median"].assessed
