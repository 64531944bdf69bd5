"""The quality desk: the newest run against those before it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.usecases.roles import Role
from ivr.quality.runs import RunBook
from tests.ivr.console.office import Office, open_office
from tests.ivr.quality.test_runs import run, score


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as office:
        yield office


async def test_without_a_run_the_page_says_how_to_make_one(office: Office) -> None:
    async with office.browser(Role.AUDITOR) as client:
        assert "loanline replay" in (await client.get("/console/quality")).text
        assert (await client.get("/console/quality?run=none")).status_code == 200


async def test_the_newest_run_stands_against_the_earlier_ones(office: Office, tmp_path: Path) -> None:
    book = RunBook(tmp_path / "quality")
    book.add(run(1, score("happy_path"), score("noisy_line")))
    wrong = {"ok": False, "fields": {"amount": False}, "differences": (("amount", "2500.00", "2900.00"),)}
    book.add(run(2, score("happy_path"), score("noisy_line", decision="decline", **wrong)))
    async with office.browser(Role.SUPERVISOR) as client:
        shown = (await client.get("/console/quality")).text
        assert "1 of 2 against the run before" in shown
        assert "Amount: 2900.00, not 2500.00" in shown
        assert shown.index("noisy line") < shown.index("happy path")
        assert "was approved" in shown
        assert shown.count("data-at=") == 2
        first = (await client.get(f"/console/quality?run={run(1).run_id}")).text
        assert "was approved" not in first
        assert (await client.get("/console/quality?run=20200101")).status_code == 404
    async with office.browser(Role.VIEWER) as client:
        assert (await client.get("/console/quality")).status_code == 403
