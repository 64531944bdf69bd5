"""What may choose between two hearings: form, and what this caller said in this call. Never what is on record."""

from __future__ import annotations

import dataclasses
import inspect
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.applicant import Last4, PersonName, PhoneNumber
from core.evidence import Answer
from core.money import Money
from ivr.dialogue.allowing import accepted
from ivr.dialogue.asking import ask
from ivr.dialogue.effects import Journal, Say
from ivr.dialogue.events import AnswerHeard
from ivr.dialogue.listening import heard
from ivr.dialogue.script import Role
from ivr.dialogue.state import CallState, Known, Mode
from speech.answers.model import Kind, Reading
from speech.recognizer import Transcript, Word
from tests.ivr.dialogue.text_caller import HOUSE, NOW, transcript

TODAY = NOW.date()


def rule(question: str, *, groups: tuple[str, ...] | None = None, refused: tuple[Any, ...] = ()):
    return accepted(HOUSE.script[question], TODAY, "USD", "US", groups=groups, refused=refused)


def listened(text: str, *others: str, conf: float = 0.95, second: str | None = None) -> Transcript:
    """What the recogniser gives: the best words, other hearings, and a second listener."""
    words = tuple(Word(word, 300 * at, 300 * at + 280, conf) for at, word in enumerate(text.split()))
    return Transcript(text, words, conf, others, second=second, second_confidence=conf if second else 0.0, snr_db=25.0)


def asked(question: str, **given: Any) -> CallState:
    state = CallState(call_id="CA1", focus=question, today=TODAY, **given)
    ask(HOUSE, state)
    return state


def answer(state: CallState, said: Transcript) -> list[Any]:
    assert state.listening is not None
    return heard(HOUSE, state, AnswerHeard(state.listening, said, 0, 900), NOW)


def stands(state: CallState, effects: list[Any]) -> Any:
    """The value that was taken or is being read back."""
    kept = [effect.data["value"] for effect in effects if isinstance(effect, Journal) and effect.kind == "slot"]
    return kept[0] if kept else state.pending and state.pending.values[0]


@pytest.mark.parametrize(
    ("question", "value", "possible"),
    [
        ("date_of_birth", date(1985, 3, 12), True),
        ("date_of_birth", date(2019, 3, 12), False),
        ("date_of_birth", date(1899, 3, 12), False),
        ("amount", Decimal(2500), True),
        ("amount", Decimal(25), False),
        ("amount", Decimal(2_500_000), False),
        ("term_months", 12, True),
        ("term_months", 1200, False),
        ("monthly_income", Decimal(2_000_000), False),
        ("national_id_last4", "7341", True),
        ("phone", "2025550143", True),
        ("full_name", "Maria Lopez", True),
        ("full_name", "Maria", False),
        ("purpose", "car", True),
    ],
)
def test_a_reading_must_be_a_value_the_field_can_hold(question: str, value: Any, possible: bool) -> None:
    assert rule(question)(Reading(value)) is possible


@pytest.mark.parametrize(
    ("said", "part", "possible"),
    [((), "415", True), ((), "115", False), ((), "015", False), (("415",), "555", True), (("415",), "155", False),
     (("415",), "911", False), (("415", "555"), "0123", True)],
)  # fmt: skip
def test_a_group_must_fit_the_groups_before_it(said: tuple[str, ...], part: str, possible: bool) -> None:
    assert rule("phone", groups=said)(Reading(part)) is possible


def test_a_misheard_year_gives_way_to_one_that_can_be() -> None:
    said = listened("march twelfth two thousand nineteen", "march twelfth nineteen ninety")
    effects = answer(state := asked("date_of_birth"), said)
    assert stands(state, effects) == date(1990, 3, 12)
    assert state.mode is Mode.CONFIRM, "what the rule chose is read back"


def test_a_value_that_can_be_is_taken_as_it_was_heard() -> None:
    said = listened("march twelfth nineteen ninety", second="march twelfth nineteen ninety")
    effects = answer(asked("date_of_birth"), said)
    assert [effect.prompt_id for effect in effects if isinstance(effect, Say)] == ["full_name.ask"]


