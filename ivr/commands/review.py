"""``loanline review``: cases that wait for a person."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from core.errors import InvalidInput
from ivr.commands.keep import opened_storage, operator

__all__ = ["register"]

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

review = typer.Typer(help="Cases that wait for a person.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.add_typer(review, name="review")


@review.command("list")
def list_waiting(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many, longest waiting first.")] = 50,
    as_json: Json = False,
) -> None:
    """List the cases in review: since when, how much, why, and who said yes already."""
    from core.usecases.review import queue  # noqa: PLC0415

    with opened_storage() as storage:
        waiting = queue(storage, limit)
    rows = [
        {
            "case_id": one.case_id,
            "since": one.since.isoformat(),
            "amount": str(one.amount),
            "currency": one.amount.currency,
            "reasons": [{"code": each.code, "text": each.text} for each in one.reasons],
            "approved_by": list(one.approved_by),
        }
        for one in waiting
    ]
    if as_json:
        print(json.dumps(rows))
        return
    for one in waiting:
        print(f"{one.since:%Y-%m-%d %H:%M}Z  {one.amount} {one.amount.currency}  {one.case_id}")
        for each in one.reasons:
            print(f"    {each.code}: {each.text}")
        if one.approved_by:
            print(f"    said yes: {', '.join(one.approved_by)}; a second person is awaited")


@review.command("say")
def say_command(
    case: Annotated[str, typer.Argument(help="The case, as list shows it.")],
    verdict: Annotated[str, typer.Option(help="approve, decline or incomplete.")],
    why: Annotated[str, typer.Option(help="In words; stored sealed.")],
    code: Annotated[list[str] | None, typer.Option(help="A reason for the borrower; a decline needs 1 to 4.")] = None,
    as_json: Json = False,
) -> None:
    """Say yes or no to a case as the account that runs this command. Large sums need a second person."""
    from core.decision.policy import packaged_policy  # noqa: PLC0415
    from core.jurisdiction.library import packaged  # noqa: PLC0415
    from core.scoring.library import packaged_challenger, packaged_scorecard  # noqa: PLC0415
    from core.usecases.decisions import Rulebook  # noqa: PLC0415
    from core.usecases.review import Verdict, say  # noqa: PLC0415
    from ivr.settings import load_settings  # noqa: PLC0415
    from ivr.system import SystemClock  # noqa: PLC0415

    known = {one.value: one for one in Verdict}
    if verdict not in known:
        raise InvalidInput("verdict", f"use one of {', '.join(known)}")
    pack = packaged(load_settings().jurisdiction)
    rules = Rulebook(pack, packaged_policy(), packaged_scorecard(), packaged_challenger())
    with opened_storage() as storage:
        made = say(storage, SystemClock(), rules, case, operator(), known[verdict], why, codes=tuple(code or ()))
    if as_json:
        print(json.dumps({"case_id": case, "status": made.status.value, "settled": made.settled}))
    else:
        print(f"{case}: {made.status.value}" + ("" if made.settled else "; a second person is awaited"))
