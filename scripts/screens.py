"""Pictures of every screen for docs/screens: the real server, real fixture calls, Debian's Chromium.

Run with ``make screens``; takes about two minutes.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.browser.chromium import installed
from tests.browser.stage import Stage, stage

OUT = Path(__file__).parents[1] / "docs" / "screens"


async def take(on: Stage, name: str, *, settle: float = 0.6) -> None:
    await asyncio.sleep(settle)
    await on.page.picture(OUT / f"{name}.png")


async def shoot(on: Stage) -> None:
    page = on.page
    await on.open("/console/sign-in")
    await take(on, "sign-in")
    done = [on.ring(name, 12)[1] for name in ("declined_debt_to_income", "all_keys")]
    await asyncio.gather(*done)
    for name, speed in (("happy_path", 3), ("noisy_line", 2), ("withheld_number", 2), ("amount_corrected_midway", 4)):
        call_id, _ = on.ring(name, speed)
    await on.enter_as("supervisor")
    await page.wait(f"!!document.getElementById('row-{call_id}')", 30)
    await page.wait(f"document.getElementById('row-{call_id}').textContent.includes('Read-back')", 90)
    await take(on, "live", settle=0)
    await page.size(390, 844, phone=True)
    await take(on, "live-phone", settle=0.3)
    await page.size(1440, 900)
    await on.open(f"/console/calls/{call_id}")
    await page.run("document.querySelector('details.pop').open = true")
    await page.choose("details.pop select", "quality")
    await page.click("details.pop button")
    await page.wait("document.body.innerText.includes('shown for your purpose')")
    await take(on, "call")
    await page.size(1440, 900, dark=True)
    await take(on, "call-dark")
    await page.size(1440, 900)
    await on.quiet()
    for name in ("cases", "today", "audit", "records"):
        await on.open(f"/console/{name}")
        await take(on, name)
    await page.run("document.querySelector('tbody a').click()")
    await page.wait("!!document.querySelector('input[name=reason]')")
    await on.open("/console/cases")
    await page.run("document.querySelector('tbody a').click()")
    await page.wait("!!document.querySelector('select[name=purpose]')")
    await page.choose("select[name=purpose]", "decision")
    await page.click("button.main")
    await page.wait("!!document.querySelector('.case-grid')")
    await take(on, "case")
    await page.click(".head a[href^='/console/records/']")
    await page.wait("!!document.querySelector('input[name=reason]')")
    await page.fill("input[name=reason]", "checking a complaint")
    await page.click("button.main")
    await page.wait("!!document.querySelector('.lines')")
    await take(on, "record")
    await on.open("/phone")
    await page.wait("document.querySelectorAll('#caller option').length > 6")
    await take(on, "telephone")


async def main() -> None:
    if installed() is None:
        sys.exit("screens: there is no chromium on this machine; apt-get install chromium.")
    OUT.mkdir(parents=True, exist_ok=True)
    async with stage() as on:
        await shoot(on)
    print(f"Pictures are in {OUT.relative_to(Path.cwd())}")


asyncio.run(main())
