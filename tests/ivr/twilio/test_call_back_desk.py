"""A promise is in the store before it is spoken, under the case the call is about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import InvalidInput
from core.usecases.call_back import waiting
from core.usecases.calling_hours import BusinessHours
from ivr.line import IncomingCall
from ivr.twilio.call_back_desk import CallBackDesk
from tests.ivr.form_house import CALL, FormHouse

ALWAYS = BusinessHours.parse("mon-sun 00:00-23:59")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[FormHouse]:
    made = FormHouse(tmp_path)
    yield made
    made.storage.close()


def desk(house: FormHouse) -> CallBackDesk:
    return CallBackDesk(house.storage, house.clock, house.ids, ALWAYS, house.switchboard.case_of)


async def test_a_caller_of_a_full_line_is_on_the_list_once(house: FormHouse) -> None:
    for reason in ("asked", "line_trouble"):
        await desk(house).ask(CALL, reason)
    (wish,) = waiting(house.storage)
    assert (wish.call_id, wish.phone, wish.reason) == (CALL.call_id, CALL.caller, "asked")


async def test_the_call_back_is_about_the_case_on_the_line(house: FormHouse) -> None:
    form = await house.switchboard.form(CALL)
    await house.talk(form, until="amount")
    await desk(house).ask(CALL, "asked")
    assert waiting(house.storage)[0].case_id == house.record().case_id


async def test_a_withheld_number_cannot_be_promised_anything(house: FormHouse) -> None:
    with pytest.raises(InvalidInput):
        await desk(house).ask(IncomingCall("CA1", None, "+14155550100"), "asked")
    assert waiting(house.storage) == []
