"""``loanline staff``: who may sign in at the console."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import InvalidInput
from core.usecases.roles import Role
from ivr.commands.keep import operator

if TYPE_CHECKING:
    from core.security.leaked import LeakedPasswords
    from core.storage.store import SqlStorage
    from ivr.system import SystemClock

__all__ = ["register"]

StaffId = Annotated[str, typer.Argument(help="A short id such as m.reyes; it stands in the audit log as the actor.")]
PasswordFile = Annotated[
    Path | None,
    typer.Option("--password-file", help="Read the password from the first line of this file; else it is asked for."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

staff = typer.Typer(help="Staff accounts of the console.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(staff, name="staff")


@contextmanager
def _opened() -> Iterator[tuple[SqlStorage, SystemClock]]:
    """The store, made where there is none yet: the first account may come before the first call."""
    from ivr.settings import load_settings  # noqa: PLC0415 - reads the environment only when a command runs
    from ivr.system import SystemClock  # noqa: PLC0415 - as above
    from ivr.vault import open_vault  # noqa: PLC0415 - loads SQLAlchemy, which other commands can do without

    clock = SystemClock()
    storage = open_vault(load_settings(), clock)
    try:
        yield storage, clock
    finally:
        storage.close()


def _leaked() -> LeakedPasswords:
    from core.security.leaked import LeakedPasswords  # noqa: PLC0415 - only two commands need it
    from ivr.settings import load_settings  # noqa: PLC0415 - reads the environment only when a command runs

    return LeakedPasswords(load_settings().leaked_passwords_file)


def _password(file: Path | None) -> str:
    """Never from the command line: other users of the machine can read that."""
    if file is None:
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise InvalidInput("password-file", "that file cannot be read as text") from None
    return lines[0] if lines else ""


def _show(staff_id: str, secret: bytes, as_json: bool) -> None:
    """The app's secret, which nobody can see again."""
    from core.security.totp import enrolment_uri, readable_secret  # noqa: PLC0415 - only two commands need it

    if as_json:
        secrets = {"staff": staff_id, "totp_secret": readable_secret(secret), "uri": enrolment_uri(secret, staff_id)}
        print(json.dumps(secrets, indent=2))
        return
    print(f"{staff_id} can sign in at /console/. Put this into an authenticator app now; it is not shown again:")
    print(f"  secret  {readable_secret(secret)}")
    print(f"  address {enrolment_uri(secret, staff_id)}")


@staff.command("add")
def add_staff(
    staff_id: StaffId,
    role: Annotated[Role, typer.Option(help="What this person may do; see docs/console.md.")],
    password_file: PasswordFile = None,
    as_json: Json = False,
) -> None:
    """Open an account and print the secret for its authenticator app, once."""
    from core.usecases import staff as accounts  # noqa: PLC0415 - loads the password hash

    password = _password(password_file)
    with _opened() as (storage, clock):
        secret = accounts.add(storage, clock, staff_id, role, password, operator(), _leaked())
    _show(staff_id, secret, as_json)


@staff.command("renew")
def renew_staff(staff_id: StaffId, password_file: PasswordFile = None, as_json: Json = False) -> None:
    """Give an account a new password and a new app secret; its sessions end."""
    from core.usecases import staff as accounts  # noqa: PLC0415 - loads the password hash

    password = _password(password_file)
    with _opened() as (storage, clock):
        secret = accounts.renew(storage, clock, staff_id, password, operator(), _leaked())
    _show(staff_id, secret, as_json)


@staff.command("close")
def close_staff(staff_id: StaffId) -> None:
    """Close an account for good; its sessions end at once."""
    from core.usecases import staff as accounts  # noqa: PLC0415 - loads the password hash

    with _opened() as (storage, clock):
        accounts.close(storage, clock, staff_id, operator())
    print(f"{staff_id} is closed.")


@staff.command("sign-out")
def sign_out_staff(staff_id: StaffId) -> None:
    """End every session of an account at once; the account stays open."""
    from core.usecases import staff as accounts  # noqa: PLC0415 - loads the password hash

    with _opened() as (storage, clock):
        accounts.sign_out_everywhere(storage, clock, staff_id, operator())
    print(f"{staff_id} is signed out everywhere.")


@staff.command("list")
def list_staff(as_json: Json = False) -> None:
    """List accounts: id, role, since when, open or closed."""
    with _opened() as (storage, _), storage.begin() as work:
        everyone = work.staff.everyone()
    if as_json:
        rows = [
            {"staff": who, "role": role, "since": at.isoformat(), "closed": shut} for who, role, at, shut in everyone
        ]
        print(json.dumps(rows, indent=2))
        return
    for who, role, at, shut in everyone:
        print(f"{who:24} {role:14} {at:%Y-%m-%d}  {'closed' if shut else 'open'}")
