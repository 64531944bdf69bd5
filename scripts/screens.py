"""Pictures of every screen for docs/screens: the real server, real fixture calls, Debian's Chromium.

Run with ``make screens``; takes about five minutes.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.browser.chromium import installed
from tests.browser.stage import CALLS, Stage, stage

OUT = Path(__file__).parents[1] / "docs" / "screens"
#: Calls of the replays on the quality desk, three runs of them.
REPLAYED = ("all_keys", "declined_debt_to_income", "birth_date_fixed", "date_in_parts", "barge_in", "offer_refused")
STORY = "She got the letter and says that she never called."


async def take(on: Stage, name: str, *, settle: float = 0.6) -> None:
    await asyncio.sleep(settle)
    await on.page.picture(OUT / f"{name}.png")


async def replays(on: Stage) -> None:
    """Three runs for the quality desk, as ``loanline replay`` keeps them."""
    paths = [str(CALLS / f"{name}.call.toml") for name in REPLAYED]
    env = os.environ | {"LOANLINE_DATA_DIR": str(on.server.data_dir)}
    for _ in range(3):
        command = (sys.executable, "-m", "ivr.cli", "replay", *paths)
        child = await asyncio.create_subprocess_exec(*command, env=env, stdout=-3, stderr=-3)
        await child.wait()


async def opened(on: Stage, path: str, purpose: str = "complaint") -> None:
    """A page that asks for a purpose first."""
    await on.open(path)
    if await on.page.run("!!document.querySelector('select[name=purpose]')"):
        await on.page.choose("select[name=purpose]", purpose)
        await on.page.click("button.main")
    await on.page.wait("!!document.querySelector('.case-grid') && document.readyState === 'complete'")


async def live(on: Stage) -> str:
    """The number of the call that was watched."""
    page = on.page
    done = [on.ring(name, 12)[1] for name in ("declined_debt_to_income", "all_keys", "not_my_loan")]
    await asyncio.gather(*done)
    for name, speed in (("happy_path", 2), ("noisy_line", 2), ("withheld_number", 2), ("amount_corrected_midway", 3)):
        call_id, _ = on.ring(name, speed)
    await on.enter_as("supervisor")
    await page.wait(f"!!document.getElementById('row-{call_id}')", 60)
    await page.wait(f"document.getElementById('row-{call_id}').textContent.includes('Income')", 120)
    await take(on, "live", settle=0)
    await page.size(390, 844, phone=True)
    await take(on, "live-phone", settle=0.3)
    await page.size(1440, 900, dark=True)
    await take(on, "live-dark", settle=0.3)
    await page.size(1440, 900)
    await on.open(f"/console/calls/{call_id}")
    await page.run("document.querySelector('details.pop').open = true")
    await page.choose("details.pop select", "quality")
    await page.click("details.pop button")
    await page.wait("document.body.innerText.includes('shown for your purpose')")
    await page.wait("!!document.querySelector('#now .partial')", 60)
    await take(on, "call", settle=0.2)
    await page.size(1440, 900, dark=True)
    await take(on, "call-dark", settle=0.3)
    await page.size(390, 844, phone=True)
    await take(on, "call-phone", settle=0.5)
    await page.size(1440, 900)
    await on.quiet()
    return call_id


async def desks(on: Stage) -> None:
    page = on.page
    await on.open("/console/cases")
    case = await page.wait("document.querySelector('tbody tr:last-child a')?.innerText")
    loan = await _first(on, "/console/loans")
    await opened(on, f"/console/cases/{loan or case}", "decision")
    await take(on, "case")
    await opened(on, f"/console/loans/{loan}")
    await take(on, "loan")
    await opened(on, f"/console/cases/{loan}")
    await page.click("#not-title")
    await page.fill("[name=story]", STORY)
    await page.run("document.querySelector('[name=story]').form.requestSubmit()")
    await page.wait("location.pathname.startsWith('/console/disputes/') && !!document.querySelector('.case-grid')")
    await take(on, "dispute")
    for name in ("cases", "loans", "disputes", "records", "call-backs", "today", "quality", "audit"):
        await on.open(f"/console/{name}")
        await take(on, name)
    await page.size(1440, 900, dark=True)
    await on.open("/console/quality")
    await take(on, "quality-dark")
    await page.size(1440, 900)
    await on.open("/console/records")
    await page.run("document.querySelector('tbody tr:last-child a').click()")
    await page.wait("!!document.querySelector('input[name=reason]')")
    await page.fill("input[name=reason]", "checking a complaint")
    await page.click("button.main")
    await page.wait("!!document.querySelector('.lines')")
    await take(on, "record")
    await on.open("/console/today")
    await page.click("#tongue button")
    await page.wait("document.documentElement.lang === 'zh-CN'")
    await on.open("/console/disputes")
    await take(on, "disputes-chinese")


async def _first(on: Stage, path: str) -> str:
    await on.open(path)
    found: str = await on.page.wait("document.querySelector('tbody a')?.innerText")
    return found


async def main() -> None:
    if installed() is None:
        sys.exit("screens: there is no chromium on this machine; apt-get install chromium.")
    OUT.mkdir(parents=True, exist_ok=True)
    async with stage() as on:
        await on.open("/console/sign-in")
        await take(on, "sign-in")
        await replays(on)
        call_id = await live(on)
        await desks(on)
        await on.open("/phone")
        await on.page.wait("document.querySelectorAll('#caller option').length > 6")
        await take(on, "telephone")
        await on.enter_as("agent")
        await on.open(f"/console/emergency/{call_id}")
        await on.page.wait("!!document.querySelector('input[name=reason]')")
        await take(on, "emergency")
    print(f"Pictures are in {OUT.relative_to(Path.cwd())}")


asyncio.run(main())
