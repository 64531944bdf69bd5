"""A flag on a moment, a hold on a call and on a case: each a right, a reason and a row."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.storage.figures import list_applications
from core.usecases.roles import Role
from tests.ivr.console.office import Office, keyed_to_the_end, open_office
from tests.ivr.small_line import SmallLine, by_keys

PAGE = "/console/calls/CA1"
WHY = "Somebody else dictates every answer."


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    line = SmallLine(tmp_path)
    async with open_office(tmp_path, line) as office:
        await line.answer()
        await line.until("amount.ask", by_keys)
        await asyncio.sleep(0.05)
        yield office


async def test_a_flag_is_seen_by_everybody_and_its_note_is_sealed(office: Office) -> None:
    async with office.browser(Role.AGENT) as agent, office.browser(Role.VIEWER) as viewer:
        assert (await agent.post(f"{PAGE}/flag", data={"note": " "})).status_code == 422
        assert (await agent.post(f"{PAGE}/flag", data={"note": "a second voice whispers"})).status_code == 200
        await asyncio.sleep(0.05)
        assert "1 flagged" in (await viewer.get(PAGE)).text
        assert "flagged" in (await viewer.get("/console/live")).text
        assert (await viewer.post(f"{PAGE}/flag", data={"note": "me too"})).status_code == 403
        assert (await agent.post("/console/calls/CA404/flag", data={"note": "me too"})).status_code == 404
    rows = office.actions()
    with office.storage.begin() as work:
        number = 1 + rows.index(("t.agent", "call.flagged", "CA1"))
        assert work.audit_note(number) == "a second voice whispers"


async def test_a_held_call_is_decided_by_a_person_and_a_second_one_lifts_the_hold(office: Office) -> None:
    async with office.browser(Role.FRAUD_ANALYST) as analyst, office.browser(Role.SUPERVISOR) as supervisor:
        assert (await analyst.post(f"{PAGE}/hold", data={"why": WHY})).status_code == 200
        assert (await analyst.post(f"{PAGE}/hold", data={"why": WHY})).status_code == 409
        await asyncio.sleep(0.05)
        assert "held" in (await supervisor.get(PAGE)).text
        await keyed_to_the_end(office.line, begun=True)
        (row,) = list_applications(office.storage.engine)
        assert row.status == "review"
        case = f"/console/cases/{row.case_id}"
        assert (await analyst.post(f"{case}/release", data={"why": WHY})).status_code == 409, "no purpose yet"
        for client in (analyst, supervisor):
            await client.post(case, data={"purpose": "fraud"})
        assert WHY in (await supervisor.get(case)).text
        refused = await analyst.post(f"{case}/release", data={"why": WHY})
        assert refused.status_code == 403
        assert "second person" in refused.text
        assert (await supervisor.post(f"{case}/release", data={"why": "It was her interpreter."})).status_code == 204
        assert WHY not in (await supervisor.get(case)).text
        assert (await analyst.post(f"{case}/hold", data={"why": WHY})).status_code == 204
    written = [row[1] for row in office.actions() if row[1].startswith("hold.")]
    assert written == ["hold.placed", "hold.released", "hold.placed"]
