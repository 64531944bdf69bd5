"""The field that a caller means to change, by its name, without a verb, or by key."""

from __future__ import annotations

import pytest

from core.evidence import Evidence, Source
from ivr.dialogue.keeping import Heard
from ivr.dialogue.topics import chosen, corrected
from speech.answers.model import Kind, Parsed
from speech.answers.parsing import parse
from tests.ivr.dialogue.text_caller import HAPPY, HOUSE, NOW, TextCall, by_question


def _said(words: str) -> Heard:
    return Heard(parse(Kind.YES_NO, words), Evidence(Source.SPEECH, NOW, text=words, confidence=0.9), words)


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ("birth date", "date_of_birth"),
        ("the phone number", "phone"),
        ("my name is wrong", "full_name"),
        ("change the amount", "amount"),
        ("the months", "term_months"),
        ("social security", "national_id_last4"),
        ("purple monkey", None),
    ],
)
def test_a_field_is_chosen_by_name(words: str, field: str | None) -> None:
    assert chosen(HOUSE, _said(words)) == field


@pytest.mark.parametrize(
    ("key", "field"), [("1", "full_name"), ("6", "term_months"), ("7", None), ("0", None), ("#", None)]
)
def test_a_field_is_chosen_by_key(key: str, field: str | None) -> None:
    keyed = Heard(Parsed(Kind.YES_NO), Evidence(Source.KEYS, NOW, text=key), key)
    assert chosen(HOUSE, keyed) == field


def test_a_field_that_is_not_known_yet_is_not_corrected() -> None:
    call = TextCall(by_question(HAPPY | {"full_name": None})).run()
    assert corrected(HOUSE, call.session.state, _said("change my income")) is None
