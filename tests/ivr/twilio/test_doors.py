"""Which doors there are, and a whole call by form through all of them into the real house."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx
import pytest
from fastapi import FastAPI
from twilio.request_validator import RequestValidator

from core.applicant import PhoneNumber
from core.usecases.call_back import waiting
from core.usecases.calling_hours import BusinessHours
from ivr.links.resume import ResumeLinks
from ivr.twilio.call_back_desk import CallBackDesk
from ivr.twilio.doors import Doors, twilio_doors
from ivr.twilio.media_socket import Limits
from ivr.twilio.rest import TwilioApi
from tests.ivr.form_house import CALL, FormHouse
from tests.ivr.twilio.fakes_line import FakeMeter

BASE = "https://line.example.org"
SECRET = "the-auth-token"
STAFF = PhoneNumber("+14155550199")
HOURS = BusinessHours.parse("mon-sun 00:00-23:59")


def resume_links(house: FormHouse) -> ResumeLinks:
    number = PhoneNumber(CALL.called)
    return ResumeLinks(b"k" * 32, house.storage, house.clock, house.ids, house.texts, BASE, number, 24)


def doors(house: FormHouse, *, staff: PhoneNumber | None = None, api: TwilioApi | None = None) -> Doors:
    return twilio_doors(
        house.switchboard,
        public_url=BASE,
        auth_token=SECRET,
        token_key=b"t" * 32,
        clock=house.clock,
        ids=house.ids,
        meter=FakeMeter(),
        limits=Limits(),
        staff=staff,
        from_number=CALL.called,
        api=api,
        call_backs=CallBackDesk(house.storage, house.clock, house.ids, HOURS, house.switchboard.case_of),
        links=resume_links(house),
    )


@pytest.fixture
def house(tmp_path: Path) -> Iterator[FormHouse]:
    made = FormHouse(tmp_path)
    yield made
    made.storage.close()


class Caller:
    """Follows the TwiML as Twilio would, in a form."""

    def __init__(self, made: Doors) -> None:
        self.app = FastAPI()
        for router in made.routers:
            self.app.include_router(router)
        self.action = f"{BASE}/voice/incoming"

    async def post(self, url: str, **more: str) -> ET.Element:
        path = url.removeprefix(BASE).partition("#")[0]
        assert CALL.caller is not None
        fields = {
            "CallSid": CALL.call_id,
            "From": CALL.caller.value,
            "To": CALL.called,
            "CallStatus": "in-progress",
        } | more
        headers = {"X-Twilio-Signature": RequestValidator(SECRET).compute_signature(BASE + path, fields)}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=BASE) as client:
            answer = await client.post(path, data=fields, headers=headers)
        assert answer.status_code in {200, 204}, (path, answer.status_code)
        return ET.fromstring(answer.text or "<Response/>")

    async def say(self, **given: str) -> list[str]:
        """Send an answer to the open page; returns the verbs that come back."""
        page = await self.post(self.action, **given)
        gather = page.find("Gather")
        if gather is not None:
            self.action = gather.attrib["action"]
        return [verb.tag for verb in page]


async def test_a_whole_application_by_form(house: FormHouse) -> None:
    house.capacity = 0
    caller = Caller(doors(house))
    assert await caller.say() == ["Gather", "Redirect"]
    for _ in range(20):
        words = house.reply(await (await house.switchboard.form(CALL)).page()).text
        verbs = await caller.say(SpeechResult=words, Confidence="0.99")
        if verbs[-1] == "Hangup":
            break
    await caller.post(f"{BASE}/voice/status", CallStatus="completed")
    record = house.record()
    assert (record.outcome, record.complete) == ("review", True)
    assert [wish.reason for wish in waiting(house.storage)] == ["review"]
    assert house.switchboard.active == 0


async def test_a_full_line_promises_and_keeps(house: FormHouse, tmp_path: Path) -> None:
    small = FormHouse(tmp_path / "small", max_calls=1)
    await small.stream(CALL.__class__("CA1", None, CALL.called))
    caller = Caller(doors(small))
    assert await caller.say() == ["Say", "Gather", "Say", "Hangup"]
    assert await caller.say(Digits="1") == ["Say", "Hangup"]
    assert [wish.call_id for wish in waiting(small.storage)] == [CALL.call_id]
    small.storage.close()


def test_the_persons_doors_are_there_only_when_a_person_can_be_rung(house: FormHouse) -> None:
    api = TwilioApi("AC1", SECRET, FakeMeter())

    def paths(made: Doors) -> set[str]:
        return {getattr(route, "path", "") for router in made.routers for route in router.routes}

    assert "/voice/staff-join" not in paths(doors(house))
    assert "/voice/staff-join" not in paths(doors(house, staff=STAFF))
    assert "/voice/staff-join" in paths(doors(house, staff=STAFF, api=api))
    assert {"/voice/media", "/voice/form", "/voice/sms-status"} <= paths(doors(house))
