"""Waiting for a person: rooms, the row, who is rung when, and every way it can end."""

from __future__ import annotations

import pytest

from core.applicant import PhoneNumber
from core.errors import Conflict, NotFound, ProviderError
from ivr.line import CallNote, IncomingCall
from ivr.twilio.handover import HandOvers, whisper
from ivr.twilio.twiml import Documents, Place
from tests.ivr.twilio.fakes_line import FakeClock, FakeDesk, FakeIds, FakeMeter

STAFF = PhoneNumber("+14155550199")


class FakeControl:
    """Remembers what Twilio was asked; ``refusing`` names what it refuses."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.refusing: set[str] = set()
        self.legs = 0

    def _ask(self, *what: str) -> None:
        if what[0] in self.refusing:
            raise ProviderError("Twilio refused the request: look up error 21220 in its error list.")
        self.asked.append(what)

    async def to_hold(self, call_id: str, place: Place) -> None:
        self._ask("to_hold", call_id, str(place.before))

    async def to_conference(self, call_id: str, room: str) -> None:
        self._ask("to_conference", call_id, room)

    async def invite(self, staff: PhoneNumber, caller_id: str, whisper: str) -> str:
        self._ask("invite", staff.value, caller_id, whisper)
        self.legs += 1
        return f"CAleg{self.legs}"

    async def hand_back(self, call_id: str) -> None:
        self._ask("hand_back", call_id)

    async def hang_up(self, call_id: str) -> None:
        self._ask("hang_up", call_id)

    async def nobody(self, call_id: str, *, go_on: bool) -> None:
        self._ask("nobody", call_id, str(go_on))

    def did(self, what: str) -> list[tuple[str, ...]]:
        return [asked[1:] for asked in self.asked if asked[0] == what]


class Desk:
    def __init__(self) -> None:
        self.control, self.desk, self.meter, self.clock = FakeControl(), FakeDesk(), FakeMeter(), FakeClock()
        documents = Documents("https://line.example.org", STAFF, call_backs=True)
        self.row = HandOvers(
            self.control,  # type: ignore[arg-type]  # all that the row asks of Twilio
            documents, self.desk, STAFF, "+14155550100", FakeIds(), self.clock, self.meter,
        )  # fmt: skip


def caller(call_id: str, number: str = "+14155550123") -> IncomingCall:
    return IncomingCall(call_id, PhoneNumber(number) if number else None, "+14155550100")


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_a_caller_waits_and_a_person_is_rung_once(desk: Desk) -> None:
    first = await desk.row.wait(caller("CA1"), ("One moment.",))
    assert "One moment." in first
    assert "hold-music.wav" in first
    assert "Conference" not in first
    await desk.row.wait(caller("CA1"))
    assert len(desk.control.did("invite")) == 1
    assert desk.desk.taken == ["CA1"]
    assert desk.meter["twilio_hand_over", "waiting"] == 1


async def test_the_row_is_served_in_order_and_everybody_hears_their_place(desk: Desk) -> None:
    for number in (1, 2, 3):
        await desk.row.wait(caller(f"CA{number}"))
    assert [desk.row.position(f"CA{number}") for number in (1, 2, 3)] == [0, 1, 2]
    assert "2 callers before you" in await desk.row.hold(caller("CA3"))
    assert "one caller before you" in await desk.row.hold(caller("CA2"))
    assert "next in line" in await desk.row.hold(caller("CA1"))
    assert "room_1" in await desk.row.join("CAleg1")
    assert [desk.row.position(f"CA{number}") for number in (1, 2, 3)] == [None, 0, 1]
    assert len(desk.control.did("invite")) == 1
    await desk.row.leg_over("CAleg1")
    assert len(desk.control.did("invite")) == 2
    assert "room_2" in await desk.row.join("CAleg2")


async def test_a_person_who_does_not_answer_leaves_the_caller_with_a_call_back(desk: Desk) -> None:
    await desk.row.wait(caller("CA1"))
    await desk.row.wait(caller("CA2"))
    for _ in range(2):
        await desk.row.leg_over("CAleg1")
    assert desk.control.did("nobody") == [("CA1", "True")]
    assert desk.row.position("CA1") is None
    assert len(desk.control.did("invite")) == 2
    assert desk.meter["twilio_hand_over", "not_taken"] == 1


async def test_when_nobody_can_be_rung_the_caller_is_told_at_once(desk: Desk) -> None:
    desk.control.refusing = {"invite"}
    text = await desk.row.wait(caller("CA1"))
    assert "nobody is free" in text
    assert "Conference" not in text
    assert desk.row.position("CA1") is None


async def test_a_caller_who_hangs_up_while_waiting_stops_the_ringing(desk: Desk) -> None:
    await desk.row.wait(caller("CA1"))
    for _ in range(2):
        await desk.row.left("CA1")
    assert desk.control.did("hang_up") == [("CAleg1",)]
    assert "Conference" not in await desk.row.join("CAleg1")


async def test_a_caller_who_hangs_up_in_the_talk_frees_the_person(desk: Desk) -> None:
    await desk.row.wait(caller("CA1"))
    await desk.row.join("CAleg1")
    await desk.row.left("CA1")
    await desk.row.leg_over("CAleg1")
    assert desk.control.did("hang_up") == []
    assert desk.control.did("nobody") == []
    await desk.row.wait(caller("CA2"))
    assert len(desk.control.did("invite")) == 2


async def test_star_gives_the_caller_back_to_the_line(desk: Desk) -> None:
    await desk.row.wait(caller("CA1"))
    await desk.row.join("CAleg1")
    assert "Hangup" in await desk.row.star("CAleg1")
    assert desk.control.did("hand_back") == [("CA1",)]
    await desk.row.star("CAleg1")
    await desk.row.leg_over("CAleg1")
    assert desk.control.did("hand_back") == [("CA1",)]
    assert desk.control.did("nobody") == []
    assert desk.meter["twilio_hand_over", "handed_back"] == 1


async def test_a_closed_case_is_not_given_back(desk: Desk) -> None:
    await desk.row.wait(caller("CA1"))
    await desk.row.join("CAleg1")
    desk.desk.closed.add("CA1")
    with pytest.raises(Conflict):
        await desk.row.hand_back("CA1")
    await desk.row.star("CAleg1")
    assert desk.control.did("hand_back") == []
    with pytest.raises(NotFound):
        await desk.row.hand_back("CA2")


async def test_a_hand_back_that_twilio_refuses_keeps_the_call_with_the_person(desk: Desk) -> None:
    await desk.row.wait(caller("CA1"))
    await desk.row.join("CAleg1")
    desk.control.refusing = {"hand_back"}
    with pytest.raises(ProviderError):
        await desk.row.hand_back("CA1")
    assert "Hangup" in await desk.row.star("CAleg1")
    assert desk.meter["twilio_hand_over", "handed_back"] == 0


async def test_a_person_takes_a_call_from_the_line(desk: Desk) -> None:
    for _ in range(2):
        await desk.row.take("CA1")
    assert desk.control.did("to_hold") == [("CA1", "0")]
    assert len(desk.control.did("invite")) == 1
    assert "room_1" in await desk.row.join("CAleg1")
    assert desk.control.did("to_conference") == [("CA1", "room_1")]


async def test_a_call_that_cannot_be_moved_is_not_in_the_row(desk: Desk) -> None:
    desk.control.refusing = {"to_hold"}
    with pytest.raises(ProviderError):
        await desk.row.take("CA1")
    assert desk.row.position("CA1") is None
    assert desk.control.did("invite") == []


async def test_the_wait_is_reckoned_from_the_talks_before(desk: Desk) -> None:
    for number in (1, 2, 3):
        await desk.row.wait(caller(f"CA{number}"))
    assert "minute" not in await desk.row.hold(caller("CA3"))  # nothing is known yet, so nothing is said
    await desk.row.join("CAleg1")
    desk.clock.seconds += 150
    await desk.row.leg_over("CAleg1")
    await desk.row.join("CAleg2")
    assert "about 3 minutes" in await desk.row.hold(caller("CA3"))
    desk.clock.seconds += 10
    await desk.row.left("CA2")
    await desk.row.leg_over("CAleg2")
    assert "minute" not in await desk.row.hold(caller("CA3"))  # their turn: the person's telephone rings


async def test_ways_out_of_the_row_are_told_only_to_those_who_have_them(desk: Desk) -> None:
    assert "press 1" in await desk.row.wait(caller("CA1"))
    assert "press 2" in await desk.row.hold(caller("CA1"))
    assert "press 1" not in await desk.row.wait(caller("CA2", number=""))
    desk.desk.closed.add("CA2")
    assert "press" not in await desk.row.hold(caller("CA2", number=""))


async def test_a_caller_whom_twilio_could_not_move_is_put_in_the_row_again(desk: Desk) -> None:
    await desk.row.wait(caller("CA1"))
    desk.control.refusing = {"to_conference"}
    assert "not there any more" in await desk.row.join("CAleg1")
    desk.control.refusing = set()
    assert not desk.row.waits("CA1")
    assert "next in line" in await desk.row.hold(caller("CA1"))
    assert "room_2" in await desk.row.join("CAleg2")


async def test_a_caller_from_before_a_restart_hears_what_else_there_is(desk: Desk) -> None:
    assert "press 2" in await desk.row.hold(caller("CA7"))
    assert desk.control.asked == []


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("asked_for_person", "asked for a person"),
        ("not_my_loan", "did not ask for this loan"),
        ("unrecorded", "write nothing"),
        ("trouble:amount", "could not understand"),
        ("failed:Submit", "wrong on our side"),
        ("code_exhausted", "one-time code"),
        ("something new", "need a person"),
    ],
)
def test_the_whisper_tells_why(reason: str, words: str) -> None:
    text = whisper(CallNote("case_00ab12", reason, "date_of_birth", 3, 10, owner_verified=True))
    assert words in text
    assert "3 of 10" in text
    assert "date of birth" in text
    assert "a, b, 1, 2" in text
    assert "Nothing is known" in whisper(None)
