"""The list of people who were promised a call."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.applicant import PhoneNumber
from core.ports import CallBack
from core.usecases import call_back
from core.usecases.calling_hours import BusinessHours, next_call
from core.usecases.roles import Role
from tests.ivr.console.office import Office, open_office

PHONE = PhoneNumber("+14155550123")
ALWAYS = BusinessHours.parse("mon-sun 00:00-23:59")
PAGE = "/console/call-backs"


class House:
    """Its telephone rings."""

    def __init__(self) -> None:
        self.rung: list[CallBack] = []

    async def ring(self, wish: CallBack) -> None:
        self.rung.append(wish)


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
async def office(tmp_path: Path, house: House) -> AsyncIterator[Office]:
    async with open_office(tmp_path, ring=house.ring, hours=ALWAYS) as office:
        for number in (1, 2):
            call_back.ask(
                office.storage,
                office.clock,
                office.ids,
                ALWAYS,
                call_id=f"CA{number}",
                phone=PHONE,
                reason="asked_for_person",
            )
        yield office


async def test_a_promise_is_kept_by_telephone_and_taken_off_the_list(office: Office, house: House) -> None:
    async with office.browser(Role.AGENT) as client:
        shown = (await client.get(PAGE)).text
        assert PHONE.masked() in shown
        assert "4155550123" not in shown
        assert "asked for a person" in shown
    allowed = next_call(PHONE, ALWAYS, office.clock.now())
    office.clock.pass_by(minutes=1 + (allowed - office.clock.now()).total_seconds() / 60)
    async with office.browser(Role.AGENT) as client:
        rings = await client.post(f"{PAGE}/CA1/ring")
        assert "press a key" in rings.text
        assert [wish.call_id for wish in house.rung] == ["CA1"]
        assert (await client.post(f"{PAGE}/CA1/settle", data={"how": "sometime"})).status_code == 422
        assert (await client.post(f"{PAGE}/CA1/settle", data={"how": "reached"})).status_code == 204
        assert (await client.post(f"{PAGE}/CA1/settle", data={"how": "reached"})).status_code == 409
        assert (await client.post(f"{PAGE}/CA2/later")).status_code == 204
        assert (await client.post(f"{PAGE}/CA404/later")).status_code == 404
    written = [row[1] for row in office.actions() if row[0] == "t.agent"]
    assert written == ["call_back.begun", "call_back.settled", "call_back.postponed"]


async def test_without_a_telephone_the_list_is_kept_by_hand(tmp_path: Path) -> None:
    async with open_office(tmp_path / "other") as office, office.browser(Role.SUPERVISOR) as client:
        assert "Nobody waits for a call." in (await client.get(PAGE)).text
        assert (await client.post(f"{PAGE}/CA1/ring")).status_code == 409
