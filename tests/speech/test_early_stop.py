"""When words are whole, and when they may go on."""

from __future__ import annotations

import pytest

from core.errors import InvalidInput
from speech.answers.model import Kind
from speech.early_stop import EARLY_MS, complete, worth_asking


@pytest.mark.parametrize(
    ("kind", "text", "length", "whole"),
    [
        (Kind.DIGITS, "four two one nine", 4, True),
        (Kind.DIGITS, "four two one", 4, False),
        (Kind.DIGITS, "four two one nine nine", 4, False),
        (Kind.DIGITS, "double two one nine", 4, True),
        (Kind.DIGITS, "four two one nine", None, False),
        (Kind.DIGITS, "four two one nine no wait", 4, False),
        (Kind.DIGITS, "two oh two five five five oh one four three", 10, True),
        (Kind.DIGITS, "one oh two five five five oh one four three", 10, False),
        (Kind.DIGITS, "talk to a person", 4, False),
        (Kind.DIGITS, "", 4, False),
        (Kind.DATE, "march third nineteen sixty nine", None, True),
        (Kind.DATE, "march third nineteen sixty", None, False),
        (Kind.DATE, "march third nineteen", None, False),
        (Kind.DATE, "may first two thousand", None, False),
        (Kind.DATE, "may first two thousand one", None, True),
        (Kind.DATE, "may first", None, False),
        (Kind.AMOUNT, "two thousand dollars", None, False),
        (Kind.YES_NO, "yes", None, True),
        (Kind.YES_NO, "yes that's right", None, True),
        (Kind.YES_NO, "yes but change the amount", None, False),
        (Kind.YES_NO, "okay", None, False),
        (Kind.YES_NO, "no", None, False),
        (Kind.TERM, "twelve months", None, False),
    ],
)
def test_only_what_cannot_go_on_is_whole(kind, text, length, whole):
    assert complete(kind, text, length=length) is whole


@pytest.mark.parametrize(
    ("kind", "text", "length", "whole"),
    [
        (Kind.DIGITS, "一三八一二三四五六七八", 11, True),
        (Kind.DIGITS, "一三八一二三四五六七", 11, False),
        (Kind.DATE, "一九八五年三月十二日", None, True),
        (Kind.DATE, "一九八五年三月", None, False),
    ],
)
def test_mandarin_answers(kind, text, length, whole):
    assert complete(kind, text, "zh-CN", length=length) is whole


def test_an_unknown_language_is_refused():
    with pytest.raises(InvalidInput):
        complete(Kind.DIGITS, "one", "xx-XX", length=1)


def test_the_early_wait_is_shorter_than_every_hang_over_it_replaces():
    assert 200 <= EARLY_MS < 500


@pytest.mark.parametrize(
    ("kind", "hangover_ms", "worth"),
    [
        (Kind.DIGITS, 800, True),
        (Kind.DATE, 900, True),
        (Kind.YES_NO, 500, True),
        (Kind.YES_NO, 900, False),  # the summary: "yes, but change the amount"
        (Kind.AMOUNT, 900, False),
        (None, 500, False),
    ],
)
def test_a_question_that_expects_more_than_a_word_waits(kind, hangover_ms, worth):
    assert worth_asking(kind, hangover_ms) is worth
