"""Exactly one end of call, whoever reports it, in whatever order."""

from __future__ import annotations

import itertools

import pytest

from core.errors import Conflict, StorageError
from ivr.line import Admission, IncomingCall, NextStep
from ivr.twilio.calls import Calls
from tests.ivr.twilio.fakes_line import FakeMeter, FakeSwitchboard

CALL = IncomingCall("CA1", None, "+14155550100")


@pytest.fixture
def house() -> FakeSwitchboard:
    return FakeSwitchboard()


@pytest.fixture
def calls(house: FakeSwitchboard) -> Calls:
    return Calls(house, FakeMeter())


async def test_the_stream_then_the_status(calls: Calls, house: FakeSwitchboard) -> None:
    assert await calls.ring(CALL) is Admission.WELCOME
    calls.stream_began("CA1", "MZ1", lambda _why: None)
    assert calls.joined == 1
    await calls.stream_over("CA1", "MZ1", "stop")
    await calls.call_over("CA1", "completed")
    await calls.call_over("CA1", "completed")
    assert house.ends == [("CA1", "stop")]
    assert calls.joined == 0
    assert calls.is_gone("CA1")


async def test_the_status_first_ends_the_live_stream_which_then_speaks_once(
    calls: Calls, house: FakeSwitchboard
) -> None:
    told: list[str] = []
    await calls.ring(CALL)
    calls.stream_began("CA1", "MZ1", told.append)
    await calls.call_over("CA1", "completed")
    assert told == ["completed"]
    assert house.ends == []
    await calls.stream_over("CA1", "MZ1", "completed")
    assert house.ends == [("CA1", "completed")]


@pytest.mark.parametrize("order", list(itertools.permutations(["stream", "status", "report", "status"])))
async def test_any_order_is_one_end(order: tuple[str, ...], calls: Calls, house: FakeSwitchboard) -> None:
    await calls.ring(CALL)
    calls.stream_began("CA1", "MZ1", lambda _why: None)
    for step in order:
        if step == "stream":
            await calls.stream_over("CA1", "MZ1", "stop")
        elif step == "status":
            await calls.call_over("CA1", "completed")
        else:
            await calls.stream_reported_over("CA1", "MZ1")
    assert len(house.ends) == 1


async def test_a_call_that_reconnects_is_not_over_until_the_last_stream_is(
    calls: Calls, house: FakeSwitchboard
) -> None:
    house.step = NextStep("reconnect")
    await calls.ring(CALL)
    calls.stream_began("CA1", "MZ1", lambda _why: None)
    await calls.stream_over("CA1", "MZ1", "stalled")
    assert house.ends == []
    told: list[str] = []
    calls.stream_began("CA1", "MZ2", told.append)
    await calls.stream_reported_over("CA1", "MZ1")  # late news of the first stream
    await calls.stream_over("CA1", "MZ1", "stalled")
    assert (told, house.ends) == ([], [])
    house.step = NextStep("goodbye")
    await calls.stream_over("CA1", "MZ2", "stop")
    assert house.ends == [("CA1", "stop")]


async def test_a_caller_who_hangs_up_before_reconnecting_is_over(calls: Calls, house: FakeSwitchboard) -> None:
    house.step = NextStep("reconnect")
    await calls.ring(CALL)
    calls.stream_began("CA1", "MZ1", lambda _why: None)
    await calls.stream_over("CA1", "MZ1", "stalled")
    await calls.call_over("CA1", "completed")
    assert house.ends == [("CA1", "completed")]


async def test_one_stream_at_a_time_and_none_after_the_end(calls: Calls) -> None:
    await calls.ring(CALL)
    calls.stream_began("CA1", "MZ1", lambda _why: None)
    with pytest.raises(Conflict, match="already"):
        calls.stream_began("CA1", "MZ2", lambda _why: None)
    await calls.stream_over("CA1", "MZ1", "stop")
    with pytest.raises(Conflict, match="over"):
        calls.stream_began("CA1", "MZ2", lambda _why: None)


async def test_a_call_that_a_person_had_and_gave_back_still_ends_once(calls: Calls, house: FakeSwitchboard) -> None:
    house.step = NextStep("person")
    await calls.ring(CALL)
    calls.stream_began("CA1", "MZ1", lambda _why: None)
    await calls.stream_over("CA1", "MZ1", "finished")
    assert house.ends == []
    await calls.ring(CALL, again=True)
    calls.stream_began("CA1", "MZ2", lambda _why: None)
    house.step = NextStep("goodbye")
    await calls.stream_over("CA1", "MZ2", "stop")
    await calls.call_over("CA1", "completed")
    assert house.ends == [("CA1", "stop")]


@pytest.mark.parametrize("kind", ["person", "form", "reconnect"])
async def test_a_call_that_left_its_stream_ends_with_the_telephone_call(
    kind: str, calls: Calls, house: FakeSwitchboard
) -> None:
    house.step = NextStep(kind)
    await calls.ring(CALL)
    calls.stream_began("CA1", "MZ1", lambda _why: None)
    await calls.stream_over("CA1", "MZ1", "finished")
    assert house.ends == []
    await calls.call_over("CA1", "completed")
    await calls.call_over("CA1", "completed")
    assert house.ends == [("CA1", "completed")]


async def test_an_end_that_could_not_be_stored_is_reported_again(calls: Calls, house: FakeSwitchboard) -> None:
    await calls.ring(CALL)
    calls.stream_began("CA1", "MZ1", lambda _why: None)
    house.failing = True
    with pytest.raises(StorageError):
        await calls.stream_over("CA1", "MZ1", "stop")
    house.failing = False
    await calls.call_over("CA1", "completed")
    assert house.ends == [("CA1", "completed")]


async def test_memory_is_bounded_and_live_calls_are_kept(
    calls: Calls, house: FakeSwitchboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ivr.twilio.calls._REMEMBERED", 10)
    await calls.ring(CALL)
    calls.stream_began("CA1", "MZ1", lambda _why: None)
    for number in range(100):
        await calls.call_over(f"CAother{number}", "completed")
    assert calls.joined == 1
    assert calls.is_gone("CAother99")
    assert not calls.is_gone("CAother0")
    await calls.stream_over("CA1", "MZ1", "stop")
    assert house.ends[-1] == ("CA1", "stop")
