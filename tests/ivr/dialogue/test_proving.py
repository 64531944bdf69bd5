"""What the one-time code proves and agrees to: the credit report, told of, allowed or refused."""

from __future__ import annotations

import pytest

from core.evidence import Source
from ivr.dialogue.effects import CheckCode, EndCall, HandOver, Say
from ivr.dialogue.keeping import text_hash
from ivr.dialogue.proving import CREDIT_REPORT
from ivr.dialogue.state import fold
from tests.ivr.dialogue.text_caller import CODE, HAPPY, HOUSE, TextCall, by_question


def consents(call: TextCall) -> list[tuple[str, bool]]:
    return [(consent.scope, consent.granted) for consent in call.session.state.known.consents]


def test_the_right_code_after_the_disclosure_is_the_consent() -> None:
    call = TextCall(by_question(HAPPY)).run()
    assert consents(call) == [("recording", True), (CREDIT_REPORT, True)]
    told = next(effect for effect in call.effects if isinstance(effect, Say) and effect.prompt_id == "code.ask")
    assert not told.may_interrupt
    assert HOUSE.disclosures[CREDIT_REPORT] in told.text
    entry = next(entry for entry in call.journal if entry.data.get("scope") == CREDIT_REPORT)
    assert entry.data["text_id"] == "US:test/credit_report"
    assert entry.data["text_hash"] == text_hash(HOUSE.disclosures[CREDIT_REPORT])
    evidence = entry.data["evidence"]
    assert (evidence["prompt_id"], evidence["text"], evidence["words"]) == ("code.ask", "", [])
    assert fold(call.journal, "USD").consents == call.session.state.known.consents


def test_it_points_to_where_the_disclosure_was_played() -> None:
    call = TextCall(by_question(HAPPY))
    call.played_at = {"code.ask": (70_000, 85_000)}
    call.run()
    evidence = next(entry for entry in call.journal if entry.data.get("scope") == CREDIT_REPORT).data["evidence"]
    assert (evidence["start_ms"], evidence["end_ms"]) == (70_000, 85_000)


def test_a_keyed_code_agrees_by_keys() -> None:
    call = TextCall(by_question(HAPPY | {"code": "keys:" + CODE})).run()
    entry = next(entry for entry in call.journal if entry.data.get("scope") == CREDIT_REPORT)
    assert entry.data["evidence"]["source"] == Source.KEYS


@pytest.mark.parametrize("no", ["no report", "i want no credit report please", "keys:#"])
def test_no_report_goes_on_without_one(no: str) -> None:
    call = TextCall(by_question(HAPPY | {"code": [no, "keys:" + CODE]})).run()
    assert consents(call) == [("recording", True), (CREDIT_REPORT, False)]
    assert any("I will not ask for your credit report." in said for said in call.said)
    assert call.ended == EndCall("accepted")
    assert [effect.code for effect in call.effects if isinstance(effect, CheckCode)] == [CODE]


def test_no_report_with_the_code_in_one_breath() -> None:
    call = TextCall(by_question(HAPPY | {"code": "no report four one seven two zero five"})).run()
    assert consents(call)[-1] == (CREDIT_REPORT, False)
    assert not any(CODE in str(entry.data) or HAPPY["code"] in str(entry.data) for entry in call.journal)


def test_no_report_again_and_again_comes_to_an_end() -> None:
    call = TextCall(by_question(HAPPY | {"code": "no report"})).run()
    assert call.ended == HandOver("trouble:code")
    assert consents(call).count((CREDIT_REPORT, False)) == 1


def test_a_code_given_before_the_disclosure_was_heard_agrees_to_nothing() -> None:
    call = TextCall(by_question(HAPPY | {"code": ["keys:" + CODE, "no report", "keys:" + CODE]}))
    call.flush = {"code.ask"}
    call.run()
    assert call.prompts.count("code.ask") == 2
    assert consents(call)[-1] == (CREDIT_REPORT, False)


def test_a_wrong_code_agrees_to_nothing() -> None:
    call = TextCall(by_question(HAPPY | {"code": "keys:999999"}))
    call.check = lambda _code: "exhausted"
    call.run()
    assert call.ended == HandOver("code_exhausted")
    assert consents(call) == [("recording", True)]


def test_help_at_the_code_names_the_way_without_a_report() -> None:
    call = TextCall(by_question(HAPPY | {"code": ["help", "keys:" + CODE]})).run()
    assert any("To go on without a credit report, say no report, or press the pound key." in said for said in call.said)
    assert call.ended == EndCall("accepted")
