"""Admission: the call after the last one is turned away before any call in progress notices."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.applicant import PhoneNumber
from core.errors import Conflict, NotFound, StorageError
from ivr.line import Admission, FormAnswer, IncomingCall, LineEnded, NextStep
from tests.ivr.form_house import CALL, FormHouse


def call(number: int) -> IncomingCall:
    return IncomingCall(f"CA{number:032d}", PhoneNumber(f"+1415555{number:04d}"), "+14155550100")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[FormHouse]:
    made = FormHouse(tmp_path, max_calls=3)
    yield made
    made.storage.close()


async def test_the_call_too_many_is_refused_and_no_live_call_notices(house: FormHouse) -> None:
    streams = [await house.stream(call(number)) for number in range(3)]
    pages = [await stream.page() for stream in streams]
    for _ in range(2):
        assert await house.switchboard.ring(call(3)) is Admission.FULL
    with pytest.raises(Conflict):
        await house.switchboard.form(call(3))
    for number, (stream, page) in enumerate(zip(streams, pages, strict=True)):
        after = await stream.answer(FormAnswer(page.number, "yes", 0.95))
        assert (after.number, house.question(call(number).call_id)) == (2, "consent")
    assert house.switchboard.active == 3
    assert b'name="call_refused",why="full"} 3.0' in house.metrics.text()


async def test_a_hundred_calls_at_once_get_three_places(house: FormHouse) -> None:
    answers = await asyncio.gather(*(house.switchboard.ring(call(number)) for number in range(100)))
    assert answers.count(Admission.WELCOME) == 3
    assert answers.count(Admission.FULL) == 97


async def test_a_place_is_free_again_when_a_call_ends_or_is_with_a_person(house: FormHouse) -> None:
    for number in range(3):
        await house.stream(call(number))
    await house.switchboard.ended(call(0).call_id, "completed")
    assert await house.switchboard.ring(call(3)) is Admission.WELCOME
    assert await house.switchboard.ring(call(4)) is Admission.FULL
    house.switchboard.with_person(call(1).call_id)
    assert await house.switchboard.ring(call(4)) is Admission.WELCOME
    assert house.switchboard.next_step(call(1).call_id).kind == "person"


async def test_who_never_opens_a_stream_gives_the_place_back(house: FormHouse) -> None:
    for number in range(3):
        await house.switchboard.ring(call(number))
    house.clock.forward(seconds=119)
    assert await house.switchboard.ring(call(3)) is Admission.FULL
    house.clock.forward(seconds=2)
    assert await house.switchboard.ring(call(3)) is Admission.WELCOME


async def test_a_stream_keeps_its_place_however_long_and_a_silent_form_does_not(house: FormHouse) -> None:
    for number in range(2):
        await house.stream(call(number))
    await house.switchboard.form(call(2))
    house.clock.forward(hours=1)
    assert await house.switchboard.ring(call(3)) is Admission.WELCOME
    assert await house.switchboard.ring(call(4)) is Admission.FULL


async def test_without_a_recogniser_the_call_is_taken_as_a_form(house: FormHouse) -> None:
    house.capacity = 0
    assert await house.switchboard.ring(CALL) is Admission.FORM
    form = await house.switchboard.form(CALL)
    assert (await form.page()).ask is not None
    assert await house.switchboard.ring(CALL) is Admission.FORM
    house.capacity = 4
    assert await house.switchboard.ring(CALL) is Admission.FORM
    assert await house.switchboard.form(CALL) is form


async def test_a_stream_that_never_comes_leads_to_the_form_and_not_round_in_circles(house: FormHouse) -> None:
    await house.switchboard.ring(CALL)
    assert house.switchboard.next_step(CALL.call_id) == NextStep("form", "never_joined")


async def test_the_third_broken_stream_leads_to_the_form(house: FormHouse) -> None:
    for number in range(1, 4):
        stream = await house.stream()
        await stream.handle(LineEnded("socket_closed"))
        kind = "form" if number == 3 else "reconnect"
        assert house.switchboard.next_step(CALL.call_id).kind == kind


async def test_streams_that_fail_before_a_word_lead_to_the_form_too(house: FormHouse) -> None:
    await house.stream()  # it never learns that its line is gone
    for _ in range(2):
        with pytest.raises(Conflict):
            await house.stream()
    assert house.switchboard.next_step(CALL.call_id).kind == "form"
    assert (await (await house.switchboard.form(CALL)).page()).ask is not None


async def test_the_form_takes_over_from_a_stream_that_twilio_has_given_up(house: FormHouse) -> None:
    stream = await house.stream()
    await house.talk(stream, until="amount")
    forms = await asyncio.gather(*(house.switchboard.form(CALL) for _ in range(5)))
    assert len(set(map(id, forms))) == 1
    assert stream.over
    page = await forms[0].page()
    assert house.question() == "amount"
    await forms[0].answer(FormAnswer(page.number, keys="*"))
    with pytest.raises(Conflict):
        await house.switchboard.connect(CALL.call_id, None)  # type: ignore[arg-type]  # refused before it is used


async def test_a_person_takes_the_call_and_gives_it_back(house: FormHouse) -> None:
    stream = await house.stream()
    page = await house.talk(stream, until="amount")
    await stream.answer(FormAnswer(page.number, "agent", 0.95))
    assert house.switchboard.next_step(CALL.call_id).kind == "person"
    house.switchboard.with_person(CALL.call_id)
    assert house.switchboard.active == 0
    with pytest.raises(Conflict):
        await house.switchboard.connect(CALL.call_id, None)  # type: ignore[arg-type]  # refused before it is used
    again = await house.stream()
    await again.page()
    assert house.question() == "amount"
    assert house.switchboard.active == 1
    assert (await house.talk(again)).step.reason == "review"


async def test_a_late_webhook_after_the_way_back_neither_rings_again_nor_keeps_the_stream_out(house: FormHouse) -> None:
    stream = await house.stream()
    page = await house.talk(stream, until="amount")
    await stream.answer(FormAnswer(page.number, "agent", 0.95))
    house.switchboard.with_person(CALL.call_id)
    await house.switchboard.ring(CALL)
    assert house.switchboard.next_step(CALL.call_id).kind == "form"
    late = await house.switchboard.form(CALL)
    await late.page()
    again = await house.stream()
    await again.page()
    assert house.question() == "amount"
    assert house.switchboard.next_step(CALL.call_id).kind == "reconnect"


async def test_a_form_that_a_person_took_is_opened_anew_when_given_back(house: FormHouse) -> None:
    house.capacity = 0
    form = await house.switchboard.form(CALL)
    page = await house.talk(form, until="amount")
    await form.answer(FormAnswer(page.number, keys="0#"))
    house.switchboard.with_person(CALL.call_id)
    assert await house.switchboard.ring(CALL) is Admission.FORM
    again = await house.switchboard.form(CALL)
    assert again is not form
    await again.page()
    assert house.question() == "amount"


async def test_the_end_is_told_once_and_nothing_opens_after_it(house: FormHouse) -> None:
    form = await house.switchboard.form(CALL)
    await house.talk(form, until="amount")
    for _ in range(3):
        await house.switchboard.ended(CALL.call_id, "completed")
    assert [fact.kind for fact in house.board.history(CALL.call_id)].count("end") == 1
    assert house.record().complete
    with pytest.raises(Conflict):
        await house.switchboard.form(CALL)


async def test_a_store_that_cannot_be_read_takes_no_place(house: FormHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_self: object, _call: str) -> str:
        raise StorageError("The disk is gone: mount it.")

    with monkeypatch.context() as patch:
        patch.setattr("core.storage.call_records.SqlCallRecords.case_of", broken)
        for number in range(5):
            with pytest.raises(StorageError):
                await house.switchboard.ring(call(number))
    assert await house.switchboard.ring(call(7)) is Admission.WELCOME


def test_unknown_calls(house: FormHouse) -> None:
    for ask in (house.switchboard.next_step, house.switchboard.with_person, house.switchboard.note):
        with pytest.raises(NotFound):
            ask("CAunknown")
    assert house.switchboard.case_of("CAunknown") is None
    assert not house.switchboard.is_closed("CAunknown")
