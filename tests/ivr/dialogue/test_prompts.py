"""The catalogue: complete for the script, filled whole or not at all, and free of what must not be said."""

import re

import pytest

from core.errors import InvalidInput
from ivr.dialogue.prompts import load_catalogue
from ivr.dialogue.prompts.lint import BANNED, examples, faults
from ivr.dialogue.script import Question, Role, load_script
from tests.ivr.dialogue.text_caller import HOUSE, PACK

CATALOGUE = load_catalogue("en-US")
SCRIPT = load_script()


@pytest.mark.parametrize("question", SCRIPT.questions, ids=lambda question: question.id)
def test_every_question_has_every_rung(question: Question) -> None:
    rungs = ["ask"] if question.role is Role.MENU else ["ask", "retry", "example", "keys"]
    if question.groups:
        rungs.remove("example")
        rungs += [f"group{number}" for number, _ in enumerate(question.groups, start=1)]
    for rung in rungs:
        assert CATALOGUE.has(f"{question.id}.{rung}")
    if question.role is Role.SLOT:
        assert CATALOGUE.variables(f"{question.id}.confirm") == {"value"}
        assert CATALOGUE.variables(f"{question.id}.said") == {"value"}


def test_nothing_banned_is_said() -> None:
    assert faults() == []


@pytest.mark.parametrize(
    "text",
    [
        "It costs one dollar a day at this rate.",
        "Guaranteed money!",
        "Hurry, only today.",
        "We know when you lie.",
        "Your PIN?",
    ],
)
def test_the_lint_finds_what_is_banned(text: str) -> None:
    assert any(re.search(pattern, text.lower()) for pattern in BANNED)


def test_every_prompt_has_all_its_figures() -> None:
    filled = examples()
    assert set(filled) == set(CATALOGUE.texts)
    assert not any("{" in text for text in filled.values())


def test_the_offer_states_the_annual_rate_and_every_figure() -> None:
    for prompt_id in ("offer.ask", "offer.counter", "offer.other"):
        assert CATALOGUE.variables(prompt_id) == {"key_facts", "right_to_withdraw", "written_terms"}
    key_facts = PACK.disclosure("key_facts").text
    assert "annual percentage rate is {apr}" in key_facts
    for figure in ("{principal}", "{count}", "{payment}", "{last_payment}", "{total}"):
        assert figure in key_facts


def test_consent_says_that_it_is_a_machine_and_asks_before_it_records() -> None:
    text = HOUSE.prompts.render("consent.ask", HOUSE.disclosures).text
    assert "automated voice" in text
    assert "May we record?" in text


def test_a_missing_figure_is_an_error_and_says_which() -> None:
    with pytest.raises(InvalidInput, match=r"amount\.confirm needs value"):
        CATALOGUE.render("amount.confirm", {})


def test_unknown_prompt_and_language() -> None:
    with pytest.raises(InvalidInput, match=r"no text for nothing\.here"):
        CATALOGUE.render("nothing.here")
    with pytest.raises(InvalidInput, match="there are: en-US"):
        load_catalogue("tlh")


def test_personal_prompts_are_marked() -> None:
    assert CATALOGUE.render("amount.confirm", {"value": "ten dollars"}).personal
    assert not CATALOGUE.render("amount.ask").personal
    assert "ten dollars" not in repr(CATALOGUE.render("amount.confirm", {"value": "ten dollars"}))
