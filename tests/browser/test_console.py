"""The console in a real browser, with real calls: Debian's Chromium, the real server, fixture callers over the wire."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from core.security.totp import code_at
from tests.browser.chromium import installed
from tests.browser.stage import Stage, stage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(installed() is None, reason="there is no chromium on this machine: apt-get install chromium"),
]
PASSWORD = "a long enough password"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def on() -> AsyncIterator[Stage]:
    async with stage() as made:
        yield made


def add_staff(on: Stage, name: str, folder: Path) -> bytes:
    """An account by the command; returns the app's secret."""
    password = folder / "password"
    password.write_text(PASSWORD)
    command = [sys.executable, "-m", "ivr.cli", "staff", "add", name, "--role", "supervisor", "--json"]
    done = subprocess.run(
        [*command, "--password-file", str(password)],
        env=os.environ | {"LOANLINE_DATA_DIR": str(on.server.data_dir)},
        check=True,
        capture_output=True,
        text=True,
    )
    secret = str(json.loads(done.stdout)["totp_secret"])
    return base64.b32decode(secret + "=" * (-len(secret) % 8))


async def test_sign_in_by_keyboard_with_password_and_code(on: Stage, tmp_path: Path) -> None:
    secret = await asyncio.to_thread(add_staff, on, "m.reyes", tmp_path)
    page = on.page
    await on.open("/console/sign-in")
    assert await on.serious() == []
    await page.run("document.querySelector('[name=staff]').focus()")
    for text in ("m.reyes", PASSWORD, code_at(secret, int(time.time()) // 30)):
        await page.type(text)
        await page.press("Tab")
    await page.press("Enter")
    await page.wait("location.pathname === '/console/live'")
    await page.wait("document.querySelector('.who').textContent.includes('m.reyes')")


async def test_a_call_is_watched_from_the_first_word_by_keys_alone(on: Stage) -> None:
    page = on.page
    await on.enter_as("supervisor")
    call_id, _ = on.ring("happy_path")
    await page.wait(f"!!document.getElementById('row-{call_id}')")
    await page.wait("document.querySelector('#rows .step').textContent.includes('Name')", 40)
    assert "David" not in await page.run("document.body.innerText")
    await page.press("?")
    await page.wait("document.getElementById('help').open")
    await page.press("Escape")
    await page.wait("!document.getElementById('help').open")
    await page.press("j")
    await page.wait(f"document.activeElement.id === 'open-{call_id}'")
    await page.press("Enter")
    await page.wait(f"location.pathname.endsWith('{call_id}')")
    await page.wait("!!document.getElementById('slot-full_name')", 30)
    assert "d••• p•••" in (await page.run("document.getElementById('slots').innerText")).lower()

    # Pause, and go on: nothing is missing, nothing comes twice, all in order.
    await page.press("p")
    await page.wait("document.getElementById('link').dataset.state === 'held'")
    before = await page.run("document.querySelectorAll('#lines > li').length")
    await page.wait("new Promise((done) => setTimeout(() => done(true), 4000))")
    assert await page.run("document.querySelectorAll('#lines > li').length") == before
    await page.press("p")
    await page.wait(f"document.querySelectorAll('#lines > li').length > {before}")
    numbers = await page.run("[...document.querySelectorAll('#lines > li, #now > li')].map((li) => +li.dataset.order)")
    assert numbers == list(range(1, len(numbers) + 1))

    # A purpose shows the words; identity needs a reason of its own, and vanishes.
    await page.run("document.querySelector('details.pop').open = true")
    await page.choose("details.pop select", "quality")
    await page.click("details.pop button")
    await page.wait("document.body.innerText.includes('shown for your purpose')")
    await page.wait("document.getElementById('lines').innerText.includes('my name is david parker')")
    await page.run("document.querySelector('#slot-full_name details').open = true")
    await page.fill("#slot-full_name [name=reason]", "the caller asked me to check")
    await page.press("Enter")
    await page.wait("document.getElementById('value-full_name').innerText === 'David Parker'")
    assert await on.serious() == []
    await on.quiet()


async def test_a_person_corrects_takes_over_and_hands_back(on: Stage) -> None:
    page = on.page
    await on.enter_as("supervisor")
    call_id, _ = on.ring("amount_corrected_midway")
    await page.wait(f"!!document.getElementById('row-{call_id}')", 40)
    await on.open(f"/console/calls/{call_id}")
    await page.wait("!!document.getElementById('slot-monthly_income')", 60)
    await page.run("document.querySelector('#rung-correct summary').click()")
    await page.choose("#ladder [name=field]", "monthly_income")
    await page.fill("#ladder [name=value]", "3900.00")
    await page.fill("#ladder details[open] [name=reason]", "misheard")
    await page.press("Enter")
    await page.wait("document.getElementById('helped').innerText.includes('read back')")
    await page.wait("document.getElementById('slot-monthly_income').innerText.includes('set by staff')")

    await page.click("#rung-over summary")
    await page.fill("#over-form [name=reason]", "the caller is unsure")
    await page.click("#over-form button")
    await page.wait("document.getElementById('call-head').innerText.includes('with demo.supervisor')")
    await page.wait("document.getElementById('ear-state').innerText.startsWith('You are on the line')")
    assert await on.serious() == []
    await page.click("#back-form button")
    await page.wait("!document.getElementById('call-head').innerText.includes('with demo.supervisor')")
    await page.wait("document.getElementById('lines').innerText.includes('The person left')")
    await on.quiet()


@pytest.mark.parametrize(
    "path", ["live", "cases", "loans", "disputes", "records", "call-backs", "today", "quality", "audit", "account"]
)
@pytest.mark.parametrize("dark", [False, True])
async def test_every_page_is_for_everybody(on: Stage, path: str, dark: bool) -> None:
    await on.enter_as("supervisor")
    await on.page.size(1280, 800, dark=dark)
    await on.open(f"/console/{path}")
    assert await on.serious() == []
    await on.page.size(390, 844, phone=True)
    overflow = await on.page.run("document.documentElement.scrollWidth - innerWidth")
    await on.page.size(1440, 900)
    assert overflow <= 0, "the page is wider than a telephone"


async def test_an_application_with_its_evidence(on: Stage) -> None:
    page = on.page
    _, playing = on.ring("all_keys", speed=12)
    played = await playing
    assert played.error == ""
    await on.enter_as("underwriter")
    await on.open("/console/cases")
    await page.run("document.querySelector('tbody a').click()")
    await page.wait("!!document.querySelector('select[name=purpose]')")
    await page.choose("select[name=purpose]", "decision")
    await page.click("button.main")
    await page.wait("!!document.querySelector('.case-grid')")
    assert "approved" in await page.run("document.body.innerText")
    assert await on.serious() == []


async def test_the_telephone_in_the_browser_makes_a_call(on: Stage) -> None:
    page = on.page
    await on.open("/phone")
    await page.wait("document.querySelectorAll('#caller option').length > 6")
    assert await on.serious() == []
    await page.choose("#caller", "refuses_recording")
    await page.click("#call")
    await page.wait("document.getElementById('log').innerText.includes('asks whether it may record')", 90)
    await page.wait("document.getElementById('log').innerText.includes('nobody is free')", 60)
    await page.click("#hang")
    await page.wait("document.getElementById('state').innerText === 'The call is over.'")


async def test_nothing_was_blocked_and_nothing_failed_in_any_page(on: Stage) -> None:
    """Last: content security policy, scripts and requests of everything above."""
    assert on.page.problems == []


async def test_the_first_page_is_small(on: Stage) -> None:
    await on.enter_as("viewer")
    await on.open("/console/live")
    names = await on.page.run("performance.getEntriesByType('resource').map((e) => e.name)")
    assert len(names) > 5
    async with httpx.AsyncClient(trust_env=False) as client:
        asked = [client.get(name) for name in {*names, on.url("/console/sign-in")} if "/events" not in name]
        answers = await asyncio.gather(*asked)
    assert sum(len(gzip.compress(answer.content)) for answer in answers) < 100_000
