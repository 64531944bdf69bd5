"""``loanline call``, ``loanline replay``, ``loanline demo`` and ``loanline sandbox``: calls without a telephone."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import EnvironmentProblem, InvalidInput
from ivr.system import SystemClock, SystemIds

if TYPE_CHECKING:
    from ivr.replay.caller import Heard, Said
    from ivr.replay.compare import Verdict
    from ivr.replay.result import Played
    from ivr.replay.wire import Carrier

__all__ = ["carrier_for", "new_call_id", "register"]

_HAPPY_PATH = Path("audio_fixtures/calls/happy_path.call.toml")
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else.")]
_Speed = Annotated[float, typer.Option(min=0.1, max=50, help="Stream time over clock time; 1 is a real call.")]


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    for command in (call, replay, demo, sandbox):
        app.command()(command)


def call(
    file: Annotated[Path, typer.Argument(help="A *.call.toml file.")],
    to: Annotated[str, typer.Option(help="The server to ring, such as http://127.0.0.1:8080.")],
    public_url: Annotated[str, typer.Option(help="The address that is signed, where it is not --to.")] = "",
    as_json: _Json = False,
    speed: _Speed = 1.0,
) -> None:
    """Be a Twilio caller: signed webhooks, Media Streams, marks and clear obeyed. Needs TWILIO_AUTH_TOKEN."""
    from rich.console import Console  # noqa: PLC0415

    from ivr.replay.compare import judge  # noqa: PLC0415
    from ivr.replay.demo import play_over_the_wire  # noqa: PLC0415
    from ivr.replay.manifest import read_fixture  # noqa: PLC0415
    from ivr.replay.report import as_json as report_of  # noqa: PLC0415

    fixture = read_fixture(file)
    carrier = carrier_for(to, public_url)
    console = Console(stderr=True, highlight=False)

    def watch(item: Heard | Said) -> None:
        console.print(_one_line(item), markup=False)

    played, seen, _facts = asyncio.run(
        play_over_the_wire(fixture, carrier, new_call_id(), clock=SystemClock(), speed=speed, heard_or_said=watch)
    )
    verdict = judge(played)
    if as_json:
        document = report_of([verdict])["calls"][0]
        document |= {"call_id": seen.call_id, "why": seen.why, "twiml": seen.steps, "warnings": seen.warnings}
        typer.echo(json.dumps(document, ensure_ascii=False))
    else:
        console.print(f"{seen.ended.replace('_', ' ')} after {seen.stream_ms / 1000:.0f} s: {seen.why}", markup=False)
        for difference in verdict.differences:
            typer.echo(f"✗ {difference.what}: {difference.got}, not {difference.expected}")
        if verdict.ok:
            typer.echo("✓ as the fixture expects")
    if not verdict.ok:
        raise typer.Exit(1)


def replay(
    paths: Annotated[list[Path], typer.Argument(help="Folders or *.call.toml files.")],
    as_json: _Json = False,
    report: Annotated[Path | None, typer.Option(help="Write a self-contained HTML page here.")] = None,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Calls at once.")] = 2,
    keep: Annotated[bool, typer.Option(help="Keep the figures for the console's quality desk.")] = True,
) -> None:
    """Run recorded calls through the pipeline, faster than real time, and compare with what they expect."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    from ivr.rehearsal import rehearsal  # noqa: PLC0415
    from ivr.replay.compare import judge  # noqa: PLC0415
    from ivr.replay.manifest import find_fixtures, read_fixture  # noqa: PLC0415
    from ivr.replay.report import as_html, as_table  # noqa: PLC0415
    from ivr.replay.report import as_json as report_of  # noqa: PLC0415
    from ivr.replay.runner import play_all  # noqa: PLC0415
    from ivr.settings import load_settings  # noqa: PLC0415
    from ivr.telemetry import configure_logging  # noqa: PLC0415

    configure_logging("warning")
    fixtures = [read_fixture(path) for path in find_fixtures(paths)]
    if report is not None and not report.parent.is_dir():
        raise InvalidInput("report", "give a path in a folder that exists")
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("replaying calls", total=len(fixtures))

        def done(_played: Played) -> None:
            progress.advance(bar)

        async def run() -> list[Played]:
            settings = load_settings()
            async with rehearsal(settings, workers=jobs, cache=settings.data_dir / "prompts") as engines:
                return await play_all(fixtures, engines.house, SystemClock(), jobs=jobs, done=done)

        verdicts = [judge(played) for played in asyncio.run(run())]
    if keep:
        _keep(verdicts)
    if report is not None:
        report.write_text(as_html(verdicts), "utf-8")
    if as_json:
        typer.echo(json.dumps(report_of(verdicts), ensure_ascii=False))
    console.print(as_table(verdicts))
    if not all(verdict.ok for verdict in verdicts):
        raise typer.Exit(1)


