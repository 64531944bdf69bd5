"""Whole conversations over the pure session, in words: the branches of the script from hello to goodbye."""

from __future__ import annotations

from datetime import date

import pytest

from core.catalogue import Employment, Purpose
from core.evidence import ReadBack
from ivr.dialogue.effects import AllowRecording, BindPhone, EndCall, Finish, HandOver, Journal, NewCase, Say, Submit
from ivr.dialogue.keys import name_to_keys
from tests.ivr.dialogue.text_caller import CODE, HAPPY, TextCall, by_question, decline

KEYS = {
    "menu": "keys:1",
    "consent": "keys:1",
    "full_name": "keys:" + name_to_keys("john carter"),
    "national_id_last4": "keys:0073",
    "date_of_birth": "keys:03031985",
    "monthly_income": "keys:3200#",
    "employment": "keys:1",
    "monthly_debt": "keys:200#",
    "amount": "keys:2500#",
    "term_months": "keys:12#",
    "purpose": "keys:3",
    "summary": "keys:1",
    "code": "keys:" + CODE,
    "offer": "keys:1",
}


def test_clean_call_ends_accepted_within_the_step_budget() -> None:
    call = TextCall(by_question(HAPPY)).run()
    assert call.ended == EndCall("accepted")
    assert str(call.value("amount")) == "2500.00"
    assert str(call.value("monthly_income")) == "3200.00"
    assert call.value("date_of_birth") == date(1985, 3, 3)
    assert call.value("employment") is Employment.FULL_TIME
    assert call.value("purpose") is Purpose.CAR
    assert len(call.asked) <= 14


def test_every_critical_field_is_read_back_before_submission() -> None:
    call = TextCall(by_question(HAPPY)).run()
    submitted = call.effects.index(Submit())
    confirmed = [e for e in call.effects[:submitted] if isinstance(e, Journal) and e.kind == "confirmed"]
    names = {name for e in confirmed if e.data["how"] == "explicit" for name in e.data["names"]}
    assert {"full_name", "national_id_last4", "date_of_birth", "phone", "amount", "term_months"} <= names
    for slot in ("monthly_income", "employment", "monthly_debt", "purpose"):
        assert call.session.state.slots[slot].evidence[-1].read_back is ReadBack.IMPLICIT


def test_journal_precedes_the_prompt_that_confirms() -> None:
    call = TextCall(by_question(HAPPY)).run()
    stored = next(
        i for i, e in enumerate(call.effects) if isinstance(e, Journal) and e.data.get("name") == "monthly_income"
    )
    echoed = next(
        i
        for i, e in enumerate(call.effects)
        if isinstance(e, Say) and "three thousand two hundred" in e.text.lower().lower()
    )
    assert stored < echoed


def test_all_answers_by_keys() -> None:
    call = TextCall(by_question(KEYS)).run()
    assert call.ended == EndCall("accepted")
    assert call.session.state.slots["full_name"].value.value == "John Carter"
    assert all(a.evidence[0].source in {"keys", "carrier"} for a in call.session.state.slots.values())


def test_refusing_the_recording_keeps_nothing() -> None:
    call = TextCall(by_question({"consent": "no"})).run()
    assert call.ended == HandOver("unrecorded")
    assert AllowRecording() not in call.effects
    assert Finish("consent_refused") in call.effects


@pytest.mark.parametrize("words", ["agent", "can i talk to a person", "operator please"])
@pytest.mark.parametrize("where", ["consent", "amount", "offer"])
def test_a_person_is_one_word_away(words: str, where: str) -> None:
    call = TextCall(by_question(HAPPY | {where: words})).run()
    assert call.ended == HandOver("asked_for_person")


def test_not_my_loan_needs_no_login() -> None:
    call = TextCall(by_question({"consent": "i did not ask for this loan"})).run()
    assert call.ended == HandOver("not_my_loan")
    assert call.journal[0].kind == "disputed"


def test_stop_ends_and_closes_the_case() -> None:
    call = TextCall(by_question(HAPPY | {"amount": "stop"})).run()
    assert call.ended == EndCall("stopped")
    assert Finish("stopped") in call.effects


def test_amount_corrected_at_the_summary_keeps_both_hearings() -> None:
    answers = HAPPY | {"summary": ["no the amount is two thousand dollars", "yes"]}
    call = TextCall(by_question(answers)).run()
    assert call.ended == EndCall("accepted")
    amount = call.session.state.slots["amount"]
    assert str(amount.value) == "2000.00"
    assert len(amount.evidence) == 2


