"""What holds for every signal there is."""

from __future__ import annotations

import re
from pathlib import Path

from antifraud.analysis import RULES
from antifraud.fusion import points_table
from antifraud.signals import (
    behaviour,
    channel,
    duplicates,
    model,
    pending,
    quality,
    repetition,
    speaker,
    voice,
)
from core.risk import ConsentClass, EvidenceLevel

ROOM = Path(__file__).parents[3] / "antifraud"


def test_names_are_unique() -> None:
    names = [rule.name for rule in RULES]
    assert len(names) == len(set(names))


def test_what_describes_a_voice_or_a_habit_never_counts() -> None:
    describing = [*voice.RULES, *behaviour.RULES]
    assert {rule.evidence for rule in describing} == {EvidenceLevel.CONTEXT}
    assert points_table().by_evidence["context"] == points_table().by_evidence["none"] == 0


def test_whatever_recognises_a_speaker_needs_the_biometric_consent() -> None:
    assert {rule.consent for rule in speaker.RULES} == {ConsentClass.BIOMETRIC}
    assert {rule.consent for rule in (*duplicates.RULES, *quality.RULES)} == {ConsentClass.RECORDING}


def test_whatever_can_hold_fails_closed() -> None:
    assert all(rule.gating for rule in RULES if rule.evidence is EvidenceLevel.STRONG and rule not in quality.RULES)
    assert all(rule.gating for rule in RULES if rule.evidence is EvidenceLevel.MEDIUM)


def test_signals_without_evidence_are_never_assessed() -> None:
    signals = [model.assess(rule, model.Known()) for rule in pending.RULES]
    assert not any(signal.assessed for signal in signals)
    assert all(len(signal.text) > len("not assessed: ") + 20 for signal in signals)


def test_every_reason_code_has_points_and_every_point_a_signal() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOM / "signals").glob("*.py"))
    used = set(re.findall(r'"([A-Z]+(?:_[A-Z]+)+)"', source)) | {limit.reason_code for limit in repetition.limits()}
    assert used - {"LOW_QUALITY_NO_ASSESSMENT"} == set(points_table().points)
    assert any(rule in RULES for rule in channel.RULES)


def test_nothing_on_the_live_path_costs_what_pyin_costs() -> None:
    """pYIN takes 33 to 65 ms of CPU for each second of sound, 75 times what YIN does."""
    sources = [path.read_text(encoding="utf-8") for path in ROOM.rglob("*.py")]
    assert not any(re.search(r"\bpyin\s*\(", source) for source in sources)
    assert any("librosa.yin(" in source for source in sources)


def test_a_machine_voice_alone_never_holds_somebody_who_speaks_with_one() -> None:
    exempted = {rule.name for rule in RULES if rule.of_machines}
    assert exempted == {
        "audio.duplicate",
        "answer.repeated",
        "voice.other_identity",
        "voice.listed",
        "voice.synthetic",
    }


def test_what_has_no_error_rate_carries_no_points() -> None:
    assert {rule.name for rule in pending.RULES} == {"voice.conversion", "audio.replay"}
