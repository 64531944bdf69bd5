"""Calling somebody back over signed HTTP: a key, a number that stands in no address, and the list put right."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx
import pytest
from fastapi import FastAPI

from core.applicant import PhoneNumber
from core.usecases.call_back import waiting
from core.usecases.calling_hours import BusinessHours
from ivr.twilio.call_back_desk import CallBackDesk
from ivr.twilio.call_back_routes import call_back_router
from tests.ivr.form_house import CALL, CALLER, FormHouse
from tests.ivr.twilio.line_app import LineApp

BASE, OURS = "https://line.example.org", PhoneNumber("+14155550100")


class CallingApp(LineApp):
    def __init__(self, folder: Path) -> None:
        super().__init__(BASE)
        self.real = FormHouse(folder)
        hours = BusinessHours.parse("mon-sun 00:00-23:59")
        self.desk_of_wishes = CallBackDesk(
            self.real.storage, self.real.clock, self.real.ids, hours, self.real.switchboard.case_of
        )
        self.app = FastAPI()
        self.app.include_router(
            call_back_router(self.desk_of_wishes, self.documents, OURS.value, self.verifier, self.meter)
        )

    async def post(self, path: str, *, signed: bool = True, **changes: str) -> httpx.Response:
        fields = self.form(**changes)
        headers = self.sign(f"{BASE}/voice/{path}", fields) if signed else {}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=BASE) as client:
            return await client.post(f"/voice/{path}", data=fields, headers=headers)


@pytest.fixture
async def line(tmp_path: Path) -> Iterator[CallingApp]:
    made = CallingApp(tmp_path)
    await made.desk_of_wishes.ask(CALL, "asked")
    yield made
    made.real.storage.close()


async def test_a_key_dials_the_caller_and_an_answer_settles_the_wish_once(line: CallingApp) -> None:
    answer = await line.post(f"call-back-dial?call={CALL.call_id}", Digits="5")
    number = ET.fromstring(answer.text).find("Dial/Number")
    assert number is not None
    assert number.text == CALLER.value
    assert CALLER.value not in number.attrib["statusCallback"]
    assert ET.fromstring(answer.text)[0].attrib["callerId"] == OURS.value
    for _ in range(2):
        assert (await line.post(f"call-back-status?call={CALL.call_id}", CallStatus="completed")).status_code == 204
    assert waiting(line.real.storage) == []
    again = await line.post(f"call-back-dial?call={CALL.call_id}", Digits="5")
    assert "settled already" in again.text
    assert CALLER.value not in again.text


@pytest.mark.parametrize("status", ["busy", "failed", "no-answer", "canceled"])
async def test_no_answer_is_tried_again_later(line: CallingApp, status: str) -> None:
    for early in ("initiated", "ringing", "in-progress"):
        await line.post(f"call-back-status?call={CALL.call_id}", CallStatus=early)
    (before,) = waiting(line.real.storage)
    await line.post(f"call-back-status?call={CALL.call_id}", CallStatus=status)
    (after,) = waiting(line.real.storage)
    assert (before.tries, after.tries) == (0, 1)
    assert line.meter["twilio_called_back", "not_answered"] == 1


async def test_unsigned_unknown_and_odd_calls_get_no_number(line: CallingApp) -> None:
    for path in ("call-back-dial", "call-back-status"):
        assert (await line.post(f"{path}?call={CALL.call_id}", signed=False)).status_code == 403
        assert (await line.post(f"{path}?call=a.b")).status_code == 400
    other = await line.post("call-back-dial?call=CA9", Digits="1")
    assert "Dial" not in other.text
