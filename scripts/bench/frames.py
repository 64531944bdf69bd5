"""How long the browser's frames are with fifty live calls on the screen, each of them changing ten times a second.

The console is the real one; its board is fed here, so that the browser and not the recogniser is what is measured.
``frame`` is clock time between animation frames: true where the machine has nothing else to do. ``task`` is processor
time of the page's main thread from one task's begin to its end, whatever else runs. Exit 1 when a task took more than
50 ms of it. Run with ``python -m scripts.bench.frames [--seconds 20]``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any

import uvicorn

from core.usecases.roles import Role
from ivr.live_board import LiveBoard
from ivr.system import SystemClock
from tests.browser.chromium import Page, chromium
from tests.ivr.console.office import Office, open_office

CALLS, UPDATES, LONGEST_MS = 50, 10, 50.0
_WORDS = ("fifteen hundred dollars", "over eighteen months please", "part time", "no that is not right", "yes")
_STEPS = ("full_name", "date_of_birth", "monthly_income", "employment", "amount", "term_months", "purpose", "summary")
#: Frames as the page sees them: the time between two animation frames.
_WATCH = """
window.seen = {gaps: [], patches: 0};
let last = performance.now();
requestAnimationFrame(function next(now) { seen.gaps.push(now - last); last = now; requestAnimationFrame(next); });
document.addEventListener('loanline:patched', () => seen.patches++);
"""


def begin(board: LiveBoard) -> None:
    for number in range(CALLS):
        board.publish(f"CB{number:04d}", "began", 0, caller=f"+1••••••••{number:02d}", attestation="A", resuming=False)


def change(board: LiveBoard, tick: int) -> None:
    """One change in every call: what it says, what it heard, or how risky it looks."""
    for number in range(CALLS):
        call_id, at_ms, turn = f"CB{number:04d}", tick * 100, tick + number
        step = _STEPS[turn // 40 % len(_STEPS)]
        if turn % 3 == 0:
            board.publish(call_id, "prompt", at_ms, id=f"{step}.ask", text="And now?", render_ms=1.0, think_ms=2.0)
        elif turn % 3 == 1:
            text = _WORDS[turn % len(_WORDS)]
            heard: dict[str, Any] = {"question": step, "text": text, "hidden": False, "from_ms": at_ms}
            board.publish(
                call_id,
                "heard",
                at_ms,
                **heard,
                confidence=0.5 + turn % 50 / 100,
                words=[[w, 0.9] for w in text.split()],
                waited_ms=300,
                decode_ms=80.0,
            )
        else:
            level = 2 if turn % 97 == 2 else turn % 2
            band = ("clear", "observe", "step_up")[level]
            board.publish(call_id, "signals", at_ms, band=band, level=level, complete=True, signals=[], reasons=[])


def _work(trace: list[dict[str, Any]]) -> list[float]:
    """Milliseconds of processor time of each task of the page's main thread."""
    threads = {(e["pid"], e["tid"]): e["args"]["name"] for e in trace if e["name"] == "thread_name"}
    return [
        e.get("tdur", 0) / 1000
        for e in trace
        if e["name"].endswith("RunTask") and threads.get((e["pid"], e["tid"])) == "CrRendererMain"
    ]


async def measure(page: Page, office: Office, url: str, seconds: float) -> dict[str, Any]:
    token = office.token(Role.SUPERVISOR, "t.bench")
    await page.call("Network.setCookie", name="loanline", value=token, url=url)
    await page.size(1280, 900)
    begin(office.board)
    await page.go(f"{url}/console/live")
    await page.wait(f"document.querySelectorAll('#rows > tr').length === {CALLS}")
    await asyncio.sleep(2)  # what a page does once is not what is measured
    await page.run(_WATCH)
    await page.trace("toplevel", "devtools.timeline")
    loop = asyncio.get_running_loop()
    begun = loop.time()
    for tick in range(int(seconds * UPDATES)):
        change(office.board, tick)
        await asyncio.sleep(max(0.0, begun + (tick + 1) / UPDATES - loop.time()))
    seen = await page.run("seen")
    trace = await page.traced()
    work = sorted(_work(trace))
    gaps = sorted(seen["gaps"])
    return {
        "rows": CALLS,
        "updates_per_row_and_second": UPDATES,
        "seconds": round(loop.time() - begun, 1),
        "patches": seen["patches"],
        "frames": len(gaps),
        "frame_ms_median": round(gaps[len(gaps) // 2], 1),
        "frame_ms_p99": round(gaps[int(0.99 * len(gaps))], 1),
        "frame_ms_longest": round(gaps[-1], 1),
        "frames_over_50_ms": sum(gap > LONGEST_MS for gap in gaps),
        "tasks": len(work),
        "task_cpu_ms_p99": round(work[int(0.99 * len(work))], 1),
        "task_cpu_ms_longest": round(work[-1], 1),
    }


async def main(seconds: float) -> int:
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as profile:
        async with open_office(Path(folder), clock=SystemClock()) as office:
            listener = socket.create_server(("127.0.0.1", 0))
            server = uvicorn.Server(uvicorn.Config(office.app, log_level="error", lifespan="off"))
            serving = asyncio.create_task(server.serve([listener]))
            port = listener.getsockname()[1]
            try:
                async with chromium(Path(profile)) as page:
                    found = await measure(page, office, f"http://127.0.0.1:{port}", seconds)
            finally:
                server.should_exit = True
                await serving
    print(json.dumps(found, indent=1))
    return int(found["task_cpu_ms_longest"] > LONGEST_MS)


if __name__ == "__main__":
    given = argparse.ArgumentParser()
    given.add_argument("--seconds", type=float, default=20.0)
    sys.exit(asyncio.run(main(given.parse_args().seconds)))
