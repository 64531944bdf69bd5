"""Helping a real call: nudge, correct, take over, hand back; each with a right, a reason and a row."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.usecases.roles import Role
from tests.ivr.console.office import Office, open_office
from tests.ivr.small_line import SmallLine, by_keys

PAGE = "/console/calls/CA1"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    line = SmallLine(tmp_path)
    async with open_office(tmp_path, line) as office:
        await line.answer()
        await line.until("term_months.ask", by_keys)
        await asyncio.sleep(0.05)
        yield office


async def test_the_line_asks_again_slows_down_and_says_an_approved_prompt(office: Office) -> None:
    line = office.line
    async with office.browser(Role.FRAUD_ANALYST) as client:
        for act, prompt in (("reask", ""), ("slower", ""), ("say", "reassure.take_your_time")):
            await line.prompts_out()
            given = {"act": act, "prompt": prompt, "reason": "caller hesitates"}
            answer = await client.post(f"{PAGE}/nudge", data=given)
            assert answer.status_code == 200, answer.text
        assert "reassure.take_your_time" in line.line.played
        assert line.line.played[-1].startswith("term_months.")
        assert (await client.post(f"{PAGE}/nudge", data={"act": "reask", "reason": ""})).status_code == 422
        assert (await client.post(f"{PAGE}/nudge", data={"act": "end", "reason": "because"})).status_code == 403
        bad = {"act": "say", "prompt": "goodbye.accepted", "reason": "because"}
        assert (await client.post(f"{PAGE}/nudge", data=bad)).status_code == 403
    assert office.actions().count(("t.fraud_analyst", "call.nudged", "CA1")) == 4


async def test_a_corrected_field_is_read_back_and_never_confirmed_by_staff(office: Office) -> None:
    line = office.line
    await line.prompts_out()
    async with office.browser(Role.SUPERVISOR) as client:
        wrong = {"field": "amount", "value": "a lot", "reason": "typed wrong"}
        assert (await client.post(f"{PAGE}/correct", data=wrong)).status_code == 422
        answer = await client.post(f"{PAGE}/correct", data=wrong | {"value": "1800.00"})
        assert answer.status_code == 200, answer.text
        missing = {"field": "purpose", "value": "home", "reason": "not asked yet"}
        assert (await client.post(f"{PAGE}/correct", data=missing)).status_code == 404
    amount = line.runner.state.slots["amount"]
    assert str(amount.value.value if hasattr(amount.value, "value") else amount.value) == "1800.00"
    assert not amount.confirmed


async def test_take_over_and_hand_back(office: Office) -> None:
    line = office.line
    await line.prompts_out()
    async with office.browser(Role.AGENT) as agent, office.browser(Role.SUPERVISOR) as other:
        assert (await agent.post(f"{PAGE}/hand-back")).status_code == 403
        answer = await agent.post(f"{PAGE}/take-over", data={"reason": "caller asked for a person"})
        assert answer.headers["hx-trigger"] == "loanline:joined"
        await asyncio.sleep(0.05)
        assert line.line.played[-1] == "staff.joins"
        assert "with t.agent" in (await other.get("/console/live")).text
        second = await other.post(f"{PAGE}/take-over", data={"reason": "me too"})
        assert second.status_code == 409
        assert (await other.post(f"{PAGE}/hand-back")).status_code == 403
        await line.prompts_out()
        assert (await agent.post(f"{PAGE}/hand-back")).headers["hx-trigger"] == "loanline:left"
        await line.prompts_out()
        assert line.line.played[-1].startswith("term_months.")
    mine = [row[1] for row in office.actions() if row[0] == "t.agent"]
    assert mine == ["call.taken_over", "call.handed_back"]


async def test_who_took_a_call_over_reads_it(office: Office) -> None:
    await office.line.prompts_out()
    async with office.browser(Role.AGENT) as agent:
        assert "4200.00" not in (await agent.get(PAGE)).text
        await agent.post(f"{PAGE}/take-over", data={"reason": "caller asked for a person"})
        await asyncio.sleep(0.05)
        assert "4200.00" in (await agent.get(PAGE)).text


async def test_a_call_that_is_over_cannot_be_helped(office: Office) -> None:
    await office.line.house.switchboard.ended("CA1", "completed")
    async with office.browser(Role.SUPERVISOR) as client:
        answer = await client.post(f"{PAGE}/take-over", data={"reason": "too late"})
        assert answer.status_code == 409
    assert ("t.supervisor", "call.taken_over", "CA1") not in office.actions()


class HouseTelephone:
    """Takes callers to a telephone; remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    async def take(self, call_id: str) -> None:
        self.told.append(("take", call_id))

    async def hand_back(self, call_id: str) -> None:
        self.told.append(("hand_back", call_id))


async def test_a_call_can_be_taken_by_telephone_and_handed_back(tmp_path: Path) -> None:
    line, telephone = SmallLine(tmp_path), HouseTelephone()
    async with open_office(tmp_path, line, phone=telephone) as office, office.browser(Role.AGENT) as agent:
        await line.answer()
        await line.until("amount.ask", by_keys)
        await asyncio.sleep(0.05)
        assert "the telephone of the house" in (await agent.get(PAGE)).text
        asked = {"reason": "wants a person", "way": "phone"}
        answer = await agent.post(f"{PAGE}/take-over", data=asked)
        assert answer.headers["hx-trigger"] == "loanline:by-phone"
        assert "staff.joins" not in line.line.played, "the line's own voice is not in this call any more"
        await asyncio.sleep(0.05)
        assert "A person takes the call by telephone" in (await agent.get(PAGE)).text
        assert (await agent.post(f"{PAGE}/take-over", data=asked)).status_code == 409
        assert (await agent.post(f"{PAGE}/hand-back", data={"why": "bored"})).status_code == 422
        assert (await agent.post(f"{PAGE}/hand-back", data={"why": "line_can_do_it"})).status_code == 204
        await asyncio.sleep(0.05)
        assert "with t.agent" not in (await agent.get(PAGE)).text
        assert telephone.told == [("take", "CA1"), ("hand_back", "CA1")]
        mine = [row[1] for row in office.actions() if row[0] == "t.agent"]
        assert mine == ["call.watched", "call.taken_over", "call.handed_back"]


async def test_without_a_telephone_only_the_browser_takes_over(office: Office) -> None:
    async with office.browser(Role.AGENT) as agent:
        assert "the telephone of the house" not in (await agent.get(PAGE)).text
        answer = await agent.post(f"{PAGE}/take-over", data={"reason": "wants a person", "way": "phone"})
        assert answer.status_code == 409
