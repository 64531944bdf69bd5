"""The loans desk over a call whose offer was accepted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.storage.figures import list_applications
from core.usecases import loans
from core.usecases.roles import Role
from tests.core.storage.people import HandClock
from tests.ivr.console.office import Office, keyed_to_the_end, open_office
from tests.ivr.small_line import SmallLine


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    line = SmallLine(tmp_path)
    async with open_office(tmp_path, line) as office:
        await keyed_to_the_end(line)
        yield office


async def test_a_loan_opens_with_a_purpose_and_shows_its_book(office: Office) -> None:
    case = list_applications(office.storage.engine)[0].case_id
    later = HandClock(loans.view(office.storage, office.clock, case).loan.free_until + timedelta(hours=1))
    loans.paid_out(office.storage, later, case, "BANK-1", "treasury")
    async with office.browser(Role.UNDERWRITER) as client:
        listed = (await client.get("/console/loans")).text
        assert case in listed
        assert "Running" in listed
        assert case not in (await client.get("/console/loans?state=repaid")).text
        page = f"/console/loans/{case}"
        assert "Why do you need to see this?" in (await client.get(page)).text
        assert (await client.post(page, data={"purpose": "service"})).headers["location"] == page
        shown = (await client.get(page)).text
        assert "out:BANK-1" in shown
        assert shown.count('class="pay ahead"') == len(loans.view(office.storage, later, case).loan.terms.instalments)
        assert "Owner verified by text code" in shown
        assert "/console/records/CA1" in shown
        assert (await client.get(f"/console/cases/{case}")).status_code == 200
        assert "4155550123" not in shown
        assert (await client.get("/console/loans/case_404")).status_code == 404
    mine = [row[1:] for row in office.actions() if row[0] == "t.underwriter"]
    assert mine == [("case.viewed", case)]


async def test_who_may_not_see_loans_does_not(office: Office) -> None:
    async with office.browser(Role.AGENT) as client:
        assert (await client.get("/console/loans")).status_code == 403
        assert "/console/loans" not in (await client.get("/console/live")).text
