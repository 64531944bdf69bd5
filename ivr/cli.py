"""``loanline``: every command, assembled.

Data on stdout, progress on stderr; exit 0 ok, 1 findings, 2 usage, 3 environment.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pkgutil import iter_modules

import typer

import ivr.commands
from core.errors import (
    Conflict,
    CryptoError,
    EnvironmentProblem,
    InvalidInput,
    LoanlineError,
    NotFound,
    PackError,
    ProviderError,
    SpeechError,
    StorageError,
)

__all__ = ["app", "main"]

_USAGE = (InvalidInput, NotFound, Conflict, PackError)
_ENVIRONMENT = (EnvironmentProblem, SpeechError, StorageError, CryptoError, ProviderError)

app = typer.Typer(
    name="loanline",
    help="A voice-channel lending line: answer calls, replay them, decide, prove.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _assemble() -> None:
    for module in sorted(iter_modules(ivr.commands.__path__), key=lambda each: each.name):
        import_module(f"ivr.commands.{module.name}").register(app)


_assemble()


def exit_code(error: LoanlineError) -> int:
    """2 when what was given is wrong, 3 when the machine or a service is, 1 otherwise."""
    if isinstance(error, _USAGE):
        return 2
    return 3 if isinstance(error, _ENVIRONMENT) else 1


def main() -> None:
    """The console script."""
    try:
        app()
    except LoanlineError as error:
        sys.stderr.write(f"loanline: {error}\n")
        sys.exit(exit_code(error))
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)


if __name__ == "__main__":
    main()
