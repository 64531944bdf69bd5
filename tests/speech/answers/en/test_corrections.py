"""Taking words back, in the same breath or about an earlier answer."""

from decimal import Decimal

import pytest

from speech.answers.parsing import parse


@pytest.mark.parametrize(
    ("kind", "words", "value"),
    [
        ("amount", "no, twelve hundred", Decimal(1200)),
        ("amount", "actually two thousand", Decimal(2000)),
        ("amount", "make that two thousand", Decimal(2000)),
        ("amount", "i meant twenty five hundred", Decimal(2500)),
        ("amount", "i said twelve hundred not fifteen hundred", Decimal(1200)),
        ("amount", "not fifteen hundred but twelve hundred", Decimal(1200)),
        ("term", "sorry twelve", 12),
        ("term", "twelve not eighteen", 12),
        ("name", "no it's john carter", "John Carter"),
        ("digits", "no seven three four two", "7342"),
        ("purpose", "no i meant a car", "car"),
        ("employment", "no i'm retired", "retired"),
    ],
)
def test_an_earlier_answer_is_taken_back(kind: str, words: str, value: object) -> None:
    parsed = parse(kind, words)
    assert parsed.value == value
    assert parsed.corrects


@pytest.mark.parametrize(
    ("kind", "words", "value"),
    [
        ("amount", "two thousand no wait three thousand", Decimal(3000)),
        ("amount", "two thousand i mean three thousand dollars", Decimal(3000)),
        ("amount", "two thousand actually", Decimal(2000)),
        ("term", "two years no three years", 36),
        ("name", "john carter i mean john carver", "John Carver"),
        ("purpose", "a car no wait a boat trip", "travel"),
    ],
)
def test_words_that_take_back_themselves_are_settled(kind: str, words: str, value: object) -> None:
    parsed = parse(kind, words)
    assert parsed.value == value
    assert not parsed.corrects


@pytest.mark.parametrize(
    ("words", "topic", "tail"),
    [
        ("change my income to three thousand", "income", "three thousand"),
        ("the amount should be two thousand", "amount", "two thousand"),
        ("my birthday is wrong", "date", ""),
        ("no my social security number is seven three four one", "id", "seven three four one"),
        ("i want to change the term to two years", "term", "two years"),
        ("you got my name wrong", "name", ""),
        ("fix my phone number", "phone", ""),
    ],
)
def test_the_field_that_is_meant(words: str, topic: str, tail: str) -> None:
    parsed = parse("amount", words)
    assert (parsed.topic, parsed.tail, parsed.corrects) == (topic, tail, True)


@pytest.mark.parametrize("words", ["to fix my phone", "i need to change my car", "replace the wrong tires on my truck"])
def test_a_purpose_that_sounds_like_a_correction_is_a_purpose(words: str) -> None:
    parsed = parse("purpose", words)
    assert parsed.value is not None
    assert parsed.topic is None
