"""Several offers: which is told when, that each is told whole, and that a yes is to the one told last."""

from __future__ import annotations

import pytest

from ivr.dialogue.effects import EndCall, HandOver, Respond, Say, SendTerms
from ivr.dialogue.offering import decided
from ivr.dialogue.state import CallState
from tests.ivr.dialogue.text_caller import HAPPY, HOUSE, NOW, TextCall, by_question, decline, several

THREE = several(("2500.00", 12), ("2500.00", 6), ("2500.00", 18))


def answered(*said: str, decision: object = THREE) -> TextCall:
    return TextCall(by_question({**HAPPY, "offer": list(said)}), decision=decision).run()  # type: ignore[arg-type]  # a decision


def told(call: TextCall) -> list[str]:
    return [prompt for prompt in call.prompts if prompt in {"offer.ask", "offer.counter", "offer.other"}]


def accepted(call: TextCall) -> int | None:
    return next(effect.offer for effect in call.effects if isinstance(effect, Respond))


def test_after_a_no_another_offer_is_asked_about_and_told_whole() -> None:
    call = answered("no", "yes", "yes")
    assert told(call) == ["offer.ask", "offer.other"]
    assert "offer.more" in call.prompts
    assert call.ended == EndCall("accepted")
    assert accepted(call) == 1
    assert SendTerms(1) in call.effects
    second = next(effect for effect in call.effects if isinstance(effect, Say) and effect.prompt_id == "offer.other")
    assert not second.may_interrupt
    assert "six monthly payments" in second.text
    assert [entry.data.get("offer") for entry in call.journal if entry.kind == "disclosed"] == [None, 0, 1]
    assent = next(entry for entry in call.journal if entry.kind == "assent")
    assert (assent.data["accepted"], assent.data["offer"]) == (True, 1)


@pytest.mark.parametrize(
    ("words", "offer"),
    [
        ("another", 1),
        ("what else do you have", 1),
        ("keys:3", 1),
        ("a lower payment please", 2),
        ("no that is too high", 2),
        ("longer", 2),
        ("yes but over more months", 2),
        ("shorter", 1),
    ],
)
def test_other_terms_may_be_asked_for(words: str, offer: int) -> None:
    call = answered(words, "yes")
    assert told(call) == ["offer.ask", "offer.other"]
    assert accepted(call) == offer


def test_the_first_one_can_still_be_had() -> None:
    call = answered("another", "the first one", "yes")
    assert told(call) == ["offer.ask", "offer.other", "offer.ask"]
    assert accepted(call) == 0


def test_no_to_all_of_them_makes_no_loan() -> None:
    for said in (("no", "no"), ("no", "yes", "no", "no"), ("no", "yes", "no", "yes", "no")):
        call = answered(*said)
        assert call.ended == EndCall("refused")
        assert accepted(call) is None
        assert len(told(call)) <= 1 + HOUSE.script.limits.more_offers


def test_no_more_offers_than_the_script_allows() -> None:
    many = several(*(("2500.00", months) for months in (6, 9, 12, 18, 24)))
    call = answered("another", "another", "another", "another", "yes", decision=many)
    assert len(told(call)) <= 1 + HOUSE.script.limits.more_offers
    assert "I have no such offer." in " ".join(call.said)


def test_asking_for_what_there_is_not_says_so() -> None:
    call = answered("longer", "yes", decision=several(("2500.00", 12)))
    assert "I have no such offer." in " ".join(call.said)
    assert accepted(call) == 0


def test_a_later_offer_cut_short_cannot_be_accepted() -> None:
    call = TextCall(by_question({**HAPPY, "offer": ["another", "yes", "yes"]}), decision=THREE)
    call.flush = {"offer.other"}
    call.run()
    assert call.prompts.count("offer.other") == 2
    assert accepted(call) == 1


def test_repeat_says_the_cost_again_whatever_was_said_last() -> None:
    call = answered("purple monkey", "repeat", "yes")
    assert told(call) == ["offer.ask", "offer.ask"]


def test_counter_offers_may_be_several_too() -> None:
    call = answered("no", "yes", "yes", decision=several(("1000.00", 12), ("2500.00", 36)))
    assert told(call) == ["offer.counter", "offer.other"]
    assert accepted(call) == 1


@pytest.mark.parametrize("said", ["agent", "stop"])
def test_a_person_or_an_end_is_a_word_away_between_two_offers(said: str) -> None:
    call = answered("no", said)
    assert call.ended in {HandOver("asked_for_person"), EndCall("stopped")}
    assert not any(isinstance(effect, Respond) for effect in call.effects)


def test_a_no_without_offers_ends_at_once() -> None:
    state = CallState(call_id="CA1", today=NOW.date())
    assert EndCall("declined") in decided(HOUSE, state, decline())
