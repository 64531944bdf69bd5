"""Resume links: signed, once, for as long as the answers are kept, and without a word about anybody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from core.applicant import PhoneNumber
from core.errors import Conflict, InvalidInput, StorageError, Unauthenticated
from core.storage.opening import open_storage
from ivr.line import IncomingCall
from ivr.links.resume import ResumeLinks, links_router
from tests.ivr.form_house import CALL, CountedIds, StepClock, Texts

BASE = "https://line.example.org"


class Line:
    def __init__(self, folder: Path) -> None:
        self.clock, self.texts, self.ids = StepClock(), Texts(), CountedIds()
        self.storage = open_storage(folder / "data", folder / "keyring.json", None, self.clock)
        self.links = self.made(b"k" * 32)
        self.app = FastAPI()
        self.app.include_router(links_router(self.links))

    def made(self, key: bytes) -> ResumeLinks:
        number = PhoneNumber("+14155550100")
        return ResumeLinks(key, self.storage, self.clock, self.ids, self.texts, BASE, number, 24)

    async def get(self, path: str) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=BASE) as client:
            return await client.get(path)


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    made = Line(tmp_path)
    yield made
    made.storage.close()


async def test_one_text_a_call_with_a_link_that_opens_once(line: Line) -> None:
    for _ in range(3):
        await line.links.send(CALL)
    (text,) = line.texts.sent
    url = next(word for word in text.split() if word.startswith(BASE))
    assert "5550123" not in text
    page = await line.get(url.removeprefix(BASE))
    assert page.status_code == 200
    assert "22 November 2026, 15:00 UTC" in page.text
    assert "+14155550100" in page.text
    assert page.headers["cache-control"] == "no-store"
    again = await line.get(url.removeprefix(BASE))
    assert again.status_code == 410
    assert "kept until" not in again.text
    assert "+14155550100" in again.text


async def test_every_changed_letter_is_refused(line: Line) -> None:
    token = line.links.mint()
    for place in range(len(token)):
        changed = token[:place] + ("x" if token[place] != "x" else "y") + token[place + 1 :]
        with pytest.raises(Unauthenticated):
            await line.links.redeem(changed)
    for other in ("", ".", "..", "1.2.3", token + "x", token * 3, "9999999999.token_1.é"):
        with pytest.raises(Unauthenticated):
            await line.links.redeem(other)
    await line.links.redeem(token)


async def test_another_key_and_a_late_hour_are_refused_and_a_restart_forgets_nothing(line: Line) -> None:
    token, later = line.links.mint(), line.links.mint()
    with pytest.raises(Unauthenticated):
        await line.made(b"o" * 32).redeem(token)
    await line.links.redeem(token)
    with pytest.raises(Conflict):
        await line.made(b"k" * 32).redeem(token)
    line.clock.forward(hours=24)
    with pytest.raises(Unauthenticated, match="expired"):
        await line.links.redeem(later)


async def test_a_withheld_number_gets_no_text(line: Line) -> None:
    with pytest.raises(InvalidInput):
        await line.links.send(IncomingCall("CA1", None, "+14155550100"))
    assert line.texts.sent == []


async def test_a_store_that_fails_burns_no_link(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> bool:
        raise StorageError("The disk is gone: mount it.")

    token = line.links.mint()
    with monkeypatch.context() as patch:
        patch.setattr("core.storage.delivery.SqlInbox.first_time", broken)
        assert (await line.get(f"/r/{token}")).status_code == 503
    assert (await line.get(f"/r/{token}")).status_code == 200


def test_a_short_key_is_refused(line: Line) -> None:
    with pytest.raises(ValueError, match="32"):
        line.made(b"short")
