"""``loanline callbacks``: people who were promised a call."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import InvalidInput
from ivr.commands.keep import opened_storage, operator

if TYPE_CHECKING:
    from core.usecases.calling_hours import BusinessHours

__all__ = ["register"]

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
CallId = Annotated[str, typer.Argument(help="The call in which it was asked for, as list shows it.")]
#: How a call back may end; ``not_reached`` is set by the line after the third try.
_HOW = ("reached", "withdrawn", "wrong_number", "not_reached")

callbacks = typer.Typer(help="People who were promised a call.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.add_typer(callbacks, name="callbacks")


@callbacks.command("list")
def list_waiting(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many, longest due first.")] = 50,
    due_only: Annotated[bool, typer.Option("--due", help="Only those who are to be called now.")] = False,
    as_json: Json = False,
) -> None:
    """List who waits for a call: since when, from when on to call, why, after how many tries. No numbers."""
    from core.usecases.call_back import due, waiting  # noqa: PLC0415
    from ivr.system import SystemClock  # noqa: PLC0415

    with opened_storage() as storage:
        wishes = due(storage, SystemClock(), limit) if due_only else waiting(storage, limit)
    rows = [
        {
            "call_id": wish.call_id,
            "case_id": wish.case_id,
            "phone": wish.phone.masked(),
            "reason": wish.reason,
            "asked_at": wish.asked_at.isoformat(),
            "due_at": wish.due_at.isoformat(),
            "tries": wish.tries,
        }
        for wish in wishes
    ]
    if as_json:
        print(json.dumps(rows))
        return
    for wish, row in zip(wishes, rows, strict=True):
        print(f"{_time(wish.due_at)}  {row['phone']}  {wish.reason}  tried {wish.tries}  {wish.call_id}")


@callbacks.command("call")
def call_command(
    call_id: CallId,
    staff: Annotated[str, typer.Option(help="Your telephone; by default LOANLINE_STAFF_NUMBER.")] = "",
) -> None:
    """Ring your telephone, then connect you with the caller: within business hours, and never at night there.

    The list is put right by what becomes of the call. The line must be running.
    """
    from core.applicant import PhoneNumber  # noqa: PLC0415
    from core.usecases.call_back import begin  # noqa: PLC0415
    from ivr.bootstrap import call_control  # noqa: PLC0415
    from ivr.settings import load_settings  # noqa: PLC0415
    from ivr.system import SystemClock  # noqa: PLC0415

    settings = load_settings()
    person = staff or settings.staff_number
    if not person:
        raise InvalidInput("staff", "give your telephone with --staff, or set LOANLINE_STAFF_NUMBER")
    number, control = PhoneNumber(person), call_control(settings)
    with opened_storage() as storage:
        wish = begin(storage, SystemClock(), _hours(), call_id, operator())
    asyncio.run(control.ring_to_call_back(number, settings.twilio_from_number, wish))
    typer.echo("Your telephone rings; press a key to be connected.", err=True)


@callbacks.command("postpone")
def postpone_command(call_id: CallId) -> None:
    """Nobody answered: try again in an hour, within the hours; the third time is the last."""
    from core.usecases.call_back import postpone  # noqa: PLC0415
    from ivr.system import SystemClock  # noqa: PLC0415

    with opened_storage() as storage:
        changed = postpone(storage, SystemClock(), _hours(), call_id, operator())
        with storage.begin() as work:
            wish = work.call_backs.get(call_id)
    if changed and wish.state == "waiting":
        print(f"{call_id}: call again from {_time(wish.due_at)} on")
    else:
        print(f"{call_id}: {wish.state}")


@callbacks.command("settle")
def settle_command(
    call_id: CallId,
    how: Annotated[str, typer.Option(help=f"{', '.join(_HOW[:-1])} or {_HOW[-1]}.")] = "reached",
) -> None:
    """Take somebody off the list, and say how it ended."""
    from core.usecases.call_back import settle  # noqa: PLC0415
    from ivr.system import SystemClock  # noqa: PLC0415

    if how not in _HOW:
        raise InvalidInput("how", f"use one of {', '.join(_HOW)}")
    with opened_storage() as storage:
        changed = settle(storage, SystemClock(), call_id, how, operator())
    print(f"{call_id}: {how}" if changed else f"{call_id}: was settled before")


def _hours() -> BusinessHours:
    from core.usecases.calling_hours import BusinessHours  # noqa: PLC0415
    from ivr.settings import load_settings  # noqa: PLC0415

    return BusinessHours.parse(load_settings().business_hours)


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}Z"
