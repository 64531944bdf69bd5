"""The link of a text message in a real browser: from the accepted call to the terms on paper."""

from __future__ import annotations

import httpx
import pytest

from tests.browser.chromium import installed
from tests.browser.stage import CALLS, stage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(installed() is None, reason="there is no chromium on this machine: apt-get install chromium"),
]


async def test_from_the_text_to_the_terms_by_keyboard() -> None:
    assert (CALLS / "happy_path.call.toml").is_file()
    async with stage() as on:
        _, playing = on.ring("happy_path", 6.0)
        played = await playing
        assert played.result is not None
        assert played.result.outcome == "accepted"
        async with httpx.AsyncClient(trust_env=False) as http:
            texts = (await http.get(on.url("/sandbox/sms"), params={"to": "+14155550123"})).json()
        link = next(word for word in texts[-1]["text"].split() if "/t/" in word)

        await on.open(link.removeprefix(on.server.url))
        assert await on.serious() == []
        await on.page.fill("#last4", "0000")
        await on.page.press("Enter")
        await on.page.wait("!!document.querySelector('[role=alert]')")
        assert await on.serious() == []
        await on.page.fill("#last4", "7341")
        await on.page.press("Enter")
        await on.page.wait("document.querySelectorAll('table').length === 2")
        assert await on.serious() == []
        assert await on.page.run("document.querySelectorAll('tbody tr').length") == 5 + 12
