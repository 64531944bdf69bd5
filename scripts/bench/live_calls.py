"""How soon the screen shows what happens, with twenty calls on the real server.

The server is ``loanline serve`` in a process of its own; twenty callers ring it over real webhooks and media streams at
the speed of a real call, and press keys (their audio is listened to, but nobody speaks: twenty speakers are more than
two cores decode at once). A browser has the list of calls open. Measured is, for each prompt of each call, the time
from the moment the line tells its board to the moment the row's cell changed in the page; one clock for both.

    python -m scripts.bench.live_calls [--calls 20] [--seconds 60]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from ivr.cli import main as cli
from ivr.live_board import LiveBoard
from ivr.replay.child import DemoServer, demo_server
from ivr.replay.demo import play_over_the_wire
from ivr.replay.manifest import read_fixture
from ivr.replay.wire import Carrier
from ivr.system import SystemClock
from tests.browser.chromium import Page, chromium

FIXTURE = Path(__file__).parents[2] / "audio_fixtures" / "calls" / "all_keys.call.toml"
AT_MOST_MS = 500.0
#: Notes when which row showed which words.
_WATCH = """
window.shown = [];
new MutationObserver((changes) => {
  const now = performance.timeOrigin + performance.now();
  const cells = new Set();
  for (const change of changes) {
    for (const node of [...change.addedNodes, change.target]) {
      if (node.nodeType !== 1) continue;
      if (node.matches('td.words')) cells.add(node);
      else if (node.closest('td.words')) cells.add(node.closest('td.words'));
      else node.querySelectorAll('td.words').forEach((cell) => cells.add(cell));
    }
  }
  for (const cell of cells) shown.push([now, cell.id.replace('-words', ''), cell.innerText]);
}).observe(document.getElementById('rows'), {childList: true, subtree: true});
"""


def serve() -> None:
    """The server, writing down when it told its board of a prompt. Runs in the child."""
    plain = LiveBoard.publish
    with Path(os.environ["BENCH_NOTES"]).open("a", buffering=1) as notes:

        def publish(self: LiveBoard, call_id: str, kind: str, at_ms: int = 0, /, **fields: Any) -> None:
            if kind == "prompt":
                notes.write(json.dumps([time.time() * 1000, call_id, fields["id"]]) + "\n")
            plain(self, call_id, kind, at_ms, **fields)

        LiveBoard.publish = publish  # type: ignore[method-assign]  # the bench's clock, in the bench's own child
        cli()


async def look(page: Page, server: DemoServer, calls: int, seconds: float) -> list[list[Any]]:
    await page.size(1280, 900)
    await page.go(f"{server.url}/console/sign-in")
    await page.click("button[value=viewer]")
    await page.wait("location.pathname === '/console/live' && document.getElementById('link').dataset.state === 'on'")
    await page.run(_WATCH)
    fixture = read_fixture(FIXTURE)
    carrier = Carrier(server.token, server.url, server.url)
    ringing = []
    for number in range(calls):
        playing = play_over_the_wire(fixture, carrier, f"CB{number:032d}", clock=SystemClock(), speed=1)
        ringing.append(asyncio.create_task(playing))
        await asyncio.sleep(0.5)
    await asyncio.sleep(seconds)
    live = await page.run("Number(document.getElementById('count').textContent)")
    shown: list[list[Any]] = await page.run("shown")
    for one in ringing:
        one.cancel()
    await asyncio.gather(*ringing, return_exceptions=True)
    print(f"{live} calls were on the line at the end", file=sys.stderr)
    return shown


def latencies(told: list[list[Any]], shown: list[list[Any]]) -> list[float]:
    """For each prompt the first change of its row's words after it was told, before the next prompt was."""
    found = []
    for number, (at, call_id, _) in enumerate(told):
        until = next((later for later, other, _ in told[number + 1 :] if other == call_id), float("inf"))
        seen = next((when for when, row, _ in shown if row == call_id and when >= at), None)
        if seen is not None and seen < until:
            found.append(seen - at)
    return found


async def main(calls: int, seconds: float) -> int:
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as profile:
        notes = Path(folder) / "told.jsonl"
        os.environ |= {"BENCH_NOTES": str(notes)}
        async with (
            demo_server(Path(folder), "scripts.bench.live_calls") as server,
            chromium(Path(profile)) as page,
        ):
            shown = await look(page, server, calls, seconds)
        told = [json.loads(line) for line in notes.read_text().splitlines()]
    found = sorted(latencies(told, shown))
    p95 = found[int(0.95 * len(found))] if found else float("inf")
    result = {
        "calls": calls,
        "prompts_told": len(told),
        "prompts_seen": len(found),
        "event_to_screen_ms_median": round(statistics.median(found), 1) if found else None,
        "event_to_screen_ms_p95": round(p95, 1),
        "event_to_screen_ms_longest": round(found[-1], 1) if found else None,
        "load": os.getloadavg()[0],
    }
    print(json.dumps(result, indent=1))
    return int(p95 > AT_MOST_MS)


if __name__ == "__main__":
    if "serve" in sys.argv:
        serve()
    given = argparse.ArgumentParser()
    given.add_argument("--calls", type=int, default=20)
    given.add_argument("--seconds", type=float, default=60.0)
    asked = given.parse_args()
    sys.exit(asyncio.run(main(asked.calls, asked.seconds)))
