"""The grammars come from the parsers' tables: what may be heard is understood, and the model has every word."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import InvalidInput
from speech.answers.en.commands import GRAMMAR as COMMANDS
from speech.answers.en.commands import LONGER
from speech.answers.grammar import grammar, missing_words, words
from speech.answers.model import Kind
from speech.answers.parsing import parse

_MODEL = Path(__file__).parents[3] / "speech" / "models_data" / "en-phone"
_CLOSED = [kind for kind in Kind if kind is not Kind.NAME]


@pytest.mark.parametrize("kind", _CLOSED)
def test_every_command_can_be_heard_and_is_understood(kind: Kind) -> None:
    phrases = grammar(kind) or ()
    assert set(COMMANDS) <= set(phrases)
    for command in (*COMMANDS, *LONGER):
        assert parse(kind, command).command is not None, command


@pytest.mark.parametrize("kind", [Kind.DIGITS, Kind.AMOUNT, Kind.DATE, Kind.TERM])
def test_number_grammars_hold_no_word_that_sounds_like_a_number(kind: Kind) -> None:
    assert not {"to", "too", "for", "won", "ate"} & words(grammar(kind) or ())


@pytest.mark.parametrize(
    ("kind", "phrase"),
    [
        (Kind.DIGITS, "seven three four one double five nineteen eighty five eight hundred"),
        (Kind.AMOUNT, "about two thousand five hundred and fifty dollars a month"),
        (Kind.AMOUNT, "thirty five hundred every two weeks"),
        (Kind.DATE, "i was born on the twenty first of march nineteen eighty five"),
        (Kind.DATE, "december thirty first two thousand and one"),
        (Kind.TERM, "two and a half years"),
        (Kind.YES_NO, "no that's wrong"),
        (Kind.PURPOSE, "pay off my credit cards"),
        (Kind.EMPLOYMENT, "i work full time"),
    ],
)
def test_what_people_say_is_made_of_the_grammars_words(kind: Kind, phrase: str) -> None:
    assert set(phrase.split()) <= words(grammar(kind) or ())


def test_whole_phrases_of_each_kind_are_read() -> None:
    for kind in (Kind.DIGITS, Kind.TERM, Kind.YES_NO, Kind.PURPOSE, Kind.EMPLOYMENT):
        read = sum(bool(parsed.readings or parsed.command) for parsed in (parse(kind, p) for p in grammar(kind) or ()))
        assert read >= 0.85 * len(grammar(kind) or ()), kind


def test_single_answers_weigh_more() -> None:
    assert (grammar(Kind.YES_NO) or ()).count("no") > (grammar(Kind.YES_NO) or ()).count("nope")


def test_free_kinds_and_languages_have_no_grammar() -> None:
    assert grammar("name") is None
    assert grammar(Kind.AMOUNT, "zh-CN") is None
    with pytest.raises(InvalidInput):
        grammar("colour")
    with pytest.raises(InvalidInput):
        grammar(Kind.AMOUNT, "fr-FR")


def test_missing_words_are_named_once_in_order() -> None:
    assert missing_words(["yes please", "no xyzzy", "plugh xyzzy"], {"yes", "no", "please"}.__contains__) == (
        "plugh",
        "xyzzy",
    )


def test_the_committed_model_has_every_word() -> None:
    vosk = pytest.importorskip("vosk")
    vosk.SetLogLevel(-1)
    model = vosk.Model(str(_MODEL))
    for kind in _CLOSED:
        assert missing_words(grammar(kind) or (), lambda word: model.vosk_model_find_word(word) >= 0) == ()
