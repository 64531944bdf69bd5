"""Asking the outside, against the sandbox over real HTTP: consent first, one deadline, and failure never approves."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.applicant import Last4, PhoneNumber
from core.application import Consent
from core.decision.checks import FileKind, State
from core.decision.model import Outcome
from core.decision.receipt import replay
from core.errors import Tampered
from core.evidence import Answer
from core.privacy import ConsentRecord, How
from core.risk import RiskLevel
from core.scoring.library import packaged_challenger, packaged_scorecard
from core.storage.consents import SqlConsents
from core.usecases.consents import withdraw
from core.usecases.decisions import Rulebook
from core.usecases.desk import ApplicationDesk
from core.usecases.review import Verdict, say
from core.usecases.verify import Verified, Verifier
from core.verification.clients import HttpCreditBureau, HttpNegativeList, HttpPhoneOwners, HttpWorkRegister
from core.verification.provider import Patience, Provider
from ivr.sandbox.people import LIST_SECRET, LISTED
from tests.core.decision.builders import POLICY, US
from tests.core.storage.people import START, HandClock, answer, application, opened, risk, usd
from tests.ivr.sandbox.serving import FixedClock, sandbox

YES = Consent("credit_report", True, "credit.ask", "ab12", START)
GIVEN = ConsentRecord("credit_report", True, "credit.ask", "ab12", START, How.CALL)
REFUSED = replace(GIVEN, granted=False)
RECORDING = replace(GIVEN, scope="recording")


@asynccontextmanager
async def verifier(seconds: float = 2.0) -> AsyncIterator[tuple[Verifier, list[str]]]:
    """The verifier, and the addresses that were asked."""
    asked: list[str] = []

    async def note(request: httpx.Request) -> None:
        asked.append(request.url.path)

    async with sandbox() as (url, _), httpx.AsyncClient(event_hooks={"request": [note]}) as http:

        def provider(name: str) -> Provider:
            patience = Patience(deadline=seconds, attempt=seconds, tries=2, pause=0.01)
            return Provider(name, url, http, clock=FixedClock(), random=lambda: 0.0, patience=patience)

        yield (
            Verifier(
                HttpCreditBureau(provider("bureau")),
                HttpWorkRegister(provider("work register")),
                HttpPhoneOwners(provider("carrier")),
                HttpNegativeList(provider("shared list"), LIST_SECRET),
                FixedClock(),
                seconds,
            ),
            asked,
        )


async def asked_about(seconds: float = 2.0, **changes: Any) -> Verified:
    async with verifier(seconds) as (made, _):
        return await made.ask(application(**changes), (GIVEN,))


async def test_an_ordinary_person_is_answered_four_times() -> None:
    verified = await asked_about(national_id_last4=answer(Last4("7341")))
    checks = verified.checks
    states = {checks.report_state, checks.work_state, checks.phone_state, checks.list_state}
    assert states == {State.ANSWERED}
    assert checks.report is not None
    assert (checks.report.kind, checks.report.old, checks.listed, checks.phone_doubt) == (
        FileKind.HIT,
        False,
        False,
        False,
    )
    assert [one["provider"] for one in verified.evidence] == ["bureau", "work register", "carrier", "shared list"]
    assert checks.evidence == tuple(f"{one['provider']}:{one['sha256']}" for one in verified.evidence)
    assert all(one["consent_id"].startswith("case_1:credit_report:") for one in verified.evidence)


@pytest.mark.parametrize(
    ("ledger", "state"),
    [
        ((), State.NO_CONSENT),
        ((RECORDING,), State.NO_CONSENT),
        ((REFUSED,), State.REFUSED),
        ((GIVEN, REFUSED), State.REFUSED),
        ((GIVEN, RECORDING, REFUSED), State.REFUSED),
    ],
)
async def test_what_the_ledger_does_not_allow_is_not_asked(ledger: tuple[ConsentRecord, ...], state: State) -> None:
    async with verifier() as (made, asked):
        verified = await made.ask(application(consents=(YES,)), ledger)
    assert asked == []
    assert verified.checks.report_state is state
    assert verified.evidence == ()


@pytest.mark.parametrize(("last4", "kind"), [("9001", "no_hit"), ("9002", "thin"), ("9003", "frozen")])
async def test_kinds_of_files(last4: str, kind: str) -> None:
    report = (await asked_about(national_id_last4=answer(Last4(last4)))).checks.report
    assert report is not None
    assert report.kind.value == kind


async def test_a_disputed_line_is_not_held_against_anybody() -> None:
    report = (await asked_about(national_id_last4=answer(Last4("9004")))).checks.report
    assert report is not None
    assert report.late_90 == 0


async def test_alerts_and_old_reports_are_noted() -> None:
    alert = (await asked_about(national_id_last4=answer(Last4("9005")))).checks.report
    old = (await asked_about(national_id_last4=answer(Last4("9011")))).checks.report
    assert alert is not None
    assert old is not None
    assert (alert.alert, old.old) == (True, True)


@pytest.mark.parametrize("last4", ["9007", "9009", "9010"])
async def test_a_broken_bureau_is_noted_and_the_others_are_kept(last4: str) -> None:
    checks = (await asked_about(national_id_last4=answer(Last4(last4)))).checks
    assert (checks.report_state, checks.report, checks.work_state) == (State.FAILED, None, State.ANSWERED)


async def test_a_slow_bureau_does_not_hold_up_the_line() -> None:
    began = time.monotonic()
    checks = (await asked_about(0.2, national_id_last4=answer(Last4("9006")))).checks
    assert checks.report_state is State.FAILED
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("number", "doubt", "listed"),
    [("+14155550191", True, False), ("+14155550192", True, False), (*LISTED, False, True)],
)
async def test_doubtful_and_listed_numbers(number: str, doubt: bool, listed: bool) -> None:
    checks = (await asked_about(phone=answer(PhoneNumber(number)))).checks
    assert (checks.phone_doubt, checks.listed) == (doubt, listed)


# -- at the desk --------------------------------------------------------------------------------------------------


@asynccontextmanager
async def desk(folder: Path) -> AsyncIterator[tuple[ApplicationDesk, list[str], Any]]:
    clock = HandClock(FixedClock().now())
    storage = opened(folder, clock)
    rules = Rulebook(US, POLICY, packaged_scorecard(), packaged_challenger())
    async with verifier() as (made, asked):
        yield ApplicationDesk(storage, clock, rules, made), asked, storage
    storage.close()


def asking(last4: str = "7341", **changes: Any) -> Any:
    plain: dict[str, Any] = {"consents": (YES,), "national_id_last4": answer(Last4(last4)), "jurisdiction": "US"}
    return application(**(plain | changes))


async def test_a_consent_taken_back_before_the_desk_asks_stops_the_asking(tmp_path: Path) -> None:
    async with desk(tmp_path) as (counter, asked, storage):
        with storage.begin() as work:
            work.consents.enter("case_1", GIVEN)
            work.commit()
        withdraw(storage, HandClock(), "case_1", "credit_report", "a.agent")
        made = await counter.submit(asking(), risk())
        with storage.begin() as work:
            (kept,) = work.receipts.of("case_1")
            ledger = work.consents.of("case_1")
    assert asked == []
    assert kept.bundle["evidence"] == []
    assert kept.bundle["facts"]["checks"]["report_state"] == "refused"
    assert (made.outcome, made.score) == (Outcome.REVIEW, None)
    assert [each.granted for each in ledger] == [True, False], "the yes of the application did not come back"


async def test_a_consent_is_in_the_ledger_before_anybody_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def torn(*_: Any) -> Any:
        raise Tampered("A record was altered; restore it from a backup.")

    async with desk(tmp_path) as (counter, asked, storage):
        monkeypatch.setattr(SqlConsents, "of", torn)
        with pytest.raises(Tampered):
            await counter.submit(asking(), risk())
        assert asked == [], "a ledger that cannot be believed allows nothing"
        monkeypatch.undo()
        await counter.submit(asking(), risk())
        with storage.begin() as work:
            assert [(each.scope, each.granted) for each in work.consents.of("case_1")] == [("credit_report", True)]
    assert len(asked) == 4


async def test_a_review_does_not_rest_on_a_report_whose_consent_was_taken_back(tmp_path: Path) -> None:
    clock = HandClock(FixedClock().now())
    async with desk(tmp_path) as (counter, _, storage):
        assert (await counter.submit(asking(), risk(RiskLevel.HOLD))).outcome is Outcome.REVIEW
        withdraw(storage, clock, "case_1", "credit_report", "a.agent")
        why = "Called back on the registered number; all is in order."
        done = say(storage, clock, counter.rules, "case_1", "m.reyes", Verdict.APPROVE, why)
        with storage.begin() as work:
            first, settled = work.receipts.of("case_1")
    assert (len(first.bundle["evidence"]), settled.bundle["evidence"]) == (4, [])
    assert settled.bundle["facts"]["checks"]["report"] is None
    assert done.decision.score is None
    again = replay(settled.bundle)
    assert (again.verdict.value, again.identical) == ("same", True)


async def test_the_desk_scores_stores_and_replays_bit_for_bit(tmp_path: Path) -> None:
    async with desk(tmp_path) as (counter, asked, storage):
        made = await counter.submit(asking(), risk())
        assert made.score is not None
        assert len(asked) == 4
        assert await counter.submit(asking(), risk()) == made
        assert len(asked) == 4
        with storage.begin() as work:
            (kept,) = work.receipts.of("case_1")
    assert len(kept.bundle["evidence"]) == 4
    again = replay(kept.bundle)
    assert (again.verdict.value, again.identical) == ("same", True)


@pytest.mark.parametrize("last4", ["9007", "9009", "9010", "9005", "9011"])
async def test_failing_data_never_approves(tmp_path: Path, last4: str) -> None:
    async with desk(tmp_path) as (counter, _, _storage):
        assert (await counter.submit(asking(last4), risk())).outcome is Outcome.REVIEW


@pytest.mark.parametrize(
    "changes",
    [
        {"date_of_birth": Answer(date(2015, 1, 1), answer(1).evidence)},
        {"monthly_debt": answer(usd("4000.00"))},
        {"owner_verified": False},
        {"consents": ()},
    ],
)
async def test_knock_outs_come_before_paid_data(tmp_path: Path, changes: dict[str, Any]) -> None:
    async with desk(tmp_path) as (counter, asked, _storage):
        await counter.submit(asking(**changes), risk(RiskLevel.NONE))
        assert asked == []
