"""The person's side over signed HTTP."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI

from ivr.line import NextStep
from ivr.twilio.hold_music import hold_music
from ivr.twilio.staff_routes import staff_router
from ivr.twilio.webhooks import Helpers, router
from tests.ivr.twilio.line_app import CALL, LineApp
from tests.ivr.twilio.test_handover import Desk, caller

BASE = "https://line.example.org"


class StaffApp(LineApp):
    """The line with a row of waiting callers."""

    def __init__(self) -> None:
        super().__init__(BASE)
        self.waiting = Desk()
        helpers = Helpers(self.call_backs, self.forms, self.waiting.desk, self.waiting.row, None)
        self.app = FastAPI()
        self.app.include_router(
            router(self.house, self.calls, self.verifier, self.tokens, self.documents, self.meter, helpers)
        )
        self.app.include_router(staff_router(self.waiting.row, self.documents, self.verifier, self.meter))

    async def post(self, path: str, *, signed: bool = True, **changes: str) -> httpx.Response:
        fields = self.form(**changes)
        headers = self.sign(f"{BASE}/voice/{path}", fields) if signed else {}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=BASE) as client:
            return await client.post(f"/voice/{path}", data=fields, headers=headers)


@pytest.fixture
def line() -> StaffApp:
    return StaffApp()


async def test_from_the_offer_to_the_talk_and_back_to_the_line(line: StaffApp) -> None:
    await line.post("incoming")
    line.house.step = NextStep("person", "asked_for_person")
    assert "hold-music.wav" in (await line.post("after-stream", CallStatus="in-progress")).text
    assert "next in line" in (await line.post("hold")).text
    assert "<Conference" in (await line.post("staff-join", CallSid="CAleg1", Digits="5")).text
    assert "<Hangup" in (await line.post("staff-left", CallSid="CAleg1", DialCallStatus="completed")).text
    assert line.waiting.control.did("hand_back") == [(CALL,)]
    assert "<Connect" in (await line.post("resume", CallStatus="in-progress")).text
    assert (await line.post("staff-status", CallSid="CAleg1", CallStatus="completed")).status_code == 204
    assert line.waiting.control.did("nobody") == []


async def test_hanging_up_in_the_row_stops_the_ringing_whichever_report_says_so(line: StaffApp) -> None:
    await line.post("incoming")
    await line.waiting.row.wait(caller(CALL))
    for _ in range(2):
        assert (await line.post("status", CallStatus="completed")).status_code == 204
    assert line.waiting.control.did("hang_up") == [("CAleg1",)]


async def test_only_ends_of_the_persons_call_matter(line: StaffApp) -> None:
    await line.waiting.row.wait(caller(CALL))
    for status in ("initiated", "ringing", "answered", "in-progress", ""):
        assert (await line.post("staff-status", CallSid="CAleg1", CallStatus=status)).status_code == 204
    assert line.waiting.control.did("nobody") == []
    for _ in range(2):
        await line.post("staff-status", CallSid="CAleg1", CallStatus="no-answer")
    assert line.waiting.control.did("nobody") == [(CALL, "True")]


@pytest.mark.parametrize("path", ["hold", "staff-join", "staff-left", "staff-status"])
async def test_unsigned_is_403(path: str, line: StaffApp) -> None:
    await line.waiting.row.wait(caller(CALL))
    before = list(line.waiting.control.asked)
    assert (await line.post(path, signed=False, CallSid="CAleg1", CallStatus="completed")).status_code == 403
    assert line.waiting.control.asked == before


async def test_music_is_asked_for_without_a_signature(line: StaffApp) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(line.app), base_url=BASE) as client:
        music = await client.get("/voice/hold-music.wav")
    assert (music.status_code, music.headers["content-type"]) == (200, "audio/wav")
    assert "max-age" in music.headers["cache-control"]
    assert music.content == hold_music()


async def test_one_leaves_the_row_for_a_call_back_that_is_kept(line: StaffApp) -> None:
    await line.post("incoming")
    await line.waiting.row.wait(caller(CALL))
    assert "next in line" in (await line.post("call-back", Digits="7")).text
    assert line.call_backs is not None
    line.call_backs.failing = True
    assert "next in line" in (await line.post("call-back", Digits="1")).text
    line.call_backs.failing = False
    assert "We will call you back" in (await line.post("call-back", Digits="1")).text
    assert not line.waiting.row.waits(CALL)
    assert line.waiting.control.did("hang_up") == [("CAleg1",)]
    assert list(line.call_backs.asked) == [CALL]


async def test_two_leaves_the_row_for_the_line(line: StaffApp) -> None:
    await line.post("incoming")
    await line.waiting.row.wait(caller(CALL))
    assert "<Connect" in (await line.post("call-back", Digits="2")).text
    assert not line.waiting.row.waits(CALL)


async def test_a_stranger_joins_no_room(line: StaffApp) -> None:
    await line.waiting.row.wait(caller(CALL))
    assert "Conference" not in (await line.post("staff-join", CallSid="CAother")).text
