from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from core.application import Status
from core.errors import InvalidInput, NotFound, StorageError
from core.fraud import Label, LinkKind, Trace, TraceKind, VoiceScope
from core.risk import RiskLevel
from core.storage.backup import create_backup, restore_backup
from core.storage.store import SqlStorage
from core.usecases.fraud import agree, label, labelled, reported, to_audit, withdraw
from tests.core.storage.people import START, HandClock, application, decision, opened, risk, store_call


def decided(storage: SqlStorage, number: int, level: RiskLevel = RiskLevel.NONE) -> str:
    case, call = f"case_{number}", f"CA{number}"
    store_call(storage, case, call)
    with storage.begin() as work:
        work.applications.add(application(case, call), decision(), risk(level), Status.APPROVED)
        work.receipts.keep(case, "decided", {}, START)
        work.links.note(case, {LinkKind.PERSON: "zebulon"}, START)
        work.commit()
    return case


def test_labels_reach_the_evaluation_and_the_audit_log(tmp_path: Path) -> None:
    storage, clock = opened(tmp_path), HandClock()
    for number in (1, 2):
        decided(storage, number)
    label(storage, clock, "case_1", Label.FRAUD, "dispute", "ring", "staff.1")
    cases = reported(storage)
    assert len(cases) == 2
    (one,) = labelled(cases)
    assert one.label is not None
    assert (one.case_id, one.label.label, one.label.typology) == ("case_1", Label.FRAUD, "ring")
    with storage.engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT actor, subject FROM audit WHERE action = 'fraud.labelled'").one()
    assert tuple(row) == ("staff.1", "case_1")


def test_a_label_needs_a_case_and_a_known_source(tmp_path: Path) -> None:
    storage, clock = opened(tmp_path), HandClock()
    decided(storage, 1)
    with pytest.raises(NotFound):
        label(storage, clock, "case_9", Label.FRAUD, "review", "ring", "staff.1")
    with pytest.raises(InvalidInput):
        label(storage, clock, "case_1", Label.FRAUD, "hearsay", "ring", "staff.1")
    assert labelled(reported(storage)) == []


def test_the_later_look_takes_the_place_of_the_first(tmp_path: Path) -> None:
    storage = opened(tmp_path)
    decided(storage, 1)
    with storage.begin() as work:
        work.deep_checks.ask("CA1", START)
        work.deep_checks.settle("CA1", risk(RiskLevel.HOLD), START)
        work.commit()
    assert [one.report.level for one in reported(storage)] == [RiskLevel.HOLD]


def test_a_case_is_of_its_carrier_and_its_language(tmp_path: Path) -> None:
    storage = opened(tmp_path)
    decided(storage, 1)
    word = {"known": True, "days_since_port": 900, "line_type": "mobile", "carrier": "Northline Mobile"}
    with storage.begin() as work:
        work.applications.add(application("case_2", "CA2", language="en-US"), decision(), risk(), Status.APPROVED)
        work.receipts.keep("case_2", "decided", {"evidence": [{"provider": "carrier", "value": word}]}, START)
        work.commit()
    said = {one.case_id: (one.carrier, one.language) for one in reported(storage)}
    assert said == {"case_1": ("", ""), "case_2": ("Northline Mobile", "en-US")}


def test_only_quiet_cases_are_drawn_and_the_same_ones_again(tmp_path: Path) -> None:
    storage = opened(tmp_path)
    one = decided(storage, 1)
    decided(storage, 2, RiskLevel.HOLD)
    cases = reported(storage)
    assert to_audit(cases, 1.0, "2026-W45") == [one]
    many = [replace(cases[0], case_id=f"case_{n}", report=risk(), label=None) for n in range(2000)]
    drawn = to_audit(many, 0.05, "2026-W45")
    assert 60 <= len(drawn) <= 140
    assert drawn == to_audit(many, 0.05, "2026-W45") != to_audit(many, 0.05, "2026-W46")
    with pytest.raises(InvalidInput):
        to_audit(many, 0.0, "x")


def test_a_consent_taken_back_takes_the_voices_with_it(tmp_path: Path) -> None:
    storage, clock = opened(tmp_path), HandClock()
    decided(storage, 1)
    decided(storage, 2)
    agree(storage, clock, "case_1", VoiceScope.BIOMETRIC, "form-17", "staff.1")
    with storage.begin() as work:
        work.traces.keep("CA2", TraceKind.VOICE, b"v", START)
        work.traces.keep("CA2", TraceKind.SOUND, b"s", START)
        work.commit()
    withdraw(storage, clock, "case_1", VoiceScope.BIOMETRIC, "staff.1")
    with storage.begin() as work:
        assert work.voice_terms.of("case_1") == frozenset()
        assert work.traces.newest(TraceKind.VOICE, 9, START, but_call="none") == []
        assert len(work.traces.newest(TraceKind.SOUND, 9, START, but_call="none")) == 1
    with pytest.raises(NotFound):
        withdraw(storage, clock, "case_1", VoiceScope.BIOMETRIC, "staff.1")


def test_a_backup_brings_no_voice_back_whose_consent_was_withdrawn(tmp_path: Path) -> None:
    storage, clock = opened(tmp_path), HandClock()
    decided(storage, 1)
    decided(storage, 2)
    agree(storage, clock, "case_1", VoiceScope.BIOMETRIC, "form-17", "staff.1")
    with storage.begin() as work:
        work.traces.keep("CA2", TraceKind.VOICE, b"v", START)
        work.traces.keep("CA2", TraceKind.SOUND, b"s", START)
        work.commit()
    assert [each.body for each in _newest(storage, TraceKind.VOICE)] == [b"v"]
    create_backup(tmp_path / "data", tmp_path / "saved", clock)
    withdraw(storage, clock, "case_1", VoiceScope.BIOMETRIC, "staff.1")
    storage.close()
    restore_backup(tmp_path / "saved", tmp_path / "data", clock)
    storage = opened(tmp_path)
    assert _newest(storage, TraceKind.VOICE) == []
    assert [each.body for each in _newest(storage, TraceKind.SOUND)] == [b"s"]


def test_keys_of_voices_that_outlived_a_crash_go_when_it_is_withdrawn_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage, clock = opened(tmp_path), HandClock()
    decided(storage, 1)
    agree(storage, clock, "case_1", VoiceScope.BIOMETRIC, "form-17", "staff.1")
    with storage.begin() as work:
        work.traces.keep("CA1", TraceKind.VOICE, b"v", START)
        work.commit()
    create_backup(tmp_path / "data", tmp_path / "saved", clock)
    with monkeypatch.context() as crash:
        crash.setattr(type(storage.upkeep), "destroy_voices", _fails)
        with pytest.raises(StorageError):
            withdraw(storage, clock, "case_1", VoiceScope.BIOMETRIC, "staff.1")
    with pytest.raises(NotFound):
        withdraw(storage, clock, "case_1", VoiceScope.BIOMETRIC, "staff.1")
    storage.close()
    restore_backup(tmp_path / "saved", tmp_path / "data", clock)
    assert _newest(opened(tmp_path), TraceKind.VOICE) == []


def _fails(*_: object) -> None:
    raise StorageError("The keys cannot be written.")


def _newest(storage: SqlStorage, kind: TraceKind) -> list[Trace]:
    with storage.begin() as work:
        return list(work.traces.newest(kind, 9, START, but_call="none"))
