"""``loanline serve`` and ``loanline doctor``."""

from __future__ import annotations

import socket
from typing import Annotated

import typer

from core.errors import EnvironmentProblem

__all__ = ["register"]


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        why = error.strerror or "refused"
        raise EnvironmentProblem(
            f"Cannot listen on {host}:{port} ({why.lower()}): stop the other program or set LOANLINE_PORT."
        ) from None
    return listener


def register(app: typer.Typer) -> None:
    @app.command()
    def serve(
        host: Annotated[str | None, typer.Option(help="Address to listen on (LOANLINE_HOST).")] = None,
        port: Annotated[int | None, typer.Option(help="Port to listen on, 0 for a free one (LOANLINE_PORT).")] = None,
    ) -> None:
        """Answer calls: the line, its webhooks, health and metrics; with LOANLINE_DEMO=1 also the sandbox."""
        import uvicorn  # noqa: PLC0415  # heavy imports wait until the command is known

        from ivr.app import create_app  # noqa: PLC0415
        from ivr.bootstrap import build  # noqa: PLC0415
        from ivr.draining import DrainingServer  # noqa: PLC0415
        from ivr.edge import edge_options  # noqa: PLC0415
        from ivr.settings import load_settings  # noqa: PLC0415
        from ivr.telemetry import configure_logging  # noqa: PLC0415

        given = {key: value for key, value in (("host", host), ("port", port)) if value is not None}
        settings = load_settings(**given)
        configure_logging(settings.log_level)
        listener = _bind(settings.host, settings.port)
        bound = listener.getsockname()[1]
        house = build(settings, bound)
        typer.echo(f"Loanline is listening on http://{settings.host}:{bound}", err=True)
        server = DrainingServer(
            uvicorn.Config(
                create_app(house),
                log_config=None,
                log_level="warning",
                access_log=False,
                timeout_graceful_shutdown=10,
                **edge_options(),
            ),
            house.drain,
        )
        server.run(sockets=[listener])
        if not server.started:
            raise EnvironmentProblem("The line could not start; the lines above say why.")

    @app.command()
    def doctor() -> None:
        """Check this machine: settings, data directory, keys, speech model, voice."""
        import asyncio  # noqa: PLC0415

        from ivr.bootstrap import build  # noqa: PLC0415
        from ivr.settings import load_settings  # noqa: PLC0415

        settings = load_settings()
        house = build(settings, settings.port)

        async def check() -> list[str]:
            await house.start()
            try:
                return await house.problems()
            finally:
                await house.close()

        problems = asyncio.run(check())
        for problem in problems:
            typer.echo(f"✗ {problem}")
        if problems:
            raise typer.Exit(1)
        typer.echo("✓ settings, data directory, keys, speech model and voice are in order")
