"""The stream of a tab: ids to go on from, a heartbeat, an end with the session."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.requests import Request

from core.errors import Unauthenticated
from ivr.console import stream as module
from ivr.console.desk import Desk
from ivr.console.stream import encode, stream
from ivr.live_board import LiveBoard
from tests.core.usecases.test_staff import MovingClock


class Versions:
    """A screen that says which versions it was asked for."""

    tick_seconds = 60.0

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def news(self, since: int) -> str:
        return f"<p id=x>{since}-{self.desk.version}</p>" if self.desk.version > since else ""


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk(LiveBoard(), MovingClock())
    with desk.watching("CA1", "a.one"):  # three versions
        pass
    with desk.watching("CA1", "a.one"):
        yield desk


def _request(desk: Desk, *, header: str = "", query: str = "") -> Request:
    headers = [(b"last-event-id", header.encode())] if header else []
    return Request({"type": "http", "headers": headers, "query_string": query.encode(), "method": "GET", "path": "/"})


async def _fine() -> None: ...


async def _pieces(desk: Desk, request: Request, count: int, here: Any = _fine) -> list[str]:
    response = stream(request, desk, Versions(desk), here)
    assert response.headers["x-accel-buffering"] == "no"
    found: list[str] = []
    async with asyncio.timeout(5):
        async for piece in response.body_iterator:
            found.append(bytes(piece).decode())
            if len(found) == count:
                break
    return found


async def test_a_reader_is_sent_what_is_above_its_id(desk: Desk) -> None:
    found = await _pieces(desk, _request(desk, query=f"after={desk.epoch}.1"), 2)
    assert found == ["retry: 1000\n\n", f"id: {desk.epoch}.3\nevent: patch\ndata: <p id=x>1-3</p>\n\n"]


async def test_the_browsers_own_id_wins_over_the_pages(desk: Desk) -> None:
    found = await _pieces(desk, _request(desk, header=f"{desk.epoch}.2", query=f"after={desk.epoch}.0"), 2)
    assert "2-3" in found[1]


@pytest.mark.parametrize("after", ["", "other.1", "1", "{epoch}.x", "{epoch}.99", "{epoch}.-1"])
async def test_an_id_of_another_run_asks_for_the_page_anew(desk: Desk, after: str) -> None:
    found = await _pieces(desk, _request(desk, query=f"after={after.format(epoch=desk.epoch)}"), 1)
    assert found == ["event: reload\ndata: \n\n"]


async def test_something_new_comes_by_itself(desk: Desk) -> None:
    loop = asyncio.get_running_loop()

    def happen() -> None:
        with desk.watching("CA2", "b.two"):
            pass

    loop.call_later(0.2, happen)
    found = await _pieces(desk, _request(desk, query=f"after={desk.epoch}.3"), 2)
    assert "3-5" in found[1]


async def test_a_heartbeat_and_the_end_of_a_session(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BEAT_SECONDS", 0.2)
    asked = 0

    async def once() -> None:
        nonlocal asked
        asked += 1
        if asked > 1:
            raise Unauthenticated("Your session is over; sign in again.")

    found = await _pieces(desk, _request(desk, query=f"after={desk.epoch}.3"), 9, once)
    assert found == ["retry: 1000\n\n", ": beat\n\n", "event: over\ndata: \n\n"]


def test_lines_of_data_become_lines_of_the_event() -> None:
    assert encode("patch", "<p>\n</p>", "e.1") == b"id: e.1\nevent: patch\ndata: <p>\ndata: </p>\n\n"
