"""Who sees what of a call: nothing of the person without a purpose, identity never in passing."""

from __future__ import annotations

import pytest

from ivr.console.masking import Eyes, Masker, masked_value
from ivr.console.story import Line, SlotRow
from ivr.dialogue.prompts import load_catalogue
from ivr.dialogue.script import load_script
from ivr.grammars import grammars_for

PROMPTS = load_catalogue("en-US")
GRAMMARS = grammars_for(load_script(), PROMPTS)
MASKER = Masker(PROMPTS.texts, [phrase for name in ("yes_no", "purpose", "amount") for phrase in GRAMMARS[name]])
VIEWER, READER = Eyes(words=False), Eyes(words=True)


def _said(question: str, text: str, status: str = "final") -> Line:
    words = [(word, 0.5 if word == "david" else 0.9) for word in text.split()]
    return Line(1, "caller", question, 0, 1, status, 1, text, 0.9, words)


def _spoken(prompt: str, text: str) -> Line:
    return Line(1, "line", prompt, 0, 1, "final", 1, text)


@pytest.mark.parametrize(
    ("question", "text", "shown"),
    [
        ("full_name", "my name is david parker", "•••"),
        ("national_id_last4", "seven three four one", "•••"),
        ("date_of_birth", "march third", "•••"),
        ("monthly_income", "four thousand", "•••"),
        ("consent", "yes please", "yes please"),
        ("consent", "yes this is david parker", "yes this is •••"),
        ("amount", "twenty five hundred dollars", "••• dollars"),
        ("code", "one two three", "•••"),
    ],
)
def test_a_viewer_reads_common_words_only(question: str, text: str, shown: str) -> None:
    assert MASKER.text(_said(question, text), VIEWER) == shown
    assert MASKER.words(_said(question, text), VIEWER) == []


def test_the_line_shows_a_viewer_its_template() -> None:
    spoken = _spoken("full_name.confirm", "David Parker. I heard David Parker. Is that right?")
    assert MASKER.text(spoken, VIEWER) == "I heard •••. Is that right?"
    assert MASKER.text(_spoken("unknown.prompt", "David Parker"), VIEWER) == "•••"
    assert MASKER.text(spoken, READER) == spoken.text


def test_no_template_shows_a_placeholder() -> None:
    for name, text in PROMPTS.texts.items():
        shown = MASKER.text(_spoken(name, text), VIEWER)
        assert "{" not in shown
        assert "<" not in shown


def test_a_reader_with_a_purpose_reads_all_but_secrets() -> None:
    assert MASKER.text(_said("full_name", "my name is david parker"), READER) == "my name is david parker"
    assert MASKER.words(_said("full_name", "david parker"), READER) == [("david", True), ("parker", False)]
    assert MASKER.text(_said("code", "one two three"), READER) == "•••"
    assert MASKER.text(_said("amount", "two", status="hidden"), READER) == "•••"


@pytest.mark.parametrize(
    ("name", "value", "viewer", "reader"),
    [
        ("full_name", "David Parker", "D••• P•••", "D••• P•••"),
        ("national_id_last4", "7341", "•••", "•••"),
        ("date_of_birth", "1985-03-12", "•••", "•••"),
        ("phone", "+14155550123", "+1••••••••23", "+1••••••••23"),
        ("monthly_income", "4200.00", "•••", "4200.00"),
        ("amount", "2500.00", "2500.00", "2500.00"),
    ],
)
def test_identity_stays_masked_for_everybody(name: str, value: str, viewer: str, reader: str) -> None:
    row = SlotRow(name, value, 0.9, "speech", "none", 1, heard="it is seven three four one")
    assert (MASKER.slot(row, VIEWER), MASKER.slot(row, READER)) == (viewer, reader)
    assert "seven three" not in MASKER.heard(row, VIEWER)
    assert MASKER.heard(row, READER) == row.heard


def test_values_too_short_to_hint_at_are_dots() -> None:
    assert masked_value("phone", "+123") == "•••"
    assert masked_value("full_name", "") == "•••"
