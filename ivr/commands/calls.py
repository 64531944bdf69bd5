"""``loanline calls``: every recorded call over real HTTP and WebSocket, each into a running server of its own."""

from __future__ import annotations

import asyncio
import json
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import EnvironmentProblem
from ivr.commands.play import carrier_for, new_call_id
from ivr.system import SystemClock

if TYPE_CHECKING:
    from ivr.replay.manifest import CallFixture
    from ivr.replay.result import Played
    from ivr.replay.wire import Carrier

__all__ = ["register"]

_TROUBLE = re.compile(r'"level": ?"(warning|error|critical)"|Traceback')
#: A demo server forgets sounds, for the same recorded caller rings it again and again; here each rings once.
_REMEMBERS = {"LOANLINE_SOUND_MEMORY_DAYS": "90"}


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command()(calls)


def calls(
    paths: Annotated[list[Path], typer.Argument(help="Folders or *.call.toml files.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    speed: Annotated[float, typer.Option(min=0.1, max=50, help="Stream time over clock time.")] = 3.0,
    jobs: Annotated[int, typer.Option(min=1, max=16, help="Servers at once.")] = 1,
    to: Annotated[str, typer.Option(help="Ring them into this demo server instead, one after another.")] = "",
) -> None:
    """Ring each recorded caller into a server started for it, over the wire, and compare with what is expected.

    Slower than replay, and it goes through everything: signatures, tokens, TwiML, the stream, the form. With --to,
    callers that need a past of their own are left out, and the server should not have heard the others before.
    """
    from rich.console import Console  # noqa: PLC0415

    from ivr.replay.compare import judge  # noqa: PLC0415
    from ivr.replay.manifest import find_fixtures, read_fixture  # noqa: PLC0415
    from ivr.replay.report import as_json as report_of  # noqa: PLC0415
    from ivr.replay.report import as_table  # noqa: PLC0415

    fixtures = [read_fixture(path) for path in find_fixtures(paths)]
    console = Console(stderr=True, highlight=False)
    carrier = carrier_for(to, "") if to else None
    if carrier is not None:
        jobs = 1
        for left in (fixture for fixture in fixtures if fixture.history):
            console.print(f"– {left.name}: left out, its [[history]] needs a server of its own", markup=False)
        fixtures = [fixture for fixture in fixtures if not fixture.history]

    def done(played: Played, warned: list[str]) -> None:
        verdict = judge(played)
        mark = "✓" if verdict.ok else "✗"
        console.print(f"{mark} {played.fixture.name}: {played.wall_seconds:.0f} s", markup=False)
        for line in warned if verdict.differences else ():
            console.print(f"    {line}", markup=False)
        for each in verdict.differences:
            console.print(f"    {each.what} is {each.got}, expected {each.expected}", markup=False)

    async def run() -> list[Played]:
        places = asyncio.Semaphore(jobs)

        async def play(fixture: CallFixture) -> Played:
            async with places:
                warned: list[str] = []
                if carrier is None:
                    played, warned = await _alone(fixture, speed)
                else:
                    played = await _ring(fixture, carrier, speed)
            done(played, warned)
            return played

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(play(fixture)) for fixture in fixtures]
        return [task.result() for task in tasks]

    verdicts = [judge(played) for played in asyncio.run(run())]
    if as_json:
        typer.echo(json.dumps(report_of(verdicts), ensure_ascii=False))
    console.print(as_table(verdicts))
    if not all(verdict.ok for verdict in verdicts):
        raise typer.Exit(1)


async def _alone(fixture: CallFixture, speed: float) -> tuple[Played, list[str]]:
    """Its own server, so that no call finds what another left behind; with what its log warned of. A server that does
    not come up is one call that failed: the others still ring."""
    from ivr.replay.child import demo_server  # noqa: PLC0415
    from ivr.replay.result import Played  # noqa: PLC0415
    from ivr.replay.wire import Carrier  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="loanline-call-") as folder:
        if fixture.history:
            await asyncio.to_thread(_give_a_past, fixture, Path(folder))
        try:
            async with demo_server(Path(folder), settings=_REMEMBERS) as server:
                played = await _ring(fixture, Carrier(server.token, server.url, server.url), speed)
                log = await asyncio.to_thread(server.log.read_text, "utf-8", "replace")
        except EnvironmentProblem as problem:
            return Played(fixture, "failed", 0, 0.0, (), (), (), None, str(problem)), []
    return played, [line for line in log.splitlines() if _TROUBLE.search(line)]


async def _ring(fixture: CallFixture, carrier: Carrier, speed: float) -> Played:
    from ivr.replay.demo import play_over_the_wire  # noqa: PLC0415

    played, _, _ = await play_over_the_wire(fixture, carrier, new_call_id(), clock=SystemClock(), speed=speed)
    return played


def _give_a_past(fixture: CallFixture, folder: Path) -> None:
    """What happened before the call, in the store of a server that is not started yet."""
    from core.storage.opening import open_storage  # noqa: PLC0415
    from ivr.replay.channel import load_clip  # noqa: PLC0415
    from ivr.replay.history import write_history  # noqa: PLC0415

    storage = open_storage(folder, folder / "keyring.json", None, SystemClock())
    try:
        write_history(storage, SystemClock(), fixture, load_clip)
    finally:
        storage.close()
