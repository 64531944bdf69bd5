"""Secrets come from the environment or from files: other users of a machine can read what stands on a command line."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import typer

from ivr.cli import app
from ivr.settings import Settings

_SECRET = re.compile(r"passw|passphrase|secret|token|api.?key|credential|private", re.IGNORECASE)


def _parameters(command: click.Command, name: str = "loanline") -> Iterator[tuple[str, click.Parameter]]:
    for word, sub in getattr(command, "commands", {}).items():
        yield from _parameters(sub, f"{name} {word}")
    for parameter in command.params:
        yield name, parameter


def taking_secrets(command: click.Command) -> list[str]:
    """Options and arguments named after a secret that do not take the name of a file."""
    return [
        f"{name} {parameter.name}"
        for name, parameter in _parameters(command)
        if _SECRET.search(parameter.name or "") and not (parameter.name or "").endswith("_file")
    ]


def test_no_command_takes_a_secret_as_an_argument() -> None:
    assert taking_secrets(typer.main.get_command(app)) == []
    careless = click.Command("x", params=[click.Option(["--password"]), click.Option(["--token-file"])])
    assert taking_secrets(careless) == ["loanline password"]


def test_secrets_of_the_settings_do_not_show() -> None:
    shown = {name for name, field in Settings.model_fields.items() if _SECRET.search(name)}
    plain = {name for name in shown if "SecretStr" not in str(Settings.model_fields[name].annotation)}
    assert {name for name in plain if not name.endswith(("_file", "_path", "_dir"))} == set()
    assert {"keyring_passphrase", "twilio_auth_token", "list_secret"} <= shown
