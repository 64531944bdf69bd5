from __future__ import annotations

import asyncio

import pytest

from core.errors import TooLarge
from ivr.line import AudioIn, KeyIn, LineEnded
from ivr.twilio.backlog import MAX_EVENTS, Backlog


def frame(number: int) -> AudioIn:
    return AudioIn(number * 20, bytes([number % 250]) * 160)


async def test_first_in_first_out() -> None:
    backlog = Backlog()
    events = [frame(0), KeyIn("1"), frame(1), LineEnded("stop")]
    assert all(backlog.put(event) for event in events)
    assert [await backlog.get() for _ in events] == events


async def test_get_waits_for_put() -> None:
    backlog = Backlog()
    waiting = asyncio.create_task(backlog.get())
    await asyncio.sleep(0)
    assert not waiting.done()
    backlog.put(KeyIn("1"))
    assert await waiting == KeyIn("1")


async def test_too_much_sound_becomes_silence_in_its_place_and_stream_time_stays_true() -> None:
    backlog = Backlog(limit_ms=100)
    assert [backlog.put(frame(number)) for number in range(8)] == [True] * 5 + [False] * 3
    assert backlog.put(KeyIn("7"))
    got = [await backlog.get() for _ in range(7)]
    assert got == [*map(frame, range(5)), AudioIn(100, b"\xff" * 480), KeyIn("7")]
    assert backlog.put(frame(8))
    assert await backlog.get() == frame(8)


async def test_silence_alone_wakes_the_consumer() -> None:
    backlog = Backlog(limit_ms=10)
    waiting = asyncio.create_task(backlog.get())
    await asyncio.sleep(0)
    assert not backlog.put(frame(0))
    assert await asyncio.wait_for(waiting, 1) == AudioIn(0, b"\xff" * 160)


async def test_hopelessly_behind_is_an_error_and_the_end_still_has_room() -> None:
    backlog = Backlog(limit_ms=20)
    for number in range(3001):
        backlog.put(frame(number))
    with pytest.raises(TooLarge):
        backlog.put(frame(3001))
    assert backlog.put(LineEnded("behind"))


async def test_too_many_keys_are_an_error() -> None:
    backlog = Backlog()
    for _ in range(MAX_EVENTS):
        backlog.put(KeyIn("1"))
    with pytest.raises(TooLarge):
        backlog.put(KeyIn("1"))
    assert backlog.put(LineEnded("behind"))
