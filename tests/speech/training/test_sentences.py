import random
import re

import pytest

from speech.answers.en.commands import GRAMMAR as COMMANDS
from speech.answers.en.grammar import grammar
from speech.answers.model import Kind
from speech.training.sentences import NUMBER_WORDS, Sayer, own_words_of_the_line, plain, sayings, tables


def test_sentences_are_plain_words_without_slots() -> None:
    sayer = Sayer(random.Random(5))
    said = [sayer.sentence() for _ in range(3000)]
    assert all(re.fullmatch(r"[a-z']+", word) for words in said for word in words)
    assert len({word for words in said for word in words}) > 800


def test_a_seed_repeats_the_sentences() -> None:
    first, again = ([Sayer(random.Random(9)).sentence() for _ in range(5)] for _ in range(2))
    assert first == again


def test_every_slot_of_every_frame_can_be_filled() -> None:
    sayer = Sayer(random.Random(5))
    for frames in sayings()["frames"].values():
        for frame in frames:
            assert "{" not in sayer._filled(frame)


def test_kinds_come_as_often_as_asked() -> None:
    sayer = Sayer(random.Random(5))
    letters = frozenset("abcdefghijklmnopqrstuvwxyz")
    assert all(letters.isdisjoint(set(sayer.sentence({"term": 1})) - {"a"}) for _ in range(100))


def test_names_that_are_given_are_said() -> None:
    sayer = Sayer(random.Random(5), {"first": {"xanthippe": 1.0}, "last": {"oglethorpe": 1.0}})
    assert any("xanthippe" in sayer.sentence() for _ in range(300))


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.NAME])
def test_the_vocabulary_holds_every_grammars_words(kind: Kind) -> None:
    words = own_words_of_the_line() | set(NUMBER_WORDS)
    listed = {word for phrase in grammar(kind, None) or () for word in plain(phrase)}
    assert listed <= words


def test_commands_are_in_the_texts() -> None:
    assert set(COMMANDS) <= set(tables()["command"])


def test_plain_text_loses_signs_and_case() -> None:
    assert plain("I DON'T know -- \u2019twas 7 o'clock.") == ["i", "don't", "know", "twas", "o'clock"]