def test_a_value_just_refused_gives_way_to_another_hearing_but_only_once() -> None:
    state = asked("amount")
    answer(state, listened("fifteen hundred", conf=0.35))
    assert state.mode is Mode.CONFIRM
    answer(state, transcript("no"))
    assert state.refused == ("amount", Money.parse("1500", "USD"))
    again = listened("fifteen hundred", "fifty hundred", "fifty hundred dollars", conf=0.6, second="fifty hundred")
    effects = answer(state, again)
    assert stands(state, effects) in {"5000.00", Money.parse("5000", "USD")}
    assert state.refused is None, "whoever says it a third time means it"


def test_a_refused_value_said_again_with_nothing_beside_it_is_read_back_not_lost() -> None:
    state = asked("amount")
    answer(state, listened("fifteen hundred", conf=0.35))
    answer(state, transcript("no"))
    effects = answer(state, listened("fifteen hundred", second="fifteen hundred"))
    assert state.pending is not None
    assert state.pending.values == (Money.parse("1500", "USD"),)
    assert [effect.prompt_id for effect in effects if isinstance(effect, Say)] == ["amount.confirm"]


def test_the_rule_is_never_shown_the_call_nor_any_record() -> None:
    """By construction: it has no parameter through which a record could come."""
    assert set(inspect.signature(accepted).parameters) == {
        "question", "today", "currency", "region", "groups", "refused",
    }  # fmt: skip


@pytest.mark.parametrize("question", [one.id for one in HOUSE.script.questions if one.role is not Role.SLOT])
def test_codes_and_consents_have_no_rule(question: str) -> None:
    assert rule(question) is None


RECORD = Known(
    slots={
        "full_name": Answer(PersonName("Maria Lopez")),
        "national_id_last4": Answer(Last4("7341")),
        "date_of_birth": Answer(date(1985, 3, 12)),
        "phone": Answer(PhoneNumber("+12025550143")),
        "amount": Answer(Money.parse("1500", "USD")),
    }
)
MUMBLES = {
    "national_id_last4": ("seven three four nine", "seven three four one"),
    "date_of_birth": ("march twelfth nineteen eighty nine", "march twelfth nineteen eighty five"),
    "phone": ("two oh two five five five oh one four nine", "two oh two five five five oh one four three"),
    "amount": ("fifty hundred", "fifteen hundred"),
}


@pytest.mark.parametrize("question", MUMBLES)
def test_a_mumble_is_not_repaired_to_what_is_on_record(question: str) -> None:
    """An impostor's answer and its understanding are the same whether or not the truth is on record."""
    wrong, truth = MUMBLES[question]
    said = listened(wrong, truth, conf=0.4, second=truth)
    stranger = asked(question)
    known = asked(question, earlier=RECORD, left_behind=RECORD, caller=PhoneNumber("+12025550143"))
    effects = answer(stranger, said), answer(known, said)
    assert stands(stranger, effects[0]) == stands(known, effects[1])
    assert (stranger.mode, stranger.variant) == (known.mode, known.variant)
    sure = [state.pending.evidence.p_error if state.pending else None for state in (stranger, known)]
    assert sure[0] == sure[1]


def test_no_question_asks_for_as_many_figures_as_a_payment_card_has() -> None:
    """So no card number that somebody reads out can stand as an answer (13 to 19 figures, ISO/IEC 7812)."""
    asked_for = {question.length for question in HOUSE.script.questions if question.kind is Kind.DIGITS}
    assert asked_for <= set(range(1, 13))


def test_every_kind_of_slot_is_among_the_rules() -> None:
    """A new field gets a rule of form too, or this names it."""
    kinds = {question.kind for question in HOUSE.script.slots}
    assert kinds == set(Kind) - {Kind.YES_NO}
    assert all(rule(question.id) is not None for question in HOUSE.script.slots if not question.secret)
    assert dataclasses.is_dataclass(HOUSE.script)
