"""A long number in groups: area code, next three, last four; by voice, by keys, or the whole after all."""

from __future__ import annotations

import pytest

from ivr.dialogue.effects import EndCall, HandOver, Journal, Listen
from ivr.dialogue.focus import group_size
from ivr.dialogue.script import load_script
from tests.ivr.dialogue.text_caller import HAPPY, TextCall, by_question

IN_PARTS: dict[str, str | list[str]] = {
    **HAPPY,
    "phone.ask": "four one five",
    "phone.retry": "purple monkey",
    "phone.group1": "four one five",
    "phone.group2": "five five five",
    "phone.group3": "oh one two three",
}


def called(**changes: str | list[str]) -> TextCall:
    answers = IN_PARTS | {name.replace("__", "."): said for name, said in changes.items()}
    return TextCall(by_question(answers), caller=None).run()


def test_a_number_in_three_groups() -> None:
    call = called()
    assert call.ended == EndCall("accepted")
    assert str(call.session.state.slots["phone"].value.value) == "+14155550123"
    kept = next(e for e in call.effects if isinstance(e, Journal) and e.data.get("name") == "phone")
    assert kept.data["evidence"]["text"] == "four one five five five five oh one two three"
    assert len(kept.data["evidence"]["words"]) == 10


def test_each_group_is_listened_for_with_its_own_length() -> None:
    lengths = [e.length for e in called().effects if isinstance(e, Listen) and e.question_id == "phone"]
    assert lengths == [10, 10, 3, 3, 4]


def test_the_groups_by_keys_in_one_go() -> None:
    call = called(phone__group1="keys:4155550123")
    assert str(call.session.state.slots["phone"].value.value) == "+14155550123"


def test_the_whole_number_after_all() -> None:
    call = called(phone__group1="four one five five five five oh one two three")
    assert str(call.session.state.slots["phone"].value.value) == "+14155550123"
    assert "phone.group2" not in call.prompts


def test_a_group_that_is_not_understood_leads_to_the_keys_and_then_to_a_person() -> None:
    call = called(phone__group2="purple monkey", phone__keys="keys:4155550123")
    assert call.prompts[call.prompts.index("phone.group2") + 1] == "phone.keys"
    assert call.ended == EndCall("accepted")
    assert called(phone__group2="purple monkey", phone__keys="x").ended == HandOver("trouble:phone")


@pytest.mark.parametrize(("variant", "size"), [("group1", 3), ("group3", 4), ("group4", None), ("ask", None)])
def test_the_size_of_a_group(variant: str, size: int | None) -> None:
    assert group_size(load_script()["phone"], variant) == size
