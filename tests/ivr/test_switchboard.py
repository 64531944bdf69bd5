"""The switchboard: admission, one runner a call, one end a call."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.applicant import PhoneNumber
from core.errors import Conflict, NotFound
from ivr.line import Admission, IncomingCall, LineEnded
from ivr.switchboard import LineSwitchboard
from tests.ivr.small_line import CALL, HandLine, SmallLine, by_keys


async def test_ringing_twice_is_ringing_once(tmp_path: Path) -> None:
    line = SmallLine(tmp_path)
    await line.recognizer.start()
    board = line.house.switchboard
    assert isinstance(board, LineSwitchboard)
    assert await board.ring(CALL) is Admission.WELCOME
    assert await board.ring(CALL) is Admission.WELCOME
    await board.connect("CA1", HandLine())
    assert board.active == 1


async def test_the_call_too_many_is_offered_a_call_back(tmp_path: Path) -> None:
    line = await SmallLine(tmp_path, max_calls=1).answer()
    board = line.house.switchboard
    other = IncomingCall("CA2", None, "+18005550199")
    assert await board.ring(other) is Admission.FULL
    await board.ended("CA1", "completed")
    assert await board.ring(other) is Admission.WELCOME


async def test_a_closing_line_takes_no_new_calls(tmp_path: Path) -> None:
    line = await SmallLine(tmp_path).answer()
    line.house.switchboard.stop_taking_calls()
    assert await line.house.switchboard.ring(IncomingCall("CA2", None, "+18005550199")) is Admission.CLOSED


async def test_only_a_call_that_rang_can_be_joined_and_only_once(tmp_path: Path) -> None:
    line = await SmallLine(tmp_path).answer()
    with pytest.raises(NotFound):
        await line.house.switchboard.connect("CA9", HandLine())
    with pytest.raises(Conflict):
        await line.house.switchboard.connect("CA1", HandLine())


async def test_the_end_counts_once_and_unknown_ends_do_nothing(tmp_path: Path) -> None:
    line = await SmallLine(tmp_path).answer()
    board = line.house.switchboard
    await board.ended("CA1", "hung_up")
    await board.ended("CA1", "completed")
    await board.ended("CA404", "completed")
    with line.house.storage.begin() as unit:
        assert unit.records.read("CA1").outcome == "dropped"
    assert [fact.kind for fact in line.house.board.history("CA1")].count("end") == 1


async def test_a_dropped_call_goes_on_in_the_same_case(tmp_path: Path) -> None:
    line = await SmallLine(tmp_path).answer()
    await line.until("monthly_income.ask", by_keys)
    case = line.runner.state.case_id
    await line.give(LineEnded("stop"))
    await line.house.switchboard.ended("CA1", "hung_up")
    again = IncomingCall("CA2", CALL.caller, CALL.called)
    await line.house.switchboard.ring(again)
    runner = await line.house.switchboard.connect("CA2", HandLine())
    await runner.begin()
    assert runner.state.case_id == case
    assert runner.state.left_behind is not None
    assert runner.state.slots == {}, "nothing is known before the caller proved who is calling"


async def test_two_calls_of_one_number_at_once_are_two_cases(tmp_path: Path) -> None:
    line = await SmallLine(tmp_path).answer()
    await line.until("monthly_income.ask", by_keys)
    again = IncomingCall("CA2", PhoneNumber("+14155550123"), CALL.called)
    await line.house.switchboard.ring(again)
    runner = await line.house.switchboard.connect("CA2", HandLine())
    await runner.begin()
    assert runner.state.case_id != line.runner.state.case_id


async def test_an_unknown_call_is_not_found(tmp_path: Path) -> None:
    line = SmallLine(tmp_path)
    with pytest.raises(NotFound):
        line.house.switchboard.next_step("CA9")
    with pytest.raises(NotFound):
        line.house.switchboard.runner("CA9")
