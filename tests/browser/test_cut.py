"""A cut of thirty seconds in the wire, and a call from a microphone: both in a real browser."""

from __future__ import annotations

import asyncio
import wave
from pathlib import Path

import numpy as np
import pytest

from ivr.replay.channel import load_clip
from tests.browser.cable import cable
from tests.browser.chromium import installed
from tests.browser.stage import CALLS, stage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(installed() is None, reason="there is no chromium on this machine: apt-get install chromium"),
]
_NUMBERS = "[...document.querySelectorAll('#lines > li, #now > li')].map((li) => +li.dataset.order)"


async def test_no_line_is_missed_after_thirty_seconds_without_a_wire() -> None:
    async with stage() as on, cable(on.server.url) as wire:
        page = on.page
        await page.go(f"{wire.url}/console/sign-in")
        await page.click("button[value=supervisor]")
        await page.wait("!!document.querySelector('nav')")
        call_id, _ = on.ring("happy_path", speed=2)
        await page.wait(f"!!document.getElementById('row-{call_id}')", 60)
        await page.go(f"{wire.url}/console/calls/{call_id}")
        await page.wait("document.getElementById('link')?.dataset.state === 'on'")
        await page.wait("document.querySelectorAll('#lines > li').length > 2", 60)
        await wire.cut()
        await page.wait("document.getElementById('link').dataset.state === 'off'")
        before = await page.run(_NUMBERS)
        await asyncio.sleep(30)
        assert await page.run(_NUMBERS) == before
        await wire.mend()
        await page.wait("document.getElementById('link').dataset.state === 'on'", 30)
        await page.wait(f"document.querySelectorAll('#lines > li').length > {len(before) + 3}", 30)
        numbers = await page.run(_NUMBERS)
        assert numbers == list(range(1, len(numbers) + 1)), "a line is missing, doubled or out of place"
        assert not await page.run("!!document.querySelector('#lines .gap')")


async def test_a_call_from_the_microphone_is_heard_by_the_recogniser(tmp_path: Path) -> None:
    """Chromium plays a file into its microphone: a yes every five seconds, until the line has its answer."""
    spoken = np.concatenate([load_clip(CALLS / "happy_path" / "yes.flac"), np.zeros(8000 * 5, dtype=np.int16)])
    sound = tmp_path / "yes.wav"
    with wave.open(str(sound), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(np.repeat(spoken, 6).astype("<i2").tobytes())
    async with stage(f"--use-file-for-fake-audio-capture={sound}") as on:
        page = on.page
        await on.open("/phone")
        await page.wait("document.querySelectorAll('#caller option').length > 6")
        await page.click("#call")
        await page.wait("document.getElementById('state').innerText.startsWith('You are on the line')", 60)
        await page.wait("document.getElementById('log').innerText.includes('asks whether it may record')", 120)
        await page.wait("document.getElementById('log').innerText.includes('asks for the name')", 120)
        await page.click("#hang")
        await page.wait("document.getElementById('state').innerText === 'The call is over.'")
        assert page.problems == []