def _keep(verdicts: list[Verdict]) -> None:
    from importlib.metadata import version  # noqa: PLC0415

    from ivr.quality.runs import RunBook  # noqa: PLC0415
    from ivr.replay.scoring import run_of  # noqa: PLC0415
    from ivr.settings import load_settings  # noqa: PLC0415
    from speech.models import find_model  # noqa: PLC0415

    settings = load_settings()
    chosen = settings.speech_model(settings.language)
    model = find_model(settings.language, (settings.models_path,), name=chosen).name
    run = run_of(verdicts, at=SystemClock().now(), version=version("loanline"), model=model)
    RunBook(settings.quality_path).add(run)


def demo(
    file: Annotated[Path, typer.Argument(help="The recorded call to play.")] = _HAPPY_PATH,
    data: Annotated[Path, typer.Option(help="Where each run keeps its data.")] = Path("data/demo"),
    speed: _Speed = 6.0,
) -> None:
    """Start a server, play a recorded borrower's call into it as Twilio would, and show what happens."""
    from rich.console import Console  # noqa: PLC0415

    from ivr.replay.child import demo_server  # noqa: PLC0415
    from ivr.replay.compare import judge  # noqa: PLC0415
    from ivr.replay.demo import play_over_the_wire  # noqa: PLC0415
    from ivr.replay.manifest import read_fixture  # noqa: PLC0415
    from ivr.replay.show import CallView  # noqa: PLC0415
    from ivr.replay.wire import Carrier  # noqa: PLC0415

    fixture = read_fixture(file)
    clock = SystemClock()
    folder = data.resolve() / clock.now().strftime("%Y%m%dT%H%M%S")
    try:
        folder.mkdir(parents=True)
    except OSError:
        raise EnvironmentProblem(f"Cannot write in {data}: give a folder of your own with --data.") from None
    console = Console(highlight=False)
    view = CallView(console)

    async def run() -> Played:
        with console.status("starting the server: recogniser, voice, database, keys") as status:
            async with demo_server(folder) as server:
                status.stop()
                console.print(f"Server at {server.url}, its log in {server.log}", style="dim", soft_wrap=True)
                console.print(f"Playing {fixture.name}: {fixture.about.title}", style="bold", markup=False)
                carrier = Carrier(server.token, server.url, server.url)
                played, _, facts = await play_over_the_wire(
                    fixture, carrier, new_call_id(), clock=clock, speed=speed, fact=view.fact
                )
                if facts is None:
                    raise EnvironmentProblem(f"The server told nothing of the call: see {server.log}.")
                return played

    played = asyncio.run(run())
    verdict = judge(played)
    view.signals()
    heard = played.result.slots if played.result is not None else {}
    view.verdict(verdict, [(name, value, heard.get(name)) for name, value in fixture.expect.slots.items()])
    console.print(f"All of this run is kept in {folder}", style="dim", soft_wrap=True)
    if not verdict.ok:
        raise typer.Exit(1)


def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on, 0 for a free one.")] = 8081,
) -> None:
    """Serve the stand-ins: text messages, credit bureau, registers, payments. Never for production."""
    import socket  # noqa: PLC0415

    import uvicorn  # noqa: PLC0415

    from ivr.sandbox.app import standalone_app  # noqa: PLC0415
    from ivr.sandbox.inbox import SmsBox  # noqa: PLC0415

    try:
        listener = socket.create_server(("127.0.0.1", port))
    except OSError:
        raise EnvironmentProblem(f"Port {port} is taken: stop the other program or give another --port.") from None
    typer.echo(f"The sandbox is listening on http://127.0.0.1:{listener.getsockname()[1]}/sandbox", err=True)
    clock = SystemClock()
    config = uvicorn.Config(standalone_app(SmsBox(clock, SystemIds()), clock), log_level="warning", access_log=False)
    uvicorn.Server(config).run(sockets=[listener])


def new_call_id() -> str:
    return "CA" + SystemIds().new("call").partition("_")[2].ljust(32, "0")


def carrier_for(to: str, public_url: str) -> Carrier:
    """Whose calls we make: Twilio's secret, else the one that a demo server keeps in the same data directory."""
    from ivr.replay.wire import Carrier  # noqa: PLC0415
    from ivr.settings import load_settings  # noqa: PLC0415

    settings = load_settings()
    token = settings.twilio_auth_token.get_secret_value()
    if not token and settings.demo_token_path.is_file():
        token = settings.demo_token_path.read_text("utf-8").strip()
    if not token:
        raise EnvironmentProblem("Set TWILIO_AUTH_TOKEN to the token the server checks signatures with.")
    carrier = Carrier(token, _address(to, "to"), _address(public_url or to, "public_url"))
    return replace(carrier, account=settings.twilio_account_sid or carrier.account)


def _address(url: str, field: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise InvalidInput(field, "give an address that begins with http:// or https://")
    return url.rstrip("/")


def _one_line(item: Heard | Said) -> str:
    from ivr.replay.caller import Heard  # noqa: PLC0415

    if isinstance(item, Heard):
        return f"{item.end_ms / 1000:7.1f} s  heard {item.prompt_id}{' (cut off)' if item.flushed else ''}"
    return f"{item.start_ms / 1000:7.1f} s  answers {item.prompt_id}"
