"""The pages of live calls over a real line: what each role reads, reveals and is written down for."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.usecases.roles import Role
from core.usecases.staff import Visitor, visitor
from ivr.console.call_page import CallScreen
from ivr.console.grants import Grants
from ivr.console.labels import load_labels
from ivr.console.live import LiveScreen
from ivr.console.masking import Masker
from ivr.console.views import Views
from tests.ivr.console.office import Office, open_office
from tests.ivr.small_line import SmallLine, by_keys

PAGE = "/console/calls/CA1"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """A call that has come to the read-back."""
    line = SmallLine(tmp_path)
    async with open_office(tmp_path, line) as office:
        await line.answer()
        await line.until("summary.ask", by_keys)
        await asyncio.sleep(0.05)  # the desk follows on its own task
        yield office


async def test_a_row_shows_the_step_and_nothing_of_the_person(office: Office) -> None:
    async with office.browser(Role.VIEWER) as client:
        text = (await client.get("/console/live")).text
    assert "11/13 Read-back" in text
    assert "+1••••••••23" in text
    assert "John" not in text
    assert "0073" not in text


async def test_a_page_is_masked_until_a_purpose_is_stated(office: Office) -> None:
    async with office.browser(Role.FRAUD_ANALYST) as client:
        masked = (await client.get(PAGE)).text
        assert "4200.00" not in masked
        assert "Your name is •••" in masked or "•••" in masked
        assert (await client.post(f"{PAGE}/words", data={"purpose": "curiosity"})).status_code == 422
        assert (await client.post(f"{PAGE}/words", data={"purpose": "fraud"})).headers["hx-refresh"] == "true"
        shown = (await client.get(PAGE)).text
        assert "4200.00" in shown
        assert ">0073<" not in shown
        office.clock.pass_by(minutes=14)
        await client.post("/console/alive")
        office.clock.pass_by(minutes=2)
        assert "4200.00" not in (await client.get(PAGE)).text
    assert [row[1] for row in office.actions() if row[0] == "t.fraud_analyst"][:2] == [
        "call.watched",
        "call.words_shown",
    ]


async def test_a_field_is_revealed_one_at_a_time_with_a_reason(office: Office) -> None:
    async with office.browser(Role.AGENT) as client:
        no_reason = await client.post(f"{PAGE}/reveal", data={"field": "national_id_last4", "reason": " "})
        assert no_reason.status_code == 422
        answer = await client.post(f"{PAGE}/reveal", data={"field": "national_id_last4", "reason": "caller asked"})
        assert "0073" in answer.text
        assert 'data-expires="30"' in answer.text
        assert (await client.post(f"{PAGE}/reveal", data={"field": "nothing", "reason": "why not"})).status_code == 404
    rows = office.actions()
    assert ("t.agent", "field.revealed", "CA1") in rows
    with office.storage.begin() as work:
        number = 1 + rows.index(("t.agent", "field.revealed", "CA1"))
        assert work.audit_note(number) == "caller asked"


async def test_a_look_is_written_once_and_an_unknown_call_is_not_found(office: Office) -> None:
    async with office.browser(Role.VIEWER) as client:
        for _ in range(3):
            assert (await client.get(PAGE)).status_code == 200
        assert (await client.get("/console/calls/CA404")).status_code == 404
    assert office.actions().count(("t.viewer", "call.watched", "CA1")) == 1


def _views(office: Office) -> tuple[Views, Masker]:
    return Views({"en": load_labels("en")}, demo=False), Masker(office.line.runner._session.house.prompts.texts, ())


async def test_a_list_sends_all_rows_once_and_then_what_changed(office: Office) -> None:
    views, masker = _views(office)
    screen = LiveScreen(office.desk, views, masker, ("consent", "summary"))
    first = screen.news(0)
    assert 'data-fill="#rows"' in first
    assert 'id="row-CA1"' in first
    assert screen.news(office.desk.version) == ""
    since = office.desk.version
    await office.line.keys("2")
    await asyncio.sleep(0.05)
    changed = screen.news(since)
    assert 'id="CA1-words"' in changed
    assert 'id="CA1-caller"' not in changed, "only the cells that changed"
    since = office.desk.version
    office.board.publish("CA1", "signals", 1, band="hold", level=3, complete=True, signals=[], reasons=[])
    await asyncio.sleep(0.05)
    changed = screen.news(since)
    assert 'id="alert-CA1-3"' in changed
    assert re.search(r'<i id="row-CA1"[^>]* data-level="3"[^>]* data-row></i>', changed)
    office.board.publish("CA1", "end", 1, outcome="dropped")
    await asyncio.sleep(0.05)
    assert "Dropped" in screen.news(since)
    office.clock.pass_by(minutes=3)
    assert 'id="row-CA1" data-gone' in screen.news(since)


async def test_a_call_sends_the_parts_above_a_version(office: Office) -> None:
    views, masker = _views(office)
    async with office.browser(Role.VIEWER) as client:
        who = await asyncio.to_thread(_visitor, office, client.cookies["loanline"])
    story = office.desk.story("CA1")
    assert story is not None
    screen = CallScreen(story, office.desk, views, masker, who, ("consent",), ("amount",), Grants(office.clock))
    everything = screen.news(0)
    for part in ('id="line-1"', 'id="slot-amount"', 'id="call-head"'):
        assert part in everything
    assert "0073" not in everything
    assert "John" not in everything
    assert screen.news(office.desk.version) == ""


def _visitor(office: Office, token: str) -> Visitor:
    return visitor(office.storage, office.clock, token)


async def test_streams_are_served_as_events(office: Office) -> None:
    async with office.browser(Role.VIEWER) as client:
        for path in ("/console/live/events", f"{PAGE}/events"):
            answer = await client.get(path, params={"after": "other.1"})
            assert answer.headers["content-type"].startswith("text/event-stream")
            assert answer.text == "event: reload\ndata: \n\n"
