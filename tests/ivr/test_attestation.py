"""The carrier's word on the calling number, from the ringing to the record: evidence where there is one, and no word is
no news."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from core.applicant import PhoneNumber
from core.decision.model import Outcome
from core.ports import StoredApplication
from core.risk import RiskLevel
from tests.ivr.small_line import CALL, SmallLine, by_keys


async def applied(folder: Path, word: str | None) -> tuple[StoredApplication, list[str]]:
    """A whole call by keys; the application as it is stored, and the carrier's words in the record."""
    line = await SmallLine(folder).answer(replace(CALL, attestation=word))

    def turn(prompt_id: str) -> str:
        if not prompt_id.startswith("code."):
            return by_keys(prompt_id)
        text = line.house.sms_inbox.texts_to(PhoneNumber("+14155550123"))[-1]
        return next(iter(re.findall(r"\b\d{6}\b", text)))

    await line.until("offer.ask", turn)
    case = line.runner.state.case_id
    with line.house.storage.begin() as unit:
        stored = unit.applications.get(case)
        journal = unit.journal.read(case)
    line.house.storage.close()
    return stored, [entry.data["stir_verstat"] for entry in journal if entry.kind == "attestation"]


@pytest.mark.parametrize(
    ("word", "level"),
    [
        ("TN-Validation-Passed-A", RiskLevel.NONE),
        ("TN-Validation-Passed-C", RiskLevel.NONE),
        ("No-TN-Validation", RiskLevel.NONE),
        ("TN-Validation-Failed-A", RiskLevel.OBSERVE),
    ],
)
async def test_a_word_is_kept_and_weighs_little(tmp_path: Path, word: str, level: RiskLevel) -> None:
    stored, kept = await applied(tmp_path, word)
    assert kept == [word]
    assert stored.decision.outcome is Outcome.APPROVE
    assert stored.risk.level <= max(level, RiskLevel.OBSERVE)
    assert ("CALLER_ID_UNVERIFIED" in stored.risk.reasons) is (level is RiskLevel.OBSERVE)
    assessed = any(signal.name == "caller_id.attestation" and signal.assessed for signal in stored.risk.signals)
    assert assessed is (word != "No-TN-Validation")  # that one says that the carrier said nothing


async def test_no_word_is_neutral(tmp_path: Path) -> None:
    without, kept = await applied(tmp_path / "without", None)
    passed, _ = await applied(tmp_path / "passed", "TN-Validation-Passed-A")
    assert kept == []
    assert not any(signal.name == "caller_id.attestation" and signal.assessed for signal in without.risk.signals)
    assert "CALLER_ID_UNVERIFIED" not in without.risk.reasons
    assert (without.risk.level, without.decision) == (passed.risk.level, passed.decision)
