"""Random questions about the last loan: only for somebody who had one, after the code, and of low weight."""

from __future__ import annotations

import pytest

from core.catalogue import Purpose
from core.identity.questions import PastLoan, Topic
from core.money import Money
from core.risk import RiskLevel, RiskReport
from ivr.dialogue.effects import DrawQuestions, EndCall, HandOver, Submit
from ivr.dialogue.noticed import with_noticed
from ivr.dialogue.state import fold
from tests.ivr.dialogue.text_caller import CLEAR, CODE, HAPPY, Replies, TextCall, by_question

LOAN = PastLoan(Money.parse("800.00", "USD"), 18, Purpose.HOME, paid_month=3).truths
PAIRS = {"money": (Topic.AMOUNT, Topic.TERM), "use": (Topic.PURPOSE, Topic.PAID_MONTH)}
RIGHT = {
    "last_amount": "eight hundred dollars",
    "last_term": "eighteen months",
    "last_purpose": "for my home",
    "last_paid": "march",
}
WRONG = {
    "last_amount": "two thousand dollars",
    "last_term": "six months",
    "last_purpose": "a wedding",
    "last_paid": "july",
}


def called(answers: Replies, topics: tuple[Topic, ...] = PAIRS["money"], sure: float = 0.99) -> TextCall:
    call = TextCall(answers, last_loan={topic: LOAN[topic] for topic in topics})
    call.confidence = lambda text: sure if text in {*RIGHT.values(), *WRONG.values()} else 0.99
    return call.run()


def results(call: TextCall) -> list[str]:
    return [entry.data["result"] for entry in call.journal if entry.kind == "recalled"]


def level(call: TextCall, report: RiskReport = CLEAR) -> RiskLevel:
    return with_noticed(report, call.session.state).level


def test_somebody_without_a_loan_is_asked_nothing() -> None:
    call = TextCall(by_question(HAPPY)).run()
    assert call.ended == EndCall("accepted")
    assert sum(isinstance(effect, DrawQuestions) for effect in call.effects) == 1
    assert not any(prompt.startswith("last_") for prompt in call.prompts)
    assert with_noticed(CLEAR, call.session.state) is CLEAR


@pytest.mark.parametrize("topics", PAIRS.values(), ids=PAIRS)
def test_right_answers_go_on_and_lower_nothing(topics: tuple[Topic, ...]) -> None:
    call = called(by_question({**HAPPY, **RIGHT}), topics)
    assert call.ended == EndCall("accepted")
    assert results(call) == ["right", "right"]
    asked = [prompt for prompt in call.prompts if prompt.startswith("last_")]
    assert asked == [f"{topics[0]}.ask", f"{topics[1]}.retry"]
    assert call.prompts.index("code.ask") < call.prompts.index(asked[0]) < call.prompts.index("offer.ask")
    held = RiskReport(RiskLevel.HOLD, complete=True, version="test")
    assert with_noticed(held, call.session.state) is held


@pytest.mark.parametrize("topics", PAIRS.values(), ids=PAIRS)
def test_wrong_answers_go_on_in_the_same_words_and_a_person_decides(topics: tuple[Topic, ...]) -> None:
    right, wrong = (called(by_question({**HAPPY, **answers}), topics) for answers in (RIGHT, WRONG))
    assert results(wrong) == ["wrong", "wrong"]
    assert wrong.said == right.said, "nothing the caller hears tells right from wrong"
    report = with_noticed(CLEAR, wrong.session.state)
    assert (report.level, report.reasons) == (RiskLevel.HOLD, ("RECORD_NOT_RECALLED",))
    told = " ".join(said for name, said in zip(wrong.prompts, wrong.said, strict=True) if name.startswith("last_"))
    assert not any(truth in told.lower() for truth in ("eight hundred", "eighteen", "home", "march"))


def test_one_miss_beside_a_right_answer_is_only_noted() -> None:
    call = called(by_question({**HAPPY, **RIGHT, "last_term": "six months"}))
    assert results(call) == ["right", "wrong"]
    assert level(call) is RiskLevel.OBSERVE


@pytest.mark.parametrize(
    ("keys", "topics"),
    [({"last_amount": "800#", "last_term": "18#"}, "money"), ({"last_purpose": "4", "last_paid": "03"}, "use")],
)
def test_all_of_them_can_be_keyed(keys: dict[str, str], topics: str) -> None:
    answers = {name: f"keys:{pressed}" for name, pressed in keys.items()}
    assert results(called(by_question({**HAPPY, **answers}), PAIRS[topics])) == ["right", "right"]


def test_no_month_is_the_thirteenth() -> None:
    call = called(by_question({**HAPPY, **RIGHT, "last_paid": "keys:13"}), PAIRS["use"])
    assert results(call) == ["right", "nothing"]


def test_what_was_not_heard_well_is_asked_for_by_keys_right_or_wrong() -> None:
    for answers in (RIGHT, WRONG):
        keyed = {**HAPPY, **answers, "last_amount.keys": "keys:800#", "last_term.keys": "keys:18#"}
        call = called(by_question(keyed), sure=0.5)
        assert results(call) == ["right", "right"]
        assert [prompt for prompt in call.prompts if prompt.startswith("last_amount")] == [
            "last_amount.ask",
            "last_amount.keys",
        ]


@pytest.mark.parametrize("said", ["i don't know", None, "purple monkey", "keys:##"])
def test_whoever_forgot_is_not_stuck(said: str | None) -> None:
    call = called(by_question({**HAPPY, "last_amount": said, "last_term": said}))
    assert call.ended == EndCall("accepted")
    assert results(call) == ["nothing", "nothing"]
    assert level(call) is RiskLevel.HOLD
    assert sum(prompt.startswith("last_") for prompt in call.prompts) <= 6


def test_a_person_and_the_disowning_are_one_word_away() -> None:
    assert called(by_question({**HAPPY, "last_amount": "agent"})).ended == HandOver("asked_for_person")
    assert called(by_question({**HAPPY, "last_amount": "i did not ask for this loan"})).ended == HandOver("not_my_loan")


def test_an_ambiguous_figure_is_right_when_one_of_its_readings_is() -> None:
    loan = {Topic.AMOUNT: Money.parse("350.00", "USD")}
    call = TextCall(by_question({**HAPPY, "last_amount": "three fifty"}), last_loan=loan).run()
    assert results(call) == ["right"]


def test_a_dropped_call_keeps_what_the_answers_came_to_and_asks_no_more() -> None:
    def hangs_up(prompt_id: str, _heard: int) -> str | None:
        return {**HAPPY, **WRONG}.get(prompt_id.partition(".")[0])

    first = TextCall(hangs_up, last_loan={topic: LOAN[topic] for topic in PAIRS["money"]})
    first.run(limit=14)
    assert results(first) == ["wrong"]
    assert Submit() not in first.effects
    again = TextCall(by_question({**HAPPY, "resume": "keys:" + CODE}), left_behind=tuple(first.journal), last_loan=LOAN)
    again.run()
    assert not any(prompt.startswith("last_") for prompt in again.prompts)
    assert level(again) is RiskLevel.STEP_UP
    assert [one.value for one in fold(first.journal, "USD").recalled] == ["wrong"]
