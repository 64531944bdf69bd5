"""A server, a browser, and fixture callers: what the browser tests and the screenshots play on."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from ivr.replay.child import DemoServer, demo_server
from ivr.replay.demo import play_over_the_wire
from ivr.replay.manifest import CallFixture, read_fixture
from ivr.replay.result import Played
from ivr.replay.wire import Carrier
from ivr.system import SystemClock
from tests.browser.chromium import Page, chromium

__all__ = ["CALLS", "Stage", "stage"]

_AXE = Path(__file__).parent / "vendor" / "axe-4.14.1.min.js"
CALLS = Path(__file__).parents[2] / "audio_fixtures" / "calls"
_MICROPHONE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


class Stage:
    def __init__(self, server: DemoServer, page: Page) -> None:
        self.server, self.page = server, page
        self._calls = 0
        self._playing: set[asyncio.Task[Played]] = set()

    def url(self, path: str) -> str:
        return f"{self.server.url}{path}"

    async def open(self, path: str) -> None:
        """Go to a page and wait until it stands."""
        await self.page.go(self.url(path))
        await self.page.wait(f"location.pathname === {path!r} && document.readyState === 'complete'")

    async def enter_as(self, role: str) -> None:
        """Sign in by the demonstration's button. The page before is left first: its stream would come back refused."""
        await self.page.go("about:blank")
        await self.page.call("Network.clearBrowserCookies")
        await self.open("/console/sign-in")
        await self.page.click(f"button[value={role}]")
        await self.page.wait("!!document.querySelector('nav')")

    def ring(self, name: str, speed: float = 4.0) -> tuple[str, asyncio.Task[Played]]:
        """Let a fixture caller ring; returns the call's id and its end."""
        self._calls += 1
        call_id = f"CA{self._calls:032d}"
        carrier = Carrier(self.server.token, self.server.url, self.server.url)
        fixture = read_fixture(CALLS / f"{name}.call.toml")
        playing = asyncio.create_task(self._play(fixture, carrier, call_id, speed))
        self._playing.add(playing)
        return call_id, playing

    async def _play(self, fixture: CallFixture, carrier: Carrier, call_id: str, speed: float) -> Played:
        played, _, _ = await play_over_the_wire(fixture, carrier, call_id, clock=SystemClock(), speed=speed)
        return played

    async def serious(self) -> list[str]:
        """What axe finds serious or critical on the page, by WCAG 2.2 A and AA and its best practices."""
        await self.page.run(await asyncio.to_thread(_AXE.read_text, "utf-8"))
        rules = "{rules: {'target-size': {enabled: true}}}"  # 24 pixels, WCAG 2.5.8
        found: list[dict[str, Any]] = await self.page.run(f"axe.run({rules}).then((r) => r.violations)")
        return [
            f"{one['id']}: {node['html'][:160]}"
            for one in found
            if one["impact"] in {"serious", "critical"}
            for node in one["nodes"]
        ]

    async def quiet(self) -> None:
        """No caller is left on the line."""
        for playing in self._playing:
            playing.cancel()
        await asyncio.gather(*self._playing, return_exceptions=True)
        self._playing.clear()


@asynccontextmanager
async def stage(*more: str) -> AsyncIterator[Stage]:
    """``more`` are flags of the browser."""
    with tempfile.TemporaryDirectory() as data, tempfile.TemporaryDirectory() as profile:
        async with demo_server(Path(data)) as server, chromium(Path(profile), *_MICROPHONE, *more) as page:
            await page.size(1440, 900)
            made = Stage(server, page)
            try:
                yield made
            finally:
                await made.quiet()
