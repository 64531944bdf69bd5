"""Whatever the text: quick, no exception, no invented value; and the door refuses what is no question."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidInput
from speech.answers.model import Kind
from speech.answers.parsing import LANGUAGES, parse
from speech.answers.report import as_document, as_lines

_WORDS = st.sampled_from(
    [
        *(
            "one",
            "two",
            "oh",
            "hundred",
            "thousand",
            "and",
            "a",
            "half",
            "point",
            "double",
            "march",
            "first",
            "of",
            "no",
        ),
        *(
            "not",
            "yes",
            "dollars",
            "cents",
            "month",
            "a month",
            "years",
            "j",
            "o",
            "h",
            "as",
            "in",
            "boy",
            "change",
            "my",
        ),
        *(
            "income",
            "is",
            "wait",
            "to",
            "第",
            "一",
            "万",
            "两",
            "年",
            "月",
            "点",
            "半",
            "不",
            "是",
            "25",
            "2.5",
            "1985",
        ),
        *("12th", "-", "$", "nineteen", "eighty", "five", "about", "or", "know", "person", "name", "last", "with"),
    ]
)


def _sound(kind: Kind, language: str, text: str) -> None:
    parsed = parse(kind, text, language)
    expected = {
        Kind.DIGITS: str,
        Kind.AMOUNT: Decimal,
        Kind.DATE: date,
        Kind.NAME: str,
        Kind.YES_NO: bool,
        Kind.TERM: int,
    }
    values = [reading.value for reading in parsed.readings]
    assert all(isinstance(value, expected.get(kind, str)) for value in values)
    assert len(values) == len({(reading.value, reading.period) for reading in parsed.readings})
    assert [reading.cost for reading in parsed.readings] == sorted(reading.cost for reading in parsed.readings)
    assert parse(kind, text, language) == parsed
    assert as_document(parsed)["ambiguous"] is (len(values) > 1)
    assert as_lines(parsed)


@settings(max_examples=1500, deadline=None)
@given(st.sampled_from(Kind), st.sampled_from(LANGUAGES), st.lists(_WORDS, max_size=25).map(" ".join))
def test_any_heap_of_answer_words(kind: Kind, language: str, text: str) -> None:
    _sound(kind, language, text)


@settings(max_examples=1000, deadline=None)
@given(st.sampled_from(Kind), st.sampled_from(LANGUAGES), st.text(max_size=80))
def test_any_text(kind: Kind, language: str, text: str) -> None:
    _sound(kind, language, text)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "\x00", "NaN", "1" * 10_000, "one " * 2500, "\U0001f600" * 500, "٣٤٥", "²³", "٪", "1e999999"),
        *("½" * 50, "一" * 10_000, "one two three four five six seven eight nine oh " * 10, "no wait " * 60),
        *("march " * 80, "j " * 250, "nineteen twenty " * 20, "two thousand " * 40, "first name last name " * 20),
    ],
)
def test_absurd_text_is_dealt_with_quickly(kind: Kind, language: str, text: str) -> None:
    began = time.perf_counter()
    parsed = parse(kind, text, language)
    assert time.perf_counter() - began < 0.5
    if len(text) >= 2500 or not text.strip():
        assert parsed.readings == ()


def test_nothing_shows_what_was_said() -> None:
    parsed = parse("name", "my name is john carter c a r t e r")
    assert "arter" not in repr(parsed)
    assert "1985" not in repr(parse("date", "march nineteen eighty five").parts)


@pytest.mark.parametrize(("kind", "language"), [("colour", "en-US"), ("amount", "fr-FR"), ("", "en-US")])
def test_an_unknown_question_or_language_is_refused(kind: str, language: str) -> None:
    with pytest.raises(InvalidInput):
        parse(kind, "two", language)
