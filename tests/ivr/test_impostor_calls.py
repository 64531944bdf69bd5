"""Somebody else's name from one's own telephone, through the whole line: digits and code come back right, and still
nobody is approved."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from core.applicant import Last4, PersonName, PhoneNumber
from core.decision.model import Outcome
from core.fraud import link_values
from core.ports import StoredApplication
from core.risk import RiskLevel
from tests.ivr.small_line import CALL, SmallLine, by_keys

VICTIM = link_values(PersonName("John Lee"), date(1985, 3, 3), Last4("0073"), PhoneNumber("+13035550155"))


async def applied(folder: Path, days_ago: float, looked_at_by: str = "") -> StoredApplication:
    """The impostor's call by keys, after the victim called ``days_ago`` and left a case without a decision."""
    line = await SmallLine(folder).answer()
    assert CALL.caller is not None
    with line.house.storage.begin() as unit:
        at = datetime.now(UTC) - timedelta(days=days_ago)
        unit.records.open_call("CA0", "case_0", at, recording=True)
        unit.links.note("case_0", VICTIM, at)
        if looked_at_by:
            unit.audit.append(looked_at_by, "case.viewed", "case_0", {"purpose": "service"})
        unit.commit()

    def turn(prompt_id: str) -> str:
        if prompt_id.startswith("challenge."):
            return line.runner.state.challenge
        if not prompt_id.startswith("code."):
            return by_keys(prompt_id)
        return next(iter(re.findall(r"\b\d{6}\b", line.house.sms_inbox.texts_to(PhoneNumber("+14155550123"))[-1])))

    await line.until("goodbye.review", turn)
    case = line.runner.state.case_id
    assert line.runner.state.challenge_passed
    assert line.runner.state.owner_verified
    with line.house.storage.begin() as unit:
        stored = unit.applications.get(case)
    line.house.storage.close()
    return stored


@pytest.mark.parametrize(
    ("days_ago", "looked_at_by", "reason"),
    [(1.0, "", "IDENTITY_VELOCITY"), (20.0, "staff.42", "RECORD_LOOKED_AT")],
)
async def test_an_impostor_on_their_own_telephone(
    tmp_path: Path, days_ago: float, looked_at_by: str, reason: str
) -> None:
    stored = await applied(tmp_path, days_ago, looked_at_by)
    assert stored.application.full_name.value == PersonName("John Lee")
    assert (stored.risk.level, stored.risk.complete) == (RiskLevel.HOLD, True)
    assert stored.risk.reasons == ("STEP_UP_UNSETTLED", reason)
    assert stored.decision.outcome is Outcome.REVIEW
    assert "check_by_person" in [one.code for one in stored.decision.reasons]
    assert not stored.decision.offers
