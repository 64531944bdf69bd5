import random

import pytest

from speech.answers.model import Kind
from speech.answers.parsing import parse
from speech.training.spoken import amount, digits, ordinal, small, spelled, year


@pytest.mark.parametrize("length", [4, 6, 10])
def test_figures_are_heard_as_so_many(length: int) -> None:
    rng = random.Random(3)
    values = [parse(Kind.DIGITS, digits(length, rng)).value for _ in range(200)]
    assert sum(len(str(value)) == length for value in values if value is not None) > 185


def test_most_amounts_are_understood() -> None:
    rng = random.Random(3)
    said = [amount(rng) for _ in range(300)]
    assert sum(parse(Kind.AMOUNT, one).value is not None for one in said) > 270
    assert any("hundred dollars" in one for one in said)


def test_words_carry_no_hyphen() -> None:
    rng = random.Random(3)
    assert small(1999) == "one thousand nine hundred ninety nine"
    assert ordinal(21) == "twenty first"
    assert all(text.replace(" ", "").isalpha() for text in (year(rng) for _ in range(300)))


def test_a_spelling_holds_the_letters_in_order() -> None:
    for seed in range(40):
        text = spelled("billy", random.Random(seed), ("boy", "ice", "lion", "young"))
        letters = [part for part in text.replace("double l", "l l").split() if len(part) == 1]
        assert "".join(letters) == "billy"
