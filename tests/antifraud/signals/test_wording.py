from __future__ import annotations

import pytest

from antifraud.analysis import CallAnalysis
from antifraud.facts import TurnFacts
from antifraud.signals import wording
from antifraud.typologies import fitting, typologies
from core.risk import ConsentClass, EvidenceLevel, RiskLevel, RiskReport


def said(*answers: str) -> RiskReport:
    analysis = CallAnalysis({ConsentClass.RECORDING})
    for number, text in enumerate(answers):
        at = number * 5000
        analysis.turn(TurnFacts("q", at, at + 800 + number * 90, at + 2000, text=text))
    report = analysis.report(0)
    assert report.level is RiskLevel.NONE, "wording is context"
    return report


def kinds(report: RiskReport) -> set[str]:
    return {s.name for s in report.signals if s.name.startswith("wording.") and s.assessed and s.value}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("he told me to say it is for the car", {"wording.told_what_to_say"}),
        ("i need it RIGHT  now", {"wording.urgency"}),
        ("they can see my screen with any desk", {"wording.remote_access"}),
        ("转到 安全 账户", {"wording.safe_account"}),
        ("是 他 让 我 说 的", {"wording.told_what_to_say"}),
        ("two thousand five hundred dollars", set()),
        ("bright nowhere", set()),
    ],
)
def test_phrases_are_found_as_whole_words(text: str, expected: set[str]) -> None:
    assert kinds(said("yes", text)) == expected


def test_the_report_never_holds_the_words() -> None:
    report = said("my cousin marguerite told me to say it")
    assert "wording.told_what_to_say" in kinds(report)
    assert not any("marguerite" in signal.text or "told me to say" in signal.text for signal in report.signals)


def test_nothing_said_is_not_assessed() -> None:
    assert not any(signal.assessed for signal in said().signals if signal.name.startswith("wording."))


def test_all_wording_is_context() -> None:
    assert {rule.evidence for rule in wording.RULES} == {EvidenceLevel.CONTEXT}


def test_a_coached_borrower_is_named_for_the_person_who_listens() -> None:
    assert [each.name for each in fitting(said("she told me what to say"))] == ["coached_borrower"]
    assert fitting(said("yes")) == ()
    assert all(each.ask.endswith(".") and (each.any or each.seen) for each in typologies())
