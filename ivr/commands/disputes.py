"""``loanline disputes``: people who say that a loan is not theirs, by the clock."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import InvalidInput
from ivr.commands.keep import opened_storage, operator

if TYPE_CHECKING:
    from core.lending.dispute import Dispute

__all__ = ["register"]

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Which = Annotated[str, typer.Argument(help="The dispute, as list shows it.")]

disputes = typer.Typer(help="Loans that somebody says are not theirs.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.add_typer(disputes, name="disputes")


@disputes.command("list")
def list_disputes(
    everything: Annotated[bool, typer.Option("--all", help="Those that are decided as well.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many, first to be answered in front.")] = 50,
    as_json: Json = False,
) -> None:
    """List disputes and their clocks. Status 1: a clock ran out."""
    from core.lending.dispute import DisputeState  # noqa: PLC0415
    from core.usecases.disputes import desk  # noqa: PLC0415
    from ivr.system import SystemClock  # noqa: PLC0415

    now = SystemClock().now()
    with opened_storage() as storage:
        found = desk(storage, None if everything else DisputeState.OPEN, limit)
    rows = [_row(one) | {"late": list(one.late(now))} for one in found]
    if as_json:
        print(json.dumps(rows))
    else:
        for row in rows:
            print(f"{row['state']:9} answer by {row['answer_by'][:10]}  {row['dispute_id']}  {row['case_id']}")
            if row["late"]:
                print(f"    LATE: {', '.join(row['late'])}")
    if any(row["late"] for row in rows):
        raise typer.Exit(1)


@disputes.command("open")
def open_command(
    case: Annotated[str, typer.Argument(help="The case that they say is not theirs.")],
    story: Annotated[str, typer.Option(help="What they say; stored sealed.")],
    told_in: Annotated[str, typer.Option(help="The call's id, or letter, web, visit.")] = "letter",
    as_json: Json = False,
) -> None:
    """Freeze a case and its loan at once, and start the clocks."""
    from core.jurisdiction.library import packaged  # noqa: PLC0415
    from core.usecases.disputes import open_dispute  # noqa: PLC0415
    from ivr.settings import load_settings  # noqa: PLC0415
    from ivr.system import SystemClock, SystemIds  # noqa: PLC0415

    pack = packaged(load_settings().jurisdiction)
    with opened_storage() as storage:
        made = open_dispute(
            storage,
            SystemClock(),
            SystemIds(),
            pack,
            case_id=case,
            told_in=told_in,
            story=story,
            opened_by=operator(),
        )
    _print(_row(made), as_json)


@disputes.command("blocked")
def blocked_command(
    dispute: Which,
    proof: Annotated[str, typer.Option(help="The credit bureau's reference.")],
    as_json: Json = False,
) -> None:
    """Note that the credit bureau blocked the entry."""
    from core.usecases.disputes import blocked  # noqa: PLC0415
    from ivr.system import SystemClock  # noqa: PLC0415

    with opened_storage() as storage:
        made = blocked(storage, SystemClock(), dispute, proof, operator())
    _print(_row(made), as_json)


@disputes.command("decide")
def decide_command(
    dispute: Which,
    verdict: Annotated[str, typer.Option(help="upheld (not their loan) or rejected (it is).")],
    cause: Annotated[str, typer.Option(help="How it came to be; own_loan goes with rejected.")],
    why: Annotated[str, typer.Option(help="In words; stored sealed.")],
    as_json: Json = False,
) -> None:
    """Decide a dispute as the account that runs this command, which must not have been involved."""
    from core.lending.dispute import Cause, Verdict  # noqa: PLC0415
    from core.usecases.disputes import decide  # noqa: PLC0415
    from ivr.system import SystemClock  # noqa: PLC0415

    verdicts, causes = {one.value: one for one in Verdict}, {one.value: one for one in Cause}
    if verdict not in verdicts:
        raise InvalidInput("verdict", f"use one of {', '.join(verdicts)}")
    if cause not in causes:
        raise InvalidInput("cause", f"use one of {', '.join(causes)}")
    with opened_storage() as storage:
        made = decide(storage, SystemClock(), dispute, operator(), verdicts[verdict], causes[cause], why)
    _print(_row(made), as_json)


def _row(one: Dispute) -> dict[str, Any]:
    return {
        "dispute_id": one.dispute_id,
        "case_id": one.case_id,
        "state": one.state.value,
        "told_in": one.told_in,
        "opened_at": one.opened_at.isoformat(),
        "answer_by": one.answer_by.isoformat(),
        "block_by": one.block_by.isoformat() if one.block_by else None,
        "blocked_at": one.blocked_at.isoformat() if one.blocked_at else None,
        "cause": one.cause.value if one.cause else None,
        "decided_by": one.decided_by or None,
    }


def _print(row: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(row))
        return
    for name, value in row.items():
        print(f"{name}: {value}")
