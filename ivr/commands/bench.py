"""``loanline bench``: measure the line itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from core.errors import EnvironmentProblem

__all__ = ["register"]

_ROOT = Path(__file__).parents[2]


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    bench = typer.Typer(help="Measure the line itself.", no_args_is_help=True)
    bench.callback()(_group)
    bench.command("speech")(speech)
    app.add_typer(bench, name="bench")


def _group() -> None:
    """Measure the line itself."""


def speech(
    audio: Annotated[
        Path | None, typer.Option("--audio", help="Folder of the human recordings; else the one beside the project.")
    ] = None,
    answers: Annotated[int, typer.Option(min=4, help="At most so many answers of each set.")] = 40,
    quick: Annotated[bool, typer.Option("--quick", help="A taste of ten answers each in about two minutes.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """How well the line hears: word error, slots, figure strings, cut-offs, honesty and cost by set and line."""
    if not (_ROOT / "scripts" / "speech" / "bench.py").is_file():
        raise EnvironmentProblem("The bench is not part of an installed package: run it from the project's folder.")
    command = [sys.executable, "-m", "scripts.speech.bench", *([] if quick else ["--answers", str(answers)])]
    command += ["--audio", str(audio.resolve())] if audio else []
    command += [*(["--quick"] if quick else []), *(["--json"] if as_json else [])]
    done = subprocess.run(command, cwd=_ROOT, check=False)  # noqa: S603 - our own script, our own options, no shell
    raise typer.Exit(done.returncode)
