"""Each question hears what its own parser understands."""

from ivr.dialogue.prompts import load_catalogue
from ivr.dialogue.script import load_script
from ivr.grammars import grammars_for
from speech.answers.grammar import grammar

SCRIPT, PROMPTS = load_script(), load_catalogue("en-US")
GRAMMARS = grammars_for(SCRIPT, PROMPTS)


def test_names_are_free_and_closed_answers_are_not() -> None:
    assert "full_name" not in GRAMMARS
    for question in SCRIPT.questions:
        if not question.free and grammar(question.kind, "en-US", length=question.length) is not None:
            assert GRAMMARS[question.id], question.id


def test_a_person_can_be_asked_for_everywhere() -> None:
    for name, phrases in GRAMMARS.items():
        assert "agent" in phrases, name


def test_the_summary_hears_corrections_and_the_fields() -> None:
    assert {"yes", "no", "the amount is"} <= set(GRAMMARS["summary"])
    assert {"the amount", "birth date"} <= set(GRAMMARS["which_slot"])
    assert "start again" in GRAMMARS["resume"]
