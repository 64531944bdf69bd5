from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.evidence import Answer, Evidence, HeardWord, ReadBack, Source

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


def heard(read_back: ReadBack = ReadBack.NONE) -> Evidence:
    words = (HeardWord("twelfth", 100, 400, 0.9),)
    return Evidence(
        Source.SPEECH,
        NOON,
        "call-1",
        "date_of_birth.ask",
        100,
        900,
        "twelfth of march",
        words,
        0.9,
        read_back=read_back,
    )


@pytest.mark.parametrize("read_back", ReadBack)
def test_only_a_read_back_confirms(read_back: ReadBack) -> None:
    assert Answer("x", (heard(read_back),)).confirmed is (read_back is not ReadBack.NONE)


def test_an_answer_nobody_gave_is_not_confirmed() -> None:
    assert not Answer("x").confirmed


def test_a_correction_keeps_what_was_heard_before_and_must_be_confirmed_anew() -> None:
    first = Answer("one", (heard(ReadBack.EXPLICIT),))
    second = first.corrected("two", heard())
    assert (second.value, len(second.evidence), second.confirmed) == ("two", 2, False)
    assert second.evidence[0] is first.evidence[0]
    assert first.confirmed


def test_neither_value_nor_words_are_printed() -> None:
    answer = Answer("12 March 1985", (heard(),))
    for text in (repr(answer), repr(heard()), repr([answer])):
        assert "march" not in text.lower()
        assert "twelfth" not in text
    assert "100..900 ms" in repr(heard())
