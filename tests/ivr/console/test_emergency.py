"""Breaking the glass opens one record for one person, and everybody who should know does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.usecases.break_glass import SHORTEST_REASON
from core.usecases.roles import Role
from ivr.console.grants import GRANT_SECONDS
from ivr.telemetry import configure_logging
from tests.core.storage.people import WORDS, store_call
from tests.ivr.console.office import open_office

REASON = "the caller is in danger and nobody else is here"
PAGE = "/console/emergency/CA7"


async def test_it_opens_with_a_reason_and_is_heard(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with open_office(tmp_path) as office:
        store_call(office.storage, "case_7", "CA7")
        configure_logging()
        async with office.browser(Role.AGENT) as agent:
            asked = await agent.get(PAGE)
            assert asked.status_code == 200
            assert "Marmaduke" not in asked.text
            assert (await agent.post(PAGE, data={"reason": "x" * (SHORTEST_REASON - 1)})).status_code == 422
            assert (await agent.get("/console/records/CA7")).status_code == 403
            opened = await agent.post(PAGE, data={"reason": REASON})
            assert opened.status_code in {200, 303}
            assert WORDS in (await agent.get(PAGE)).text
            for _ in range(2):  # a session that is used does not go idle; the grant runs out all the same
                office.clock.pass_by(seconds=GRANT_SECONDS / 2 + 1)
                await agent.get("/console/today")
            assert "Marmaduke" not in (await agent.get(PAGE)).text
        logged = [json.loads(line) for line in capsys.readouterr().err.splitlines() if "glass_broken" in line]
        assert [(line["level"], line["call_id"]) for line in logged] == [("error", "CA7")]
        async with office.browser(Role.AUDITOR) as auditor:
            page = (await auditor.get("/console/audit")).text
            assert "The glass was broken." in page
            assert REASON not in page
            assert (await auditor.get(PAGE)).status_code == 403
