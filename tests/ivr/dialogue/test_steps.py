"""The steps that are not fields: the menu, the consent, the one-time code, the offer."""

from __future__ import annotations

import pytest

from ivr.dialogue.effects import AllowRecording, EndCall, HandOver, Respond, Say
from tests.ivr.dialogue.text_caller import CODE, HAPPY, HOUSE, TextCall, approve, by_question


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("not my loan", "not_my_loan"),
        ("three", "not_my_loan"),
        ("keys:3", "not_my_loan"),
        ("my balance", "repay"),
        ("four", "repay"),
        ("keys:4", "repay"),
        ("agent", "asked_for_person"),
        ("keys:0", "asked_for_person"),
    ],
)
def test_the_menu_leads_away_before_any_disclosure_and_keeps_nothing(words: str, reason: str) -> None:
    call = TextCall(by_question({"menu": words})).run()
    assert call.ended == HandOver(reason)
    assert call.prompts[0] == "menu.ask"
    assert "consent.ask" not in call.prompts
    assert AllowRecording() not in call.effects


@pytest.mark.parametrize("words", [None, "one", "keys:1", "yes", "i want a loan", "no", "purple monkey", "phone", "x"])
def test_every_other_word_at_the_menu_leads_to_the_question_of_consent(words: str | None) -> None:
    call = TextCall(by_question(HAPPY | {"menu": words})).run()
    assert call.prompts[:3] == ["menu.ask", "consent.ask", "full_name.ask"]
    menu, consent = (
        effect for effect in call.effects if isinstance(effect, Say) and effect.prompt_id in call.prompts[:2]
    )
    assert (menu.may_interrupt, menu.leads) == (True, True)
    assert (consent.may_interrupt, consent.leads) == (False, False)
    assert HOUSE.disclosures["automated_voice"] in consent.text


@pytest.mark.parametrize("words", ["two", "keys:2", "go on with an application"])
def test_going_on_where_nothing_was_left_says_so(words: str) -> None:
    call = TextCall(by_question(HAPPY | {"menu": words})).run()
    assert any("I find no unfinished application" in said for said in call.said)
    assert call.ended == EndCall("accepted")


@pytest.mark.parametrize("question", ["consent", "offer"])
def test_zero_reaches_a_person_even_while_a_disclosure_is_read(question: str) -> None:
    call = TextCall(by_question(HAPPY))
    call.over_prompt = {f"{question}.ask": "0"}
    assert call.run().ended == HandOver("asked_for_person")


@pytest.mark.parametrize("digit", ["1", "2", "*", "#", "5"])
def test_no_other_key_cuts_a_disclosure(digit: str) -> None:
    call = TextCall(by_question(HAPPY))
    call.over_prompt = {"consent.ask": digit}
    call.run()
    assert call.asked[:2] == ["consent.ask", "full_name.ask"]


def test_an_offer_cut_short_cannot_be_accepted() -> None:
    call = TextCall(by_question(HAPPY))
    call.flush = {"offer.ask"}
    call.run()
    assert call.prompts.count("offer.ask") == 2
    assert call.ended == EndCall("accepted")
    told = [entry for entry in call.journal if entry.kind == "disclosed"]
    assert [entry.data["question"] for entry in told] == ["code", "offer"]


@pytest.mark.parametrize("where", ["menu", "consent"])
def test_balance_goes_to_a_person_before_anything_is_recorded(where: str) -> None:
    call = TextCall(by_question({where: "my balance"})).run()
    assert call.ended == HandOver("repay")
    assert AllowRecording() not in call.effects


def test_refusing_the_offer_makes_no_loan() -> None:
    call = TextCall(by_question(HAPPY | {"offer": "no"})).run()
    assert call.ended == EndCall("refused")
    assert any(isinstance(e, Respond) and e.offer is None for e in call.effects)


def test_counter_offer_says_so() -> None:
    call = TextCall(by_question(HAPPY), decision=approve("2000.00")).run()
    assert "offer.counter" in call.prompts


def test_wrong_code_can_be_tried_again() -> None:
    call = TextCall(by_question(HAPPY | {"code": ["keys:111111", "keys:" + CODE]})).run()
    assert call.ended == EndCall("accepted")


@pytest.mark.parametrize(
    "words",
    [
        ["four one seven", "two zero five"],
        ["forty one", "seventy two oh five"],
        ["four one", "four one seven two zero five"],
        ["four one seven", "keys:" + CODE],
        ["four one seven two zero", "what", "four one seven two zero five"],
    ],
)
def test_a_code_may_come_in_two_parts(words: list[str]) -> None:
    answers: dict[str, str | list[str]] = {**HAPPY, "code": words}
    call = TextCall(by_question(answers)).run()
    assert "code.rest" in call.prompts
    assert call.ended == EndCall("accepted")


def test_parts_that_make_no_code_end_with_a_person() -> None:
    call = TextCall(by_question(HAPPY | {"code": "four one seven two"})).run()
    assert call.ended == HandOver("trouble:code")


@pytest.mark.parametrize("words", ["yes but make it eighteen months", "change the amount"])
def test_an_offer_cannot_be_changed_and_says_so(words: str) -> None:
    call = TextCall(by_question(HAPPY | {"offer": [words, "yes"]})).run()
    assert call.ended == EndCall("accepted")
    assert any("I cannot change this offer on the line." in said for said in call.said)
    assert call.session.state.slots["term_months"].value == 12


def test_unsent_code_goes_to_a_person() -> None:
    call = TextCall(by_question(HAPPY), sms_works=False).run()
    assert call.ended == HandOver("code_unsent")
