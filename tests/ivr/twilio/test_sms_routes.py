"""Delivery reports: signed, in any order, each change once."""

from __future__ import annotations

import itertools

import httpx
import pytest
from fastapi import FastAPI

from ivr.twilio.sms_routes import Deliveries, sms_router
from tests.ivr.twilio.fakes_line import FakeMeter
from tests.ivr.twilio.line_app import LineApp

BASE = "https://line.example.org"
MESSAGE = "SM" + "7" * 32


class SmsApp(LineApp):
    def __init__(self) -> None:
        super().__init__(BASE)
        self.deliveries = Deliveries(self.meter)
        self.app = FastAPI()
        self.app.include_router(sms_router(self.deliveries, self.verifier, self.meter))

    async def report(self, *, signed: bool = True, **fields: str) -> int:
        form = {"AccountSid": "AC" + "3" * 32, "To": "+14155550123", "From": "+14155550100", **fields}
        headers = self.sign(f"{BASE}/voice/sms-status", form) if signed else {}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=BASE) as client:
            return (await client.post("/voice/sms-status", data=form, headers=headers)).status_code


@pytest.fixture
def line() -> SmsApp:
    return SmsApp()


async def test_a_report_is_counted_and_kept(line: SmsApp) -> None:
    assert await line.report(MessageSid=MESSAGE, MessageStatus="sent") == 204
    assert await line.report(MessageSid=MESSAGE, MessageStatus="undelivered", ErrorCode="30003") == 204
    assert line.deliveries.status_of(MESSAGE) == "undelivered"
    assert line.meter["twilio_message", "undelivered"] == 1


async def test_unsigned_nameless_and_unknown_reports_change_nothing(line: SmsApp) -> None:
    assert await line.report(signed=False, MessageSid=MESSAGE, MessageStatus="sent") == 403
    assert await line.report(MessageSid="", MessageStatus="sent") == 400
    assert await line.report(MessageSid=MESSAGE, MessageStatus="eaten by a dog") == 204
    assert line.deliveries.status_of(MESSAGE) is None


@pytest.mark.parametrize("order", list(itertools.permutations(["queued", "sent", "delivered", "sent"])))
def test_any_order_ends_the_same(order: tuple[str, ...]) -> None:
    meter = FakeMeter()
    deliveries = Deliveries(meter)
    for status in order:
        deliveries.report(MESSAGE, status)
    assert deliveries.status_of(MESSAGE) == "delivered"
    assert meter["twilio_message", "delivered"] == 1
    assert meter["twilio_message", "sent"] <= 1


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.twilio.sms_routes._REMEMBERED", 3)
    deliveries = Deliveries(FakeMeter())
    for number in range(5):
        deliveries.report(f"SM{number}", "sent")
    assert [deliveries.status_of(f"SM{number}") for number in (0, 1, 2, 4)] == [None, None, "sent", "sent"]
