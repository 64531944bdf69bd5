"""The disputes desk: told by a caller or to staff, frozen at once, decided by somebody who was not involved."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.lending.loan import LoanState
from core.storage.figures import list_applications
from core.usecases import disputes, loans
from core.usecases.roles import Role
from ivr.console.disputes import share_left
from ivr.line import KeyIn
from tests.ivr.console.office import Office, keyed_to_the_end, open_office
from tests.ivr.small_line import CALL, HandLine, SmallLine

STORY = "She never called us, she writes."
WHY = "Compared voice, address and account."


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    line = SmallLine(tmp_path)
    async with open_office(tmp_path, line) as office:
        await keyed_to_the_end(line)
        yield office


def _loan(office: Office, case: str) -> LoanState:
    return loans.view(office.storage, office.clock, case).loan.state


async def test_a_dispute_from_the_letter_to_the_decision(office: Office) -> None:
    case = list_applications(office.storage.engine)[0].case_id
    async with office.browser(Role.FRAUD_ANALYST) as client:
        told = {"story": STORY, "told_in": "letter"}
        assert (await client.post(f"/console/cases/{case}/dispute", data=told)).status_code == 409
        await client.post(f"/console/cases/{case}", data={"purpose": "complaint"})
        assert (await client.post(f"/console/cases/{case}/dispute", data={"story": "no"})).status_code == 422
        answer = await client.post(f"/console/cases/{case}/dispute", data=told)
        page = answer.headers["hx-redirect"]
        assert _loan(office, case) is LoanState.FROZEN
        shown = (await client.get(page)).text
        assert STORY in shown
        assert "30 days left" in shown
        assert "decide-form" not in shown
        assert (await client.post(f"{page}/decision", data={"verdict": "rejected"})).status_code == 403
        assert (await client.post(f"{page}/blocked", data={"proof": "EQ-1187"})).status_code == 204
        assert "EQ-1187" in (await client.get(page)).text
    async with office.browser(Role.AUDITOR) as client:
        await client.post(page, data={"purpose": "supervision"})
        assert STORY not in (await client.get(page)).text
    async with office.browser(Role.SUPERVISOR) as client:
        wrong = {"verdict": "upheld", "cause": "own_loan", "why": WHY}
        assert (await client.post(f"{page}/decision", data=wrong)).status_code == 409, "no purpose yet"
        await client.post(page, data={"purpose": "complaint"})
        assert (await client.post(f"{page}/decision", data=wrong)).status_code == 422
        right = {"verdict": "upheld", "cause": "stolen_identity", "why": WHY}
        assert (await client.post(f"{page}/decision", data=right)).status_code == 204
        assert (await client.post(f"{page}/decision", data=right)).status_code == 409
        assert "Upheld: loan cancelled" in (await client.get(page)).text
    assert _loan(office, case) is LoanState.CANCELLED
    written = [row[1] for row in office.actions() if row[1].startswith("dispute.")]
    assert written == ["dispute.opened", "dispute.blocked", "dispute.decided"]


async def test_who_opened_it_does_not_decide_it(office: Office) -> None:
    case = list_applications(office.storage.engine)[0].case_id
    async with office.browser(Role.UNDERWRITER) as client:
        await client.post(f"/console/cases/{case}", data={"purpose": "complaint"})
        told = await client.post(f"/console/cases/{case}/dispute", data={"story": STORY, "told_in": "visit"})
        decision = {"verdict": "rejected", "why": WHY}
        answer = await client.post(f"{told.headers['hx-redirect']}/decision", data=decision)
        assert answer.status_code == 403
        assert "took part" in answer.text
    assert _loan(office, case) is LoanState.FROZEN


async def test_the_list_is_by_clock_and_a_late_one_is_marked(office: Office) -> None:
    case = list_applications(office.storage.engine)[0].case_id
    told = disputes.open_dispute(
        office.storage,
        office.clock,
        office.ids,
        office.pack,
        case_id=case,
        told_in="letter",
        story=STORY,
        opened_by="caller",
    )
    async with office.browser(Role.AUDITOR) as client:
        assert "30 days left" in (await client.get("/console/disputes")).text
        assert told.dispute_id not in (await client.get("/console/disputes?state=upheld")).text
        assert told.dispute_id in (await client.get("/console/disputes?state=all")).text
        assert (await client.get("/console/disputes/d_404")).status_code == 404
    office.clock.pass_by(minutes=31 * 24 * 60)
    async with office.browser(Role.AUDITOR) as client:
        assert (await client.get("/console/disputes")).text.count('class="deadline over"') == 2


async def test_not_my_loan_on_the_line_freezes_before_the_line_says_so(office: Office) -> None:
    case = list_applications(office.storage.engine)[0].case_id
    line = office.line
    line.line, line.now_ms = HandLine(), 0
    again = replace(CALL, call_id="CA2")
    await line.house.switchboard.ring(again)
    line.runner = await line.house.switchboard.connect("CA2", line.line)
    await line.runner.begin()
    await line.give(KeyIn("3"))
    assert line.line.played[-1] == "handover.not_my_loan"
    assert _loan(office, case) is LoanState.FROZEN
    (told,) = disputes.desk(office.storage)
    assert (told.case_id, told.told_in, told.opened_by) == (case, "CA2", "caller")


def test_a_clock_runs_from_whole_to_nothing() -> None:
    since = datetime(2026, 3, 1, tzinfo=UTC)
    until = since + timedelta(days=4)
    shares = [share_left(since, until, since + timedelta(days=days)) for days in (0, 1, 4, 9)]
    assert shares == [1.0, 0.75, 0.0, 0.0]
    assert share_left(until, since, since) == 0.0