@pytest.mark.parametrize(
    ("words", "slot", "value"),
    [
        ("no two thousand dollars", "amount", "2000.00"),
        ("no march third nineteen eighty six", "date_of_birth", "1986-03-03"),
        ("no eighteen months", "term_months", "18"),
        ("no i meant april", "date_of_birth", "1985-04-03"),
        ("no it is the twelfth", "date_of_birth", "1985-03-12"),
    ],
)
def test_a_bare_correction_at_the_summary_finds_its_field(words: str, slot: str, value: str) -> None:
    call = TextCall(by_question(HAPPY | {"summary": [words, "yes"]})).run()
    assert call.ended == EndCall("accepted")
    assert str(call.value(slot)) == value
    assert all(answer.confirmed for answer in call.session.state.slots.values())


def test_no_at_the_summary_asks_which_and_changes_it() -> None:
    answers = HAPPY | {
        "summary.ask": ["no", "yes"],
        "summary.which": "birth date",
        "date_of_birth": ["march third nineteen eighty six", "march third nineteen eighty five"],
    }
    call = TextCall(by_question(answers)).run()
    assert call.ended == EndCall("accepted")
    assert call.value("date_of_birth") == date(1985, 3, 3)


def test_echoed_value_is_corrected_in_passing() -> None:
    answers = HAPPY | {"employment": ["no three thousand dollars", "full time"]}
    call = TextCall(by_question(answers)).run()
    assert str(call.value("monthly_income")) == "3000.00"


def test_low_confidence_is_read_back_and_a_no_asks_again() -> None:
    answers = HAPPY | {
        "amount": ["two thousand five hundred dollars", "two thousand dollars"],
        "amount.confirm": ["no", "yes"],
    }
    call = TextCall(by_question(answers), confidence=lambda text: 0.6 if "thousand" in text else 0.99).run()
    assert str(call.value("amount")) == "2000.00"
    assert all(answer.confirmed for answer in call.session.state.slots.values())


def test_a_yearly_income_said_without_its_period_is_asked_about() -> None:
    answers = HAPPY | {"monthly_income": "forty two thousand dollars", "line.which_period": "a year"}
    call = TextCall(by_question(answers)).run()
    assert "Is that forty two thousand dollars a month, or forty two thousand dollars a year?" in call.said
    assert str(call.value("monthly_income")) == "3500.00"
    assert call.ended == EndCall("accepted")


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("keys:1", "42000.00"),
        ("keys:2", "3500.00"),
        ("forty two thousand a year", "3500.00"),
        ("per month", "42000.00"),
    ],
)
def test_the_period_is_chosen_by_word_or_key(words: str, value: str) -> None:
    answers = HAPPY | {"monthly_income": "forty two thousand dollars", "line.which_period": words}
    assert str(TextCall(by_question(answers)).run().value("monthly_income")) == value


def test_the_same_figure_again_chooses_no_period() -> None:
    figure = "forty two thousand dollars"
    answers = HAPPY | {"monthly_income": [figure, "three thousand dollars"], "line.which_period": figure}
    call = TextCall(by_question(answers)).run()
    assert "monthly_income.retry" in call.prompts
    assert str(call.value("monthly_income")) == "3000.00"


def test_a_corrected_income_may_be_a_years_too() -> None:
    words = "change my income to sixty thousand dollars"
    answers = HAPPY | {"amount": [words, HAPPY["amount"]], "line.which_period": "a year"}
    call = TextCall(by_question(answers)).run()
    assert str(call.value("monthly_income")) == "5000.00"
    assert call.ended == EndCall("accepted")


@pytest.mark.parametrize("words", ["none of your business", "ninety dollars", "twenty thousand a month"])
def test_an_odd_income_is_read_back_however_well_it_was_heard(words: str) -> None:
    answers = HAPPY | {"monthly_income": [words, "three thousand dollars"], "monthly_income.confirm": "no"}
    call = TextCall(by_question(answers)).run()
    assert str(call.value("monthly_income")) == "3000.00"


def test_neither_of_two_readings_but_another_value() -> None:
    answers = HAPPY | {"monthly_debt": "three fifty", "line.which_of": "no four hundred dollars"}
    assert str(TextCall(by_question(answers)).run().value("monthly_debt")) == "400.00"


def test_a_birth_date_in_parts() -> None:
    answers = HAPPY | {
        "date_of_birth.ask": "march third",
        "date_of_birth.year": "nineteen eighty five",
    }
    call = TextCall(by_question(answers)).run()
    assert call.value("date_of_birth") == date(1985, 3, 3)
    assert "date_of_birth.year" in call.prompts
    assert call.ended == EndCall("accepted")


