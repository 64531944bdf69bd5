"""The desks in a real browser: a review by two people, a dispute from the letter to the decision."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from core.decision.model import Outcome
from core.risk import RiskLevel
from core.storage.opening import open_storage
from core.usecases.intake import submit
from ivr.system import SystemClock
from tests.browser.chromium import installed
from tests.browser.stage import Stage, stage
from tests.core.storage.people import HandClock, answer, application, risk, usd
from tests.core.usecases.lenders import RULES

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(installed() is None, reason="there is no chromium on this machine: apt-get install chromium"),
]
WHY = "Called back on the registered number; all is in order."


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def on() -> AsyncIterator[Stage]:
    async with stage() as made:
        yield made


def _hand_in(data_dir: Path) -> None:
    """An application that the rules leave to two people: a large sum, and a call that was held."""
    storage = open_storage(data_dir, data_dir / "keyring.json", None, SystemClock())
    asked = application(
        "case_large",
        "CA_large",
        amount=answer(usd("6000.00")),
        monthly_income=answer(usd("9000.00")),
        jurisdiction="US",
    )
    made = submit(storage, HandClock(), asked, risk(RiskLevel.HOLD), RULES.decider(HandClock()))
    storage.close()
    assert made.outcome is Outcome.REVIEW


async def _open(on: Stage, path: str, purpose: str) -> None:
    await on.open(path)
    await on.page.choose("select[name=purpose]", purpose)
    await on.page.click("button.main")
    await on.page.wait("!!document.querySelector('.case-grid') && document.readyState === 'complete'")


async def _say_yes(on: Stage) -> None:
    await on.page.fill("[name=why]", WHY)
    await on.page.click("button[value=approve]")


async def test_a_review_needs_two_people_and_not_the_same_twice(on: Stage) -> None:
    page, case = on.page, "/console/cases/case_large"
    await asyncio.to_thread(_hand_in, on.server.data_dir)
    await on.enter_as("underwriter")
    await on.open("/console/cases")
    await page.wait("document.body.innerText.includes('case_large')")
    await _open(on, case, "decision")
    assert await on.serious() == []
    await _say_yes(on)
    await page.wait("document.body.innerText.includes('says yes') && document.readyState === 'complete'")
    assert "In review" in await page.run("document.querySelector('.head').innerText")
    await _say_yes(on)
    await page.wait("document.getElementById('said').innerText.includes('a second person has to agree')")
    page.refused(403)
    await on.enter_as("supervisor")
    await _open(on, case, "decision")
    await _say_yes(on)
    await page.wait("document.querySelector('.head').innerText.includes('Approved')")
    assert await page.run("document.body.innerText.match(/says yes/g).length") == 2


async def test_a_dispute_from_the_letter_to_the_decision(on: Stage) -> None:
    page = on.page
    _, playing = on.ring("all_keys", speed=12)
    assert (await playing).error == ""
    await on.enter_as("underwriter")
    await on.open("/console/loans")
    case = await page.wait("document.querySelector('tbody a')?.innerText")
    await _open(on, f"/console/loans/{case}", "complaint")
    assert "Waiting for the pay-out" in await page.run("document.querySelector('.head').innerText")
    assert await on.serious() == []
    await on.open(f"/console/cases/{case}")
    await page.click("#not-title")
    await page.fill("[name=story]", "She never called us, she writes.")
    await page.run("document.querySelector('[name=story]').form.requestSubmit()")
    await page.wait(
        "location.pathname.startsWith('/console/disputes/') && document.querySelectorAll('.deadline')[1]"
        " && document.readyState === 'complete'"
    )
    dispute = await page.run("location.pathname")
    assert "days left" in await page.run("document.querySelector('.clocks').innerText")
    assert await on.serious() == []
    await page.fill("#block-form [name=proof]", "EQ-2026-1187")
    await page.click("#block-form button")
    await page.wait(
        "document.querySelector('.clocks').innerText.includes('met ') && document.readyState === 'complete'"
    )
    await page.fill("#decide-form [name=why]", "It was her own call, the voice fits.")
    await page.click("#decide-form button[value=rejected]")
    await page.wait("document.getElementById('done').innerText.includes('You took part in this case')")
    page.refused(403)

    await on.enter_as("supervisor")
    await _open(on, dispute, "complaint")
    await page.fill("#decide-form [name=why]", "Compared voice, address and account; it was not her.")
    await page.choose("#decide-form [name=cause]", "stolen_identity")
    await page.click("#decide-form button[value=upheld]")
    await page.wait("document.querySelector('.head').innerText.includes('Upheld')")
    await on.open(f"/console/loans/{case}")
    assert "Cancelled" in await page.run("document.querySelector('.head').innerText")
    await on.open(f"/console/audit?subject={case}".partition("?")[0])
    rows = await page.run("document.querySelector('tbody').innerText")
    assert all(action in rows for action in ("dispute.opened", "dispute.blocked", "dispute.decided"))


async def test_not_my_loan_said_on_the_line_is_on_the_desk(on: Stage) -> None:
    page = on.page
    call_id, playing = on.ring("not_my_loan", speed=8)
    assert (await playing).error == ""
    await on.enter_as("fraud_analyst")
    await on.open("/console/disputes")
    await page.wait(f"document.querySelector('tbody').innerText.includes('{call_id}')")
    assert "the caller" in await page.run("document.querySelector('tbody').innerText")


async def test_a_held_call_and_its_second_person(on: Stage) -> None:
    page = on.page
    call_id, _ = on.ring("happy_path", speed=3)
    await on.enter_as("fraud_analyst")
    await page.wait(f"!!document.getElementById('row-{call_id}')", 40)
    await on.open(f"/console/calls/{call_id}")
    await page.wait("!!document.getElementById('slot-full_name')", 60)
    await page.press("f")
    await page.wait("document.getElementById('rung-flag').open")
    await page.type("a second voice whispers")
    await page.press("Enter")
    await page.wait("document.getElementById('call-head').innerText.includes('1 flagged')")
    await page.click("#rung-hold summary")
    await page.fill("#rung-hold [name=why]", "Somebody dictates every answer.")
    await page.press("Enter")
    await page.wait("document.getElementById('call-head').innerText.includes('held')")
    assert await on.serious() == []
    await on.quiet()


async def test_the_console_in_chinese_with_the_keys_switched_off(on: Stage) -> None:
    page = on.page
    await on.enter_as("supervisor")
    await on.open("/console/live")
    await page.click("#tongue button")
    await page.wait("document.documentElement.lang === 'zh-CN'")
    assert "实时通话" in await page.run("document.body.innerText")
    assert await on.serious() == []
    await page.press("?")
    await page.wait("document.getElementById('help').open")
    await page.click("#keys-on")
    await page.press("Escape")
    await page.press("?")
    assert not await page.run("document.getElementById('help').open")
    await page.run("localStorage.clear()")
    await page.click("#tongue button")
    await page.wait("document.documentElement.lang === 'en'")


async def test_nothing_was_blocked_and_nothing_failed_in_any_page(on: Stage) -> None:
    """Last: content security policy, scripts and requests of everything above."""
    assert on.page.problems == []
