"""Another number than the one that is called from, or known: a person settles it, never silently."""

from __future__ import annotations

from datetime import date

import pytest

from antifraud.typologies import fitting
from core.applicant import PhoneNumber
from core.evidence import Answer
from core.risk import EvidenceLevel, RiskLevel, RiskReport, Signal
from ivr.dialogue.events import RiskUpdated
from ivr.dialogue.noticed import with_noticed
from ivr.dialogue.state import CallState
from tests.ivr.dialogue.text_caller import CALLER, CODE, HAPPY, NOW, TextCall, by_question

CLEAR = RiskReport(RiskLevel.NONE, complete=True, version="test")
OTHER = "keys:3035550155"


def state(phone: str = CALLER.value, caller: PhoneNumber | None = CALLER) -> CallState:
    made = CallState(call_id="CA1", caller=caller, today=date(2026, 11, 22))
    made.slots["phone"] = Answer(PhoneNumber(phone))
    return made


def test_the_number_that_is_called_from_changes_nothing() -> None:
    assert with_noticed(CLEAR, state()) is CLEAR
    assert with_noticed(CLEAR, state("+13035550155", caller=None)) is CLEAR
    assert with_noticed(CLEAR, CallState()) is CLEAR


def test_another_number_holds_and_names_its_kind_of_fraud() -> None:
    report = with_noticed(CLEAR, state("+13035550155"))
    assert (report.level, report.complete, report.reasons) == (RiskLevel.HOLD, True, ("PHONE_CHANGED",))
    assert [typology.name for typology in fitting(report)] == ["account_takeover"]
    assert "3035550155" not in repr(report)


def test_a_person_known_under_another_number_holds() -> None:
    made = state()
    made.code_elsewhere = True
    assert with_noticed(CLEAR, made).reasons == ("PHONE_NOT_REGISTERED",)


def test_nothing_is_cleared_by_it() -> None:
    failed = RiskReport.failed("ANALYSIS_FAILED")
    report = with_noticed(failed, state("+13035550155"))
    assert (report.level, report.complete) == (RiskLevel.HOLD, False)
    assert report.reasons == ("PHONE_CHANGED", "ANALYSIS_FAILED")


def test_a_number_changed_at_the_summary_is_in_the_next_report() -> None:
    answers = HAPPY | {"summary": ["change my phone number", "yes"], "phone": OTHER, "code": "keys:" + CODE}
    call = TextCall(by_question(answers)).run()
    call.session.state.over = False
    call.session.handle(RiskUpdated(CLEAR), NOW)
    assert call.session.state.risk is not None
    assert call.session.state.risk.level is RiskLevel.HOLD


DIGITS = {"challenge": "two three four five six"}


def doubtful(*codes: str) -> RiskReport:
    signals = [Signal(c.lower(), True, "seen", evidence=EvidenceLevel.STRONG, reason_code=c) for c in codes]
    return RiskReport(RiskLevel.STEP_UP, complete=True, signals=tuple(signals), reasons=codes, version="test")


@pytest.mark.parametrize("reason", ["IDENTITY_VELOCITY", "RECORD_LOOKED_AT", "NUMBER_VELOCITY", "PAPERS_SHARED"])
def test_an_impostor_who_passes_every_step_on_their_own_telephone_goes_to_a_person(reason: str) -> None:
    call = TextCall(by_question(HAPPY | DIGITS), risk=doubtful(reason)).run()
    assert call.session.state.owner_verified
    assert call.session.state.challenge_passed
    assert call.handed_in is not None
    assert (call.handed_in.level, call.handed_in.complete) == (RiskLevel.HOLD, True)
    assert call.handed_in.reasons == ("STEP_UP_UNSETTLED", reason)


@pytest.mark.parametrize(("days", "level"), [(None, 3), (29, 3), (30, 2), (400, 2)])
def test_only_the_telephone_of_an_earlier_loan_vouches_for_a_claimed_identity(days: int | None, level: int) -> None:
    call = TextCall(by_question(HAPPY | DIGITS), risk=doubtful("IDENTITY_VELOCITY"), known_days=days).run()
    assert call.handed_in is not None
    assert call.handed_in.level == level


def test_a_borrower_of_long_standing_who_fails_the_digits_goes_to_a_person() -> None:
    answers = HAPPY | {"challenge": "nine nine nine nine nine"}
    call = TextCall(by_question(answers), risk=doubtful("IDENTITY_VELOCITY"), known_days=400).run()
    assert call.handed_in is not None
    assert call.handed_in.level is RiskLevel.HOLD


def test_before_the_steps_are_over_nothing_is_unsettled() -> None:
    assert with_noticed(doubtful("RECORD_LOOKED_AT"), state()).level is RiskLevel.STEP_UP


def test_where_the_code_went_is_not_told() -> None:
    known, new = TextCall(by_question(HAPPY), known_elsewhere=True), TextCall(by_question(HAPPY))
    assert known.run().said == new.run().said
    assert known.session.state.code_elsewhere