def test_the_same_part_of_a_date_again_climbs_the_ladder() -> None:
    call = TextCall(by_question(HAPPY | {"date_of_birth": "march third"})).run()
    assert call.ended == HandOver("trouble:date_of_birth")
    assert len(call.prompts) <= 13


def test_parts_of_a_date_are_forgotten_when_the_date_is_known() -> None:
    answers: dict[str, str | list[str]] = {
        **HAPPY,
        "date_of_birth": ["nineteen seventy", "march third nineteen eighty five", "june ninth", "nineteen eighty"],
        "summary": ["change my birth date", "yes"],
    }
    call = TextCall(by_question(answers)).run()
    assert call.value("date_of_birth") == date(1980, 6, 9)


def test_correction_inside_a_confirmation() -> None:
    answers = HAPPY | {"amount.confirm": ["no two thousand dollars", "yes"]}
    call = TextCall(by_question(answers), confidence=lambda text: 0.6 if "two thousand" in text else 0.99).run()
    assert str(call.value("amount")) == "2000.00"


def test_silence_climbs_the_ladder_and_ends_kindly() -> None:
    call = TextCall(by_question(HAPPY | {"amount": None})).run()
    assert call.ended == EndCall("silent")
    assert [p for p in call.prompts if p.startswith("amount")] == [
        "amount.ask",
        "amount.retry",
        "amount.example",
        "amount.keys",
    ]
    assert not any(isinstance(e, Finish) for e in call.effects)


def test_nonsense_ends_with_a_person() -> None:
    call = TextCall(by_question(HAPPY | {"amount": "purple monkey"})).run()
    assert isinstance(call.ended, HandOver)
    assert call.ended.reason == "trouble:amount"


def test_decline_names_its_reason() -> None:
    call = TextCall(by_question(HAPPY), decision=decline()).run()
    assert call.ended == EndCall("declined")
    assert "your payments are too high." in call.said[-1]


def test_nothing_to_change_after_all() -> None:
    call = TextCall(by_question(HAPPY | {"summary.ask": "no", "summary.which": "yes", "summary.retry": "yes"})).run()
    assert call.ended == EndCall("accepted")


def test_withheld_number_is_asked_for() -> None:
    call = TextCall(by_question(HAPPY | {"phone": "keys:4155550123"}), caller=None).run()
    assert call.ended == EndCall("accepted")
    assert "phone.ask" in call.prompts


def test_dropped_call_goes_on_where_it_stopped_after_the_code() -> None:
    first = TextCall(by_question({k: v for k, v in HAPPY.items() if k != "amount"} | {"amount": None})).run()
    again = TextCall(by_question(HAPPY | {"resume": "keys:" + CODE}), left_behind=tuple(first.journal)).run()
    assert again.ended == EndCall("accepted")
    asked = {prompt.partition(".")[0] for prompt in again.prompts}
    assert not asked & {"full_name", "national_id_last4", "date_of_birth", "monthly_income", "employment"}


def test_failed_re_verification_starts_afresh() -> None:
    first = TextCall(by_question({k: v for k, v in HAPPY.items() if k != "amount"} | {"amount": None})).run()
    again = TextCall(by_question(HAPPY | {"resume": "start again"}), left_behind=tuple(first.journal)).run()
    place = again.effects.index(NewCase())
    assert again.effects[place + 1 : place + 3] == [Journal("began_anew", {}), BindPhone()], "a case is there first"
    assert "full_name.ask" in again.prompts


def test_without_a_code_an_application_that_is_in_goes_to_a_person_and_no_second_one_is_made() -> None:
    first = TextCall(by_question(HAPPY | {"offer": None})).run()
    assert any(entry.kind == "submitted" for entry in first.journal)
    again = TextCall(by_question(HAPPY | {"resume": "keys:" + CODE}), left_behind=tuple(first.journal))
    again.sms_works = False
    again.run()
    assert not any(isinstance(effect, NewCase | Submit) for effect in again.effects)
    assert [effect.reason for effect in again.effects if isinstance(effect, HandOver)] == ["code_unsent"]


def test_go_back_asks_the_question_before() -> None:
    answers = HAPPY | {
        "term_months": ["go back", "twelve months"],
        "amount": ["two thousand five hundred dollars", "three thousand dollars"],
    }
    call = TextCall(by_question(answers)).run()
    assert str(call.value("amount")) == "3000.00"


def test_repeat_and_slower_say_it_again() -> None:
    call = TextCall(by_question(HAPPY | {"amount": ["repeat", "slower", "two thousand five hundred dollars"]})).run()
    assert call.prompts.count("amount.ask") == 3
    assert call.session.state.rate < call.session.house.rate
    assert call.ended == EndCall("accepted")
