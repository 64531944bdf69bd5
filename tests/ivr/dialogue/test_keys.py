"""Answers by key."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.dialogue.keys import complete, name_to_keys, read_keys
from ivr.dialogue.script import KeyRule, load_script
from speech.answers.model import Kind

SCRIPT = load_script()


@pytest.mark.parametrize(
    ("slot", "keys", "value"),
    [
        ("consent", "1", True),
        ("consent", "2", False),
        ("consent", "3", None),
        ("national_id_last4", "0073", "0073"),
        ("date_of_birth", "03121985", date(1985, 3, 12)),
        ("date_of_birth", "13121985", None),
        ("amount", "2500#", Decimal(2500)),
        ("amount", "#", None),
        ("term_months", "12#", 12),
        ("employment", "1", "full_time"),
        ("employment", "8", None),
        ("purpose", "9", "repay_debt"),
        ("full_name", "5#1##", None),
        ("full_name", "91##", "W"),
        ("full_name", "25##", None),
    ],
)
def test_read_keys(slot: str, keys: str, value: object) -> None:
    question = SCRIPT[slot]
    parsed = read_keys(question, question.kind, keys)
    assert parsed.value == value


@given(st.lists(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12), min_size=1, max_size=4))
def test_a_keyed_name_comes_back(names: list[str]) -> None:
    name = " ".join(names)
    keys = name_to_keys(name)
    assert read_keys(SCRIPT["full_name"], Kind.NAME, keys).value == name.title()
    assert complete(SCRIPT["full_name"].keys, keys) or len(keys) > SCRIPT["full_name"].keys.at_most


def test_complete() -> None:
    assert not complete(KeyRule(exactly=4), "123")
    assert complete(KeyRule(exactly=4), "1234")
    assert not complete(KeyRule(until="#", at_most=7), "2500")
    assert complete(KeyRule(until="#", at_most=7), "2500#")
    assert complete(KeyRule(until="#", at_most=3), "120")
    assert not complete(KeyRule(until="##", at_most=80), "51#")
