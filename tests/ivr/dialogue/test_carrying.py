"""Callers we know: nothing is spoken before the code, everything is confirmed, and less is asked."""

from __future__ import annotations

import pytest

from core.applicant import PersonName, PhoneNumber
from core.evidence import ReadBack, Source
from ivr.dialogue.carrying import usable
from ivr.dialogue.effects import EndCall, NewCase
from ivr.dialogue.state import fold
from tests.ivr.dialogue.text_caller import CALLER, CODE, HAPPY, TextCall, by_question

EARLIER = tuple(TextCall(by_question(HAPPY)).run().journal)
AGAIN: dict[str, str | list[str]] = {
    **HAPPY,
    "known": "keys:" + CODE,
    "as_before": "yes",
    "amount": "one thousand dollars",
}
TOLD_BEFORE = ("three thousand two hundred", "John Carter", "full time", "zero, zero, seven, three", "March third")


def called(**changes: str | list[str]) -> TextCall:
    return TextCall(by_question(AGAIN | changes), earlier=EARLIER).run()


def asked(call: TextCall) -> set[str]:
    return {prompt.partition(".")[0] for prompt in call.prompts}


def test_a_known_caller_is_asked_less_and_confirms_all_of_it() -> None:
    call = called()
    assert call.ended == EndCall("accepted")
    assert not asked(call) & {"full_name", "national_id_last4", "date_of_birth", "monthly_income", "employment"}
    assert len(call.asked) <= 10
    slots = call.session.state.slots
    assert str(slots["amount"].value) == "1000.00"
    for name in ("full_name", "national_id_last4", "date_of_birth", "monthly_income", "employment", "monthly_debt"):
        assert slots[name].evidence[-1].source is Source.RECORD
        assert slots[name].evidence[-1].read_back is ReadBack.EXPLICIT
        assert slots[name].evidence[-1].call_id == "CA1"


def test_nothing_is_spoken_before_the_code_came_back() -> None:
    call = called()
    before = call.said[: call.prompts.index("known.ask") + 1]
    assert not any(told in said for told in TOLD_BEFORE for said in before)
    assert any("three thousand two hundred dollars a month" in said for said in call.said)


@pytest.mark.parametrize("words", ["start again", "new application"])
def test_who_would_rather_answer_all_again_may(words: str) -> None:
    call = called(known=words)
    assert call.ended == EndCall("accepted")
    assert {"full_name", "monthly_income"} <= asked(call)
    assert "as_before.ask" not in call.prompts
    assert NewCase() not in call.effects


def test_without_the_code_nothing_is_known() -> None:
    call = TextCall(by_question(AGAIN | {"known": "keys:999999"}), earlier=EARLIER)
    call.check = lambda code: "ok" if code == CODE else "exhausted"
    call.run()
    assert "full_name" in asked(call)
    assert all(answer.evidence[0].source is not Source.RECORD for answer in call.session.state.slots.values())


def test_the_code_of_the_loan_is_still_asked_for() -> None:
    assert {"known", "code"} <= asked(called())


def test_a_no_asks_what_may_have_changed() -> None:
    call = called(as_before="no", monthly_income="four thousand dollars")
    assert call.ended == EndCall("accepted")
    assert {"monthly_income", "employment", "monthly_debt"} <= asked(call)
    assert "full_name" not in asked(call)
    assert str(call.value("monthly_income")) == "4000.00"
    assert fold(call.journal, "USD").slots == call.session.state.slots


def test_one_of_them_is_changed_by_name_and_the_others_asked_about() -> None:
    call = called(as_before=["no change my income to four thousand dollars", "yes"])
    assert call.ended == EndCall("accepted")
    assert str(call.value("monthly_income")) == "4000.00"
    assert call.prompts.count("as_before.ask") == 2
    income = call.session.state.slots["monthly_income"].evidence
    assert [evidence.source for evidence in income] == [Source.RECORD, Source.SPEECH]


def test_another_person_on_the_same_telephone_corrects_the_name() -> None:
    call = called(summary=["change my name to bob smith", "yes"])
    assert call.value("full_name") == PersonName("Bob Smith")


def test_only_the_owner_of_the_number_is_known() -> None:
    earlier = fold(EARLIER, "USD")
    assert usable(earlier, CALLER) is earlier
    assert usable(earlier, PhoneNumber("+13035550155")) is None
    assert usable(earlier, None) is None
    earlier.submitted = False
    assert usable(earlier, CALLER) is None


def test_a_call_that_drops_after_the_code_asks_about_it_again() -> None:
    dropped = TextCall(by_question({"consent": "yes", "known": "keys:" + CODE}), earlier=EARLIER).run()
    again = TextCall(by_question(AGAIN | {"resume": "keys:" + CODE}), left_behind=tuple(dropped.journal)).run()
    assert "as_before.ask" in again.prompts
    assert again.ended == EndCall("accepted")


@pytest.mark.parametrize("said", ["purple monkey", "keys:12"])
def test_who_gives_no_code_is_asked_everything_and_not_sent_away(said: str) -> None:
    call = called(known=said)
    assert call.prompts.count("known.retry") == 1
    assert {"full_name", "monthly_income"} <= asked(call)
    assert "phone" not in asked(call)
    assert call.ended == EndCall("accepted")


def test_silence_at_the_code_is_no_end_either() -> None:
    call = TextCall(by_question({**AGAIN, "known": None}), earlier=EARLIER).run()
    assert call.ended == EndCall("accepted")
