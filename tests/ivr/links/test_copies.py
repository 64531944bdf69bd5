"""The link to the written copy: sealed, expiring, silent until the right digits, and a page worth keeping."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from core.decision.model import Outcome
from core.errors import StorageError, Unauthenticated
from core.jurisdiction.library import packaged
from core.usecases.intake import submit
from core.usecases.offer import accept
from ivr.links.copies import CopyLinks, copies_router
from tests.core.decision.builders import US
from tests.core.storage.people import LAST4, NAME, PHONE, HandClock, application, decision, heard, opened, risk

BASE, KEY = "https://line.example.org", b"k" * 32


class Line:
    def __init__(self, folder: Path) -> None:
        self.clock = HandClock()
        self.storage = opened(folder, self.clock)
        self.links = CopyLinks(KEY, self.clock, BASE + "/")
        self.app = FastAPI()
        self.app.include_router(
            copies_router(self.links, self.storage, self.clock, packaged("us"), "+14155550100"),
        )

    def apply(self, outcome: Outcome = Outcome.APPROVE) -> str:
        submit(self.storage, self.clock, application(), risk(), lambda *_: decision(outcome))
        return self.links.url("case_1")

    async def get(self, url: str) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=BASE) as client:
            return await client.get(url)

    async def post(self, url: str, last4: str = LAST4, **more: str) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=BASE) as client:
            return await client.post(url, data={"last4": last4, **more})


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    made = Line(tmp_path)
    yield made
    made.storage.close()


async def test_the_agreed_terms_with_plan_rate_and_right_to_withdraw(line: Line) -> None:
    url = line.apply()
    accept(line.storage, line.clock, US, "case_1", 0, heard("yes"))
    for _ in range(3):  # machines that open links use nothing up
        asked = await line.get(url)
        assert asked.status_code == 200
        assert "224.19" not in asked.text
    page = await line.post(url)
    assert page.status_code == 200
    for figure in ("12.9 %", "2517.00 USD", "224.19", "2026-12-02", "48 hours", "The loan that you agreed to"):
        assert figure in page.text
    for private in (NAME, LAST4, PHONE.value):
        assert private not in page.text + url
    assert "case_1" not in url
    assert (await line.post(url)).status_code == 200


async def test_a_decline_with_its_reasons_and_no_terms(line: Line) -> None:
    page = await line.post(line.apply(Outcome.DECLINE))
    assert "We cannot offer you a loan" in page.text
    assert "The instalment fits the income." in page.text
    assert "Payment plan" not in page.text


async def test_nothing_is_stored_scripted_or_linked_elsewhere(line: Line) -> None:
    url = line.apply()
    for page in (await line.get(url), await line.post(url), await line.post(url, "0000"), await line.get("/t/x")):
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        policy = page.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert not re.findall(r"<script|src=|style=|https?://", page.text)
        assert not page.cookies


async def test_wrong_digits_no_digits_and_too_many(line: Line) -> None:
    url = line.apply()
    for bad in ("", "12", "12345", "abcd", "١٢٣٤"):
        assert (await line.post(url, bad)).status_code == 422
    assert (await line.post(url, more="x" * 1000)).status_code == 422
    for _ in range(5):
        refused = await line.post(url, "0000")
        assert refused.status_code == 403
        assert 'role="alert"' in refused.text
    late = await line.post(url)
    assert late.status_code == 429
    assert "<form" not in late.text
    assert "224.19" not in late.text


async def test_every_changed_letter_another_key_and_old_age_open_nothing(line: Line) -> None:
    url = line.apply()
    token = url.rpartition("/")[2]
    # The last letter may hold two bits that stand for nothing, so the one before it ends the walk.
    for place in range(len(token) - 1):
        changed = token[:place] + ("x" if token[place] != "x" else "y") + token[place + 1 :]
        with pytest.raises(Unauthenticated):
            line.links.case_of(changed)
    for other in ("", "x", "..", "é", token * 5, token + "A" * 8):
        with pytest.raises(Unauthenticated):
            line.links.case_of(other)
    with pytest.raises(Unauthenticated):
        CopyLinks(b"o" * 32, line.clock, BASE).case_of(token)
    assert line.links.case_of(token) == "case_1"
    line.clock.forward(days=30)
    with pytest.raises(Unauthenticated, match="expired"):
        line.links.case_of(token)
    assert (await line.post(url)).status_code == 410


async def test_no_case_and_no_store(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await line.post(line.links.url("case_9"))).status_code == 410
    url = line.apply()

    def broken(*_args: object) -> None:
        raise StorageError("The disk is gone: mount it.")

    monkeypatch.setattr("ivr.links.copies.open_copy", broken)
    assert (await line.post(url)).status_code == 503
