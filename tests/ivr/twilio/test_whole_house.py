"""A node as it is in service, between Twilio's webhooks and a stand-in for Twilio's API: code, person, and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx
import pytest
from twilio.request_validator import RequestValidator

from ivr.app import create_app
from ivr.bootstrap import House, build
from ivr.settings import load_settings
from tests.ivr.twilio.rest_server import ACCOUNT, SECRET, SERVICE, Twilio, serving

BASE = "https://line.example.org"
CALL, CALLER, OURS, STAFF = "CA" + "4" * 32, "+14155550123", "+14155550100", "+14155550199"
LEG = "XX123"  # what the stand-in calls every call it makes


class Line:
    """The recogniser is not started, so every call is a form."""

    def __init__(self, folder: Path, twilio: Twilio) -> None:
        self.twilio = twilio
        self.house: House = build(
            load_settings(
                data_dir=folder,
                public_url=BASE,
                staff_number=STAFF,
                twilio_account_sid=ACCOUNT,
                twilio_auth_token=SECRET,
                twilio_from_number=OURS,
                twilio_verify_service=SERVICE,
                twilio_api_url=twilio.url,
                recognizer_workers=1,
            ),
            8080,
        )
        self.app = create_app(self.house)
        self.action = f"{BASE}/voice/incoming"

    async def post(self, url: str, **more: str) -> ET.Element:
        path = url.removeprefix(BASE).partition("#")[0]
        fields = {"CallSid": CALL, "From": CALLER, "To": OURS, "CallStatus": "in-progress"} | more
        headers = {"X-Twilio-Signature": RequestValidator(SECRET).compute_signature(BASE + path, fields)}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=BASE) as client:
            answer = await client.post(path, data=fields, headers=headers)
        assert answer.status_code in {200, 204}, (path, answer.status_code)
        return ET.fromstring(answer.text or "<Response/>")

    async def say(self, **given: str) -> str:
        """Answer the open page; returns the name of what is asked next, or the last verb."""
        page = await self.post(self.action, **given)
        gather = page.find("Gather")
        if gather is None or "/voice/form" not in gather.attrib["action"]:
            return page[-1].tag
        self.action = gather.attrib["action"]
        return self.action.partition("prompt=")[2].partition("#")[0]

    def asked(self) -> list[tuple[str, dict[str, str]]]:
        return [(path.rpartition("/")[2].removesuffix(".json"), form) for _, path, form in self.twilio.seen]


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    with serving() as twilio:
        made = Line(tmp_path, twilio)
        yield made
        made.house.storage.close()


KEYS = {
    "menu": "1", "consent": "1", "full_name": "51634262#533232##", "national_id_last4": "0073",
    "date_of_birth": "03031985", "monthly_income": "4200", "employment": "1", "monthly_debt": "0", "amount": "2500",
    "term_months": "12", "purpose": "3", "summary": "1",
}  # fmt: skip


async def until(line: Line, question: str) -> None:
    prompt = await line.say()
    for _ in range(30):
        if prompt.startswith(f"{question}."):
            return
        prompt = await line.say(Digits="1" if prompt.endswith(".confirm") else KEYS[prompt.partition(".")[0]])
    raise AssertionError(prompt)


async def test_the_code_goes_through_verify_and_the_application_to_a_person(line: Line) -> None:
    await until(line, "code")
    ((what, sent),) = line.asked()
    assert (what, sent) == ("Verifications", {"To": CALLER, "Channel": "sms"})
    assert (await line.say(Digits="000000")).startswith("code.")
    assert await line.say(Digits=line.twilio.verify.code) == "Hangup"
    await line.post(f"{BASE}/voice/status", CallStatus="completed")
    with line.house.storage.begin() as work:
        (wish,) = work.call_backs.due(None)
        stored = work.applications.get(wish.case_id)
    assert (stored.application.owner_verified, stored.decision.outcome.value) == (True, "review")
    assert wish.reason == "review"


async def test_a_person_is_rung_told_joined_and_gives_the_caller_back(line: Line) -> None:
    await until(line, "employment")
    waiting = await line.post(line.action, Digits="0")
    assert waiting.find("Gather/Play") is not None
    (invited,) = [form for what, form in line.asked() if what == "Calls"]
    assert (invited["To"], invited["From"]) == (STAFF, OURS)
    assert CALLER not in invited["Twiml"]
    assert "next in line" in " ".join((await line.post(f"{BASE}/voice/hold")).itertext())

    joined = await line.post(f"{BASE}/voice/staff-join", CallSid=LEG, From=OURS, To=STAFF, Digits="5")
    room = joined.findtext("Dial/Conference")
    moved = line.asked()[-1]
    assert moved[0] == CALL
    assert ET.fromstring(moved[1]["Twiml"]).findtext("Dial/Conference") == room

    await line.post(f"{BASE}/voice/staff-left", CallSid=LEG, From=OURS, To=STAFF, DialCallStatus="completed")
    back = line.asked()[-1]
    assert (back[0], back[1]["Method"]) == (CALL, "POST")
    line.action = back[1]["Url"]
    assert await line.say() == "employment.ask"
