"""The desk follows the board, knows who watches, and puts those first who need somebody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from ivr.console.desk import STUCK_SECONDS, Desk, attention
from ivr.console.story import Story
from ivr.live_board import LiveBoard
from tests.core.usecases.test_staff import MovingClock


class Table:
    def __init__(self) -> None:
        self.board, self.clock = LiveBoard(), MovingClock()
        self.desk = Desk(self.board, self.clock)

    async def publish(self, call_id: str, kind: str, **fields: object) -> None:
        self.board.publish(call_id, kind, 0, **fields)
        for _ in range(3):
            await asyncio.sleep(0)

    async def began(self, call_id: str) -> None:
        await self.publish(call_id, "began", caller="+1•••••••23", attestation=None, resuming=False)

    async def risk(self, call_id: str, level: int) -> None:
        band = ("clear", "observe", "step_up", "hold")[level]
        await self.publish(call_id, "signals", band=band, level=level, complete=True, signals=[], reasons=[])


@pytest.fixture
async def table() -> AsyncIterator[Table]:
    table = Table()
    following = asyncio.create_task(table.desk.follow())
    await asyncio.sleep(0)
    yield table
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)


async def test_calls_that_need_somebody_come_first(table: Table) -> None:
    for name in ("CA1", "CA2", "CA3"):
        await table.began(name)
    await table.risk("CA2", 2)
    await table.risk("CA3", 3)
    assert [story.call_id for story in table.desk.stories()] == ["CA3", "CA2", "CA1"]
    await table.publish("CA3", "end", outcome="dropped")
    assert [story.call_id for story in table.desk.stories()] == ["CA2", "CA1", "CA3"]
    table.clock.pass_by(minutes=3)
    assert [story.call_id for story in table.desk.stories()] == ["CA2", "CA1"]


def test_reasons_for_attention() -> None:
    story = Story("CA1", 0.0)
    assert attention(story, 0.0).why == ()
    assert attention(story, STUCK_SECONDS + 1).why == ("stuck",)
    story.troubles, story.confidence = 2, 0.4
    assert attention(story, 0.0).why == ("repeats", "unclear")
    story.outcome = "accepted"
    assert attention(story, 100.0).score == -1


async def test_a_change_rings_every_bell(table: Table) -> None:
    with table.desk.bell() as one, table.desk.bell() as two:
        await table.began("CA1")
        assert one.is_set()
        assert two.is_set()
    version = table.desk.version
    await table.risk("CA1", 1)
    assert table.desk.version > version


async def test_watchers_are_seen_while_they_watch(table: Table) -> None:
    await table.began("CA1")
    before = table.desk.version
    with table.desk.watching("CA1", "m.reyes"), table.desk.watching("CA1", "m.reyes"):
        story = table.desk.story("CA1")
        assert story is not None
        assert table.desk.watchers("CA1") == ["m.reyes"]
        assert story.head_version > before
    assert table.desk.watchers("CA1") == []


async def test_what_the_desk_missed_is_marked_in_every_live_call(table: Table) -> None:
    await table.began("CA1")
    for number in range(400):  # more than the board keeps for a reader
        table.board.publish("CA1", "key", number, hidden=False)
    for _ in range(5):
        await asyncio.sleep(0)
    story = table.desk.story("CA1")
    assert story is not None
    assert [line.who for line in story.lines] == ["event", "gap", "keys"]
