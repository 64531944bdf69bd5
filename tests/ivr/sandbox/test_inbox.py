"""Text messages into the sandbox and out of it."""

import httpx
import pytest

from core.applicant import PhoneNumber
from core.errors import ProviderError
from ivr.sandbox.inbox import SandboxSms, SmsBox
from tests.ivr.sandbox.serving import CountingIds, FixedClock, sandbox

BORROWER = PhoneNumber("+14155550123")


async def test_a_message_over_http_is_in_the_inbox_of_its_number_only() -> None:
    async with sandbox() as (url, box), httpx.AsyncClient() as http:
        sms = SandboxSms(http, url)
        first = await sms.send(BORROWER, "Your code is 204816.")
        assert first != await sms.send(PhoneNumber("+14155550124"), "another")
        assert box.texts_to(BORROWER) == ["Your code is 204816."]
        answer = await http.get(f"{url}/sms", params={"to": BORROWER.value})
        assert answer.json() == [
            {"to": BORROWER.value, "text": "Your code is 204816.", "at": "2026-10-01T12:00:00+00:00"}
        ]


async def test_the_box_is_a_sender_itself_and_forgets_the_oldest() -> None:
    box = SmsBox(FixedClock(), CountingIds(), keep=2)
    for text in ("one", "two", "three"):
        await box.send(BORROWER, text)
    assert box.texts_to(BORROWER) == ["two", "three"]
    assert BORROWER.value not in repr(box.inbox(BORROWER))


async def test_no_sandbox_and_a_refusing_one() -> None:
    async with httpx.AsyncClient() as http:
        with pytest.raises(ProviderError, match="loanline sandbox"):
            await SandboxSms(http, "http://127.0.0.1:9/sandbox").send(BORROWER, "x")
        async with sandbox() as (url, _):
            with pytest.raises(ProviderError, match="422"):
                await SandboxSms(http, url).send(BORROWER, "")
            with pytest.raises(ProviderError, match="404"):
                await SandboxSms(http, url + "/nowhere").send(BORROWER, "x")
