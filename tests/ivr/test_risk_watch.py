"""The joint between a call, its store and antifraud: consents, look-ups, and what is left for later calls."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import FunctionType, ModuleType

import numpy as np
import pytest

from antifraud.analysis import CallAnalysis
from antifraud.facts import CallContext
from antifraud.voiceprint import SpeakerNetwork, VoiceSpace
from core.applicant import Last4, PersonName, PhoneNumber
from core.application import Status
from core.errors import StorageError
from core.fraud import LinkKind, TraceKind, VoiceScope, link_values
from core.risk import ConsentClass, RiskLevel, RiskReport, Signal
from core.storage.opening import open_storage
from core.storage.store import SqlStorage
from core.usecases.shred import plan_call, shred
from ivr.fraud_memory import CallMemory
from ivr.risk_watch import RiskWatch
from tests.antifraud import tiny_network
from tests.antifraud.test_repeats import babble
from tests.core.storage.people import application, decision, risk

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
NAME, BORN, LAST4 = PersonName("Susan Parker"), date(1968, 11, 30), Last4("8604")
NUMBER, OTHER = PhoneNumber("+14155550123"), PhoneNumber("+14155550124")
SPOKEN = frozenset({ConsentClass.NONE, ConsentClass.RECORDING})
WRITTEN = frozenset({ConsentClass.VOICE_ANALYSIS, ConsentClass.BIOMETRIC})


class Standing:
    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return 0.0


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[SqlStorage]:
    store = open_storage(tmp_path / "data", tmp_path / "keyring.json", None, Standing())
    yield store
    store.close()


@pytest.fixture
def network(tmp_path: Path) -> SpeakerNetwork:
    size = tiny_network.SIZE
    zero, means, eye = np.zeros(1, np.float32), np.zeros((1, size), np.float32), np.eye(size, dtype=np.float32)
    return SpeakerNetwork(tiny_network.write(tmp_path / "network"), VoiceSpace("test", zero, means, eye))


def watch(
    storage: SqlStorage, call: str, caller: PhoneNumber = NUMBER, network: SpeakerNetwork | None = None, days: int = 90
) -> RiskWatch:
    case = f"case_{call}"
    with storage.begin() as work:
        work.records.open_call(call, case, NOW, recording=True)
        work.commit()
    memory = CallMemory(storage, Standing(), call, lambda: case, days)
    made = RiskWatch(CallAnalysis(network=network), CallContext(), SPOKEN, WRITTEN, memory, caller)
    made.allow(0)
    return made


def identify(one: RiskWatch, name: PersonName = NAME) -> None:
    for slot, value in (("full_name", name), ("national_id_last4", LAST4), ("date_of_birth", BORN)):
        one.slot(slot, value)


def answers(one: RiskWatch, seconds: float = 12, seed: int = 1) -> int:
    """Three answers of sound; returns when they end."""
    sound, at = babble(seconds, seed), 0
    for piece in np.array_split(sound, 3):
        one.audio(at, piece.astype("<i2").tobytes())
        one.turn("amount", at, at + piece.size // 8 - 100, text="two thousand", by_keys=False, corrected=False)
        at += piece.size // 8
    return at


def found(report: RiskReport) -> dict[str, Signal]:
    return {signal.name: signal for signal in report.signals}


async def test_the_same_recording_in_a_later_call_holds(storage: SqlStorage) -> None:
    first = watch(storage, "CA1")
    at = answers(first)
    assert (await first.report(at)).level is RiskLevel.NONE
    await first.keep()
    again = watch(storage, "CA2", OTHER)
    at = answers(again)
    report = await again.report(at)
    assert (report.level, report.reasons, report.complete) == (RiskLevel.HOLD, ("AUDIO_DUPLICATE",), True)
    other = watch(storage, "CA3", OTHER)
    assert (await other.report(answers(other, seed=2))).level is RiskLevel.NONE


def sound_behind(thing: object) -> int:
    """Bytes of sound and of what was made of it that can be reached from here."""
    seen, waiting, size = {id(thing)}, [thing], 0
    while waiting:
        one = waiting.pop()
        size += one.nbytes if isinstance(one, np.ndarray) else len(one) if isinstance(one, bytes | bytearray) else 0
        for other in gc.get_referents(one):
            if id(other) not in seen and not isinstance(other, type | ModuleType | FunctionType | SqlStorage):
                seen.add(id(other))
                waiting.append(other)
    return size


async def test_a_call_that_is_over_keeps_no_sound(storage: SqlStorage) -> None:
    """The line remembers its last calls for whoever still asks about them; two thousand minutes of callers are no part
    of that."""
    one = watch(storage, "CA1")
    one.said(bytes(16_000))
    at = answers(one)
    await one.report(at)
    one.audio(at, bytes(16_000))
    assert sound_behind(one) > 50_000
    await one.keep()
    one.close()
    assert sound_behind(one) < 10_000
    assert (await one.report(at)).level is RiskLevel.HOLD


async def test_a_destroyed_call_is_compared_with_nothing(storage: SqlStorage) -> None:
    first = watch(storage, "CA1")
    await first.report(answers(first))
    await first.keep()
    shred(storage, plan_call(storage, "CA1"), "operator")
    again = watch(storage, "CA2")
    assert (await again.report(answers(again))).level is RiskLevel.NONE


async def test_without_a_memory_of_sound_nothing_is_kept(storage: SqlStorage) -> None:
    first = watch(storage, "CA1", days=0)
    await first.report(answers(first))
    await first.keep()
    with storage.begin() as work:
        assert work.traces.newest(TraceKind.SOUND, 9, NOW - timedelta(days=90), but_call="none") == []


async def test_an_identity_from_another_number_steps_up(storage: SqlStorage) -> None:
    first = watch(storage, "CA1")
    identify(first)
    assert (await first.report(100)).level is RiskLevel.NONE
    again = watch(storage, "CA2", OTHER)
    again.slot("full_name", NAME)
    assert (await again.report(100)).level is RiskLevel.NONE
    identify(again)
    report = await again.report(200)
    assert (report.level, report.reasons) == (RiskLevel.STEP_UP, ("IDENTITY_VELOCITY",))
    assert found(report)["repetition.papers"].value == 0


async def test_a_store_that_cannot_be_read_holds_until_it_can(
    storage: SqlStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = watch(storage, "CA1")
    identify(one)
    with monkeypatch.context() as broken:
        broken.setattr(CallMemory, "look", lambda *_: (_ for _ in ()).throw(StorageError("The disk is full.")))
        report = await one.report(100)
    assert (report.level, report.complete) == (RiskLevel.HOLD, False)
    report = await one.report(200)
    assert (report.level, report.complete) == (RiskLevel.NONE, True)


async def test_no_voice_is_compared_or_kept_without_a_signed_consent(
    storage: SqlStorage, network: SpeakerNetwork
) -> None:
    one = watch(storage, "CA1", network=network)
    identify(one)
    report = await one.report(answers(one))
    assert "consent" in found(report)["voice.change"].text
    await one.keep()
    with storage.begin() as work:
        assert work.traces.newest(TraceKind.VOICE, 9, NOW - timedelta(days=9), but_call="none") == []
        work.links.note("case_CA1", link_values(NAME, BORN, LAST4, NUMBER), NOW)
        work.voice_terms.agree("case_CA1", VoiceScope.BIOMETRIC, "form-17", NOW)
        work.commit()
    signed = watch(storage, "CA2", network=network)
    identify(signed)
    await signed.report(10)
    report = await signed.report(answers(signed, seed=5))
    assert "consent" not in found(report)["voice.change"].text
    assert "no earlier voice" in found(report)["voice.enrolled"].text
    await signed.keep()
    with storage.begin() as work:
        (kept,) = work.traces.newest(TraceKind.VOICE, 9, NOW - timedelta(days=9), but_call="none")
    assert (kept.call_id, len(kept.body)) == ("CA2", 4 * 6)
    stranger = watch(storage, "CA3", OTHER, network=network)
    identify(stranger, PersonName("Martin Fell"))
    report = await stranger.report(answers(stranger, seed=6))
    assert "consent" in found(report)["voice.change"].text, "the consent of one person was used for another"


async def test_the_telephone_providers_word_is_in_the_live_report_once_it_was_asked(storage: SqlStorage) -> None:
    one = watch(storage, "CA1")
    before = found(await one.report(100))
    assert not any(before[name].assessed for name in ("number.line", "number.moved", "number.forwarded"))
    word = {"known": True, "days_since_port": 3, "forwarded": False, "line_type": "voip", "carrier": "Northline Mobile"}
    with storage.begin() as work:
        work.applications.add(application("case_CA1", "CA1"), decision(), risk(), Status.REVIEW)
        work.receipts.keep("case_CA1", "decided", {"evidence": [{"provider": "carrier", "value": word}]}, NOW)
        work.commit()
    one.decided()
    report = await one.report(200)
    assert (report.level, report.reasons, report.complete) == (RiskLevel.STEP_UP, ("NUMBER_MOVED",), True)
    after = found(report)
    assert (after["number.line"].value, after["number.moved"].value, after["number.forwarded"].value) == (1, 3, 0)


async def test_what_a_pack_forbids_no_form_allows(storage: SqlStorage, network: SpeakerNetwork) -> None:
    with storage.begin() as work:
        work.records.open_call("CA1", "case_CA1", NOW, recording=True)
        work.links.note("case_CA1", link_values(NAME, BORN, LAST4, NUMBER), NOW)
        work.voice_terms.agree("case_CA1", VoiceScope.BIOMETRIC, "form-17", NOW)
        work.commit()
    memory = CallMemory(storage, Standing(), "CA1", lambda: "case_CA1", 90)
    one = RiskWatch(CallAnalysis(network=network), CallContext(), SPOKEN, frozenset(), memory, NUMBER)
    one.allow(0)
    identify(one)
    await one.report(10)
    assert "consent" in found(await one.report(answers(one)))["voice.change"].text


async def test_an_assistive_voice_is_exempt(storage: SqlStorage) -> None:
    first = watch(storage, "CA1")
    identify(first)
    await first.report(answers(first))
    await first.keep()
    with storage.begin() as work:
        work.voice_terms.agree("case_CA1", VoiceScope.ASSISTIVE, "letter-2", NOW)
        work.commit()
    again = watch(storage, "CA2")
    identify(again)
    report = await again.report(answers(again))
    assert report.level is RiskLevel.NONE
    assert "assistive" in found(report)["audio.duplicate"].text


async def test_before_the_consent_nothing_is_kept(storage: SqlStorage) -> None:
    with storage.begin() as work:
        work.records.open_call("CA1", "case_CA1", NOW, recording=False)
        work.commit()
    memory = CallMemory(storage, Standing(), "CA1", lambda: "case_CA1", 90)
    one = RiskWatch(CallAnalysis(), CallContext(), SPOKEN, WRITTEN, memory, NUMBER)
    one.said(b"\x00" * 1600)
    await one.report(answers(one))
    await one.keep()
    with storage.begin() as work:
        assert work.traces.newest(TraceKind.SOUND, 9, NOW - timedelta(days=9), but_call="none") == []
        assert work.deep_checks.of("CA1") is None


def test_a_name_alone_is_nobody() -> None:
    assert link_values(NAME, None, None, NUMBER) == {LinkKind.NUMBER: NUMBER.value}
    assert set(link_values(NAME, BORN, LAST4, None)) == {LinkKind.PAPERS, LinkKind.PERSON}
