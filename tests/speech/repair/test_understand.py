"""One answer understood from several listeners: repaired where another hearing fits, honest where none does."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidInput
from speech.answers.model import Command, Kind, Period
from speech.recognizer import Transcript, Word
from speech.repair.understand import understand

TODAY = date(2026, 11, 1)


def heard(text, *others, second="", conf=0.97, snr=25.0, unknown=0):
    words = tuple(Word(word, 300 + 380 * at, 660 + 380 * at, conf) for at, word in enumerate(text.split()))
    return Transcript(
        text, words, conf if words else 0.0, others, unknown, "test", 5.0, second, conf if second else 0.0, snr
    )


def test_listeners_that_agree_are_believed_and_those_that_differ_are_not():
    agree = understand(Kind.DIGITS, heard("four two one nine", second="four two one nine"), today=TODAY, length=4)
    differ = understand(
        Kind.DIGITS,
        heard("four two one nine", "four two one five", second="four two one five"),
        today=TODAY,
        length=4,
    )
    assert agree.parsed.value == "4219"
    assert agree.p_error < 0.1
    assert agree.why == "both listeners agree"
    assert differ.parsed.value is None or differ.p_error > 3 * agree.p_error


@pytest.mark.parametrize(
    ("kind", "words", "others", "limits", "value"),
    [
        (Kind.DIGITS, "two two", ("two two two two", "two two two"), {"length": 4}, "2222"),
        (Kind.DATE, "february thirtieth nineteen eighty", ("february thirteenth nineteen eighty",), {}, "1980-02-13"),
        (Kind.DATE, "may first twenty thirty one", ("may first nineteen thirty one",), {}, "1931-05-01"),
        (Kind.TERM, "eighty years", ("eighteen months",), {"at_most": Decimal(120)}, "18"),
        (Kind.AMOUNT, "twenty dollars", ("twenty hundred dollars",), {"at_least": Decimal(50)}, "2000.00"),
    ],
)
def test_a_hearing_that_fits_the_question_replaces_one_that_does_not(kind, words, others, limits, value):
    found = understand(kind, heard(words, *others, second=""), today=TODAY, **limits)
    assert str(found.parsed.readings[0].value) == value
    assert found.why == "another way to hear the words fits better"


def test_the_second_listener_repairs_when_the_grammar_found_nothing_that_fits():
    found = understand(Kind.DIGITS, heard("six one two", second="six eight one two"), today=TODAY, length=4)
    assert found.parsed.value == "6812"
    assert found.text == "six eight one two"


def test_a_number_its_national_plan_knows_is_likelier_than_one_it_does_not():
    known = understand(Kind.DIGITS, heard("two oh two five five five oh one four three"), today=TODAY, length=10)
    unknown = understand(Kind.DIGITS, heard("two oh two one five five oh one four three"), today=TODAY, length=10)
    assert known.p_error < unknown.p_error


def test_what_earlier_answers_rule_out_gives_way_to_what_they_allow():
    both = heard("fifteen hundred", "fifty hundred", second="fifteen hundred")
    assert understand(Kind.AMOUNT, both, today=TODAY).parsed.readings[0].value == Decimal("1500.00")
    only = understand(Kind.AMOUNT, both, today=TODAY, accepts=lambda reading: reading.value == Decimal("5000.00"))
    assert only.parsed.value == Decimal("5000.00")


def test_an_amount_a_year_is_held_against_the_limits_of_a_month():
    found = understand(Kind.AMOUNT, heard("forty thousand a year"), today=TODAY, at_most=Decimal(10_000))
    assert (found.parsed.value, found.parsed.readings[0].period) == (Decimal("40000.00"), Period.YEAR)
    assert found.why != "not what the question allows"


def test_what_no_hearing_allows_is_kept_for_the_line_to_say_so_but_never_sure():
    found = understand(Kind.DIGITS, heard("four two one", second="four two one"), today=TODAY, length=4)
    assert found.parsed.value == "421"
    assert found.p_error >= 0.5


def test_ambiguity_of_the_words_themselves_is_kept():
    found = understand(Kind.AMOUNT, heard("three fifty", second="three fifty"), today=TODAY)
    assert found.parsed.ambiguous


def test_two_likely_meanings_both_stand():
    found = understand(
        Kind.TERM,
        heard("sixteen months", "sixty months", second="", conf=0.6),
        today=TODAY,
        at_most=Decimal(120),
    )
    assert {reading.value for reading in found.parsed.readings} == {16, 60}
    assert found.why == "two meanings were heard"


def test_a_wish_is_still_a_wish():
    found = understand(Kind.AMOUNT, heard("talk to a person", second="talk to a person"), today=TODAY)
    assert found.parsed.command is Command.AGENT


@pytest.mark.parametrize("text", ["", "the weather is nice"])
def test_nothing_understood_is_certainly_wrong(text):
    found = understand(Kind.DIGITS, heard(text), today=TODAY, length=4)
    assert (found.p_error, found.parsed.readings) == (1.0, ())


def test_one_listener_alone_is_taken_at_its_word():
    words = (Word("yes", 0, 300, 0.8),)
    found = understand(Kind.YES_NO, Transcript("yes", words, 0.8), today=TODAY)
    assert found.parsed.value is True
    assert found.p_error == pytest.approx(0.2)


def test_unknown_kinds_are_refused():
    with pytest.raises(InvalidInput):
        understand("colour", heard("red"), today=TODAY)


def test_nothing_personal_in_the_reason_or_the_repr():
    found = understand(Kind.DIGITS, heard("four two one nine", second="four two one nine"), today=TODAY, length=4)
    assert "4219" not in repr(found) + found.why
    assert "four two" not in repr(found) + found.why


SPOKEN = ("one", "two", "six", "sixty", "hundred", "thousand", "dollars", "months", "yes", "no", "may", "first")
WORDS = st.lists(st.sampled_from(SPOKEN), max_size=8)
TEXTS = WORDS.map(" ".join)


@settings(max_examples=300, deadline=None)
@given(
    kind=st.sampled_from(list(Kind)),
    text=TEXTS,
    others=st.lists(TEXTS, max_size=4),
    second=st.none() | TEXTS,
    conf=st.floats(0, 1),
    snr=st.none() | st.floats(0, 60),
)
def test_the_error_is_a_probability_whatever_was_heard(kind, text, others, second, conf, snr):
    transcript = heard(text, *others, second=second, conf=conf, snr=snr)
    found = understand(kind, transcript, today=TODAY, length=4)
    assert 0.0 <= found.p_error <= 1.0
    assert found == understand(kind, transcript, today=TODAY, length=4)


@settings(max_examples=100, deadline=None)
@given(lower=st.floats(0.02, 1), higher=st.floats(0.02, 1), snr=st.floats(0, 40))
def test_more_confidence_and_a_clearer_line_never_raise_the_error(lower, higher, snr):
    lower, higher = sorted((lower, higher))
    for kind, words in ((Kind.DIGITS, "four two one nine"), (Kind.AMOUNT, "two thousand"), (Kind.YES_NO, "yes")):
        less = understand(kind, heard(words, second=words, conf=lower, snr=snr), today=TODAY)
        more = understand(kind, heard(words, second=words, conf=higher, snr=snr + 5), today=TODAY)
        assert more.p_error <= less.p_error + 1e-12
