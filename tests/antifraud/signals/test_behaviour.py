from __future__ import annotations

from antifraud.analysis import CallAnalysis
from antifraud.facts import TurnFacts
from core.risk import ConsentClass, RiskLevel, Signal
from tests.antifraud.sounds import key_tone, voice


def analysed(*turns: TurnFacts) -> dict[str, Signal]:
    analysis = CallAnalysis({ConsentClass.RECORDING})
    for turn in turns:
        analysis.turn(turn)
    report = analysis.report(0)
    assert report.level is RiskLevel.NONE, "behaviour is context"
    return {signal.name: signal for signal in report.signals}


def answered(number: int, latency: int, **more: bool) -> TurnFacts:
    at = 10_000 * number
    return TurnFacts(f"q{number}", at, at + latency, at + latency + 1500, **more)


def test_latency_is_measured_against_the_callers_own() -> None:
    turns = [answered(n, 800) for n in range(3)]
    assert not analysed(*turns)["answer.latency"].assessed
    signal = analysed(*turns, answered(3, 3200))["answer.latency"]
    assert signal.value == 4.0
    assert signal.text == "answered after 3.2 s; usual for this caller 0.8 s"


def test_keys_and_barge_ins_have_no_latency() -> None:
    turns = [answered(n, 800) for n in range(3)]
    assert not analysed(*turns, answered(3, 5000, by_keys=True), answered(4, -500))["answer.latency"].assessed


def test_only_corrections_of_identity_are_counted() -> None:
    signals = analysed(
        answered(0, 500, identity_field=True),
        answered(1, 500, identity_field=True, corrected=True),
        answered(2, 500, corrected=True),
    )
    assert signals["identity.corrections"].value == 1


def test_key_tones_count_only_inside_spoken_answers() -> None:
    def level(by_keys: bool) -> RiskLevel:
        analysis = CallAnalysis({ConsentClass.RECORDING})
        analysis.caller_audio(voice(2), 0)
        analysis.caller_audio(key_tone(0.2), 2000)
        analysis.caller_audio(voice(2), 2200)
        analysis.turn(TurnFacts("amount", 0, 1500, 3500, by_keys=by_keys))
        return analysis.report(4000).level

    assert level(by_keys=False) is RiskLevel.OBSERVE
    assert level(by_keys=True) is RiskLevel.NONE
