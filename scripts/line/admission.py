"""More callers than the line has room for, while every place is taken by somebody who speaks.

A real server with room for four is rung by four recorded callers who say everything aloud, at the speed of a real call;
the recognisers decode all of them. Meanwhile others ring, one after another, and press 1 when they are offered a call
back. Every one of those must hear the offer, get no stream and be on the list of call-backs; every call on the line
must end as its fixture expects, with no sound dropped and nobody sent to the form. Exit 1 otherwise.

    python -m scripts.line.admission [--json] [--alone]

``--alone`` leaves the others out: the hearing times to compare with. Times are from the server's own metrics.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from ivr.replay.caller import SimulatedCaller
from ivr.replay.channel import load_clip
from ivr.replay.child import DemoServer, demo_server
from ivr.replay.compare import judge
from ivr.replay.demo import play_over_the_wire
from ivr.replay.manifest import read_fixture
from ivr.replay.result import Played
from ivr.replay.wire import Carrier, WireCall
from ivr.system import SystemClock

CALLS = Path(__file__).parents[2] / "audio_fixtures" / "calls"
SPOKEN = ("happy_path", "amount_corrected_midway", "birth_date_fixed", "declined_debt_to_income")
_BETWEEN_S, _PAUSE_S = 4.0, 3.0
_REFUSED = """
[caller]
number = "+1415555{number:04d}"

[[turn]]
when = "*"
keys = "1"
"""
_OFFER = "Say Gather Say Hangup"
_BUCKET = re.compile(r'loanline_turn_seconds_bucket\{le="([^"]+)",part="hearing"\} ([0-9.]+)')
_EVENT = re.compile(r'loanline_events_total\{name="([^"]+)",why="([^"]*)"\} ([0-9.]+)')


@dataclass
class Seen:
    """What came of it. ``offers``: verbs that each refused caller met, with how often."""

    calls: dict[str, list[str]] = field(default_factory=dict)
    offers: dict[str, int] = field(default_factory=dict)
    hearing: dict[str, int] = field(default_factory=dict)
    dropped_sound: int = 0
    to_the_form: int = 0
    call_backs: int = 0
    cpu_s: float = 0.0
    talk_s: float = 0.0

    @property
    def well(self) -> bool:
        fine = not any(self.calls.values()) and not self.dropped_sound and not self.to_the_form
        return fine and set(self.offers) <= {_OFFER} and self.call_backs == sum(self.offers.values())


async def rung(alone: bool) -> Seen:
    seen = Seen()
    with tempfile.TemporaryDirectory() as folder:
        limits = {"LOANLINE_MAX_CALLS": str(len(SPOKEN)), "LOANLINE_PATIENCE": "1"}
        async with demo_server(Path(folder), settings=limits) as server:
            carrier = Carrier(server.token, server.url, server.url)
            before = _cpu(_below(os.getpid()))
            talks = [asyncio.create_task(_talk(name, carrier, number)) for number, name in enumerate(SPOKEN)]
            others = None if alone else asyncio.create_task(_others(carrier, Path(folder), talks, seen))
            for played in await asyncio.gather(*talks):
                seen.calls[played.fixture.name] = [
                    f"{each.what}: {each.got}, expected {each.expected}" for each in judge(played).differences
                ]
                seen.talk_s += played.stream_ms / 1000
            if others is not None:
                await others
            seen.cpu_s = round(_cpu(_below(os.getpid())) - before, 1)
            await _measure(server, seen)
    seen.talk_s = round(seen.talk_s, 1)
    return seen


async def _talk(name: str, carrier: Carrier, number: int) -> Played:
    fixture = read_fixture(CALLS / f"{name}.call.toml")
    played, _, _ = await play_over_the_wire(fixture, carrier, f"CA{number:032d}", clock=SystemClock(), speed=1)
    return played


async def _others(carrier: Carrier, folder: Path, talks: list[asyncio.Task[Played]], seen: Seen) -> None:
    """One caller after another, as long as every place is taken."""
    await asyncio.sleep(_BETWEEN_S)
    number = 0
    while not any(talk.done() for talk in talks):
        number += 1
        path = folder / f"{number}.call.toml"
        path.write_text(_REFUSED.format(number=100 + number % 100), "utf-8")
        caller = SimulatedCaller(read_fixture(path), load_clip)
        clock = SystemClock()
        met = await WireCall(caller, carrier, f"CB{number:032d}", now=clock.now).run()
        verbs = " ".join(met.steps)
        seen.offers[verbs] = seen.offers.get(verbs, 0) + 1
        await asyncio.sleep(_PAUSE_S)


async def _measure(server: DemoServer, seen: Seen) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        text = (await http.get(f"{server.url}/metrics")).raise_for_status().text
    seen.hearing = {f"{edge} s": int(float(count)) for edge, count in _BUCKET.findall(text)}
    for name, why, count in _EVENT.findall(text):
        seen.dropped_sound += int(float(count)) if name == "twilio_backlog" else 0
        seen.call_backs += int(float(count)) if (name, why) == ("twilio_call_back", "asked") else 0
        seen.to_the_form += int(float(count)) if name == "call_form" and why == "" else 0


def _below(pid: int) -> list[int]:
    """All processes under this one, from ``/proc``."""
    children = [int(one) for task in Path(f"/proc/{pid}/task").iterdir() for one in _words(task / "children")]
    return [*children, *(deeper for child in children for deeper in _below(child))]


def _words(path: Path) -> list[str]:
    try:
        return path.read_text("ascii").split()
    except OSError:
        return []


def _cpu(pids: list[int]) -> float:
    """Seconds of processor time that they have used, user and system."""
    stats = (Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split() for pid in pids)
    return sum(int(fields[11]) + int(fields[12]) for fields in stats) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--alone", action="store_true")
    given = parser.parse_args()
    seen = asyncio.run(rung(given.alone))
    figures: dict[str, Any] = {**seen.__dict__, "well": seen.well}
    if given.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name}: {value}")
    return 0 if seen.well else 1


if __name__ == "__main__":
    sys.exit(main())
