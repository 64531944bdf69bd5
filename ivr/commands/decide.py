"""``loanline schedule``, ``loanline apr`` and ``loanline decide``: the decision core at the terminal."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from core.decision.application_input import read_application
from core.decision.decide import decide
from core.decision.document import decision_document, schedule_document
from core.decision.facts import facts_of
from core.decision.model import Decision
from core.decision.outlook import what_would_change
from core.decision.policy import packaged_policy
from core.decision.strict_json import MOST_BYTES, read_json
from core.errors import InvalidInput
from core.finance.daycount import DayCount
from core.finance.flow_input import annual_rate, read_date, read_decimal
from core.finance.rounding import rounding_named
from core.finance.schedule import Instalment, Method, Plan, schedule, totals
from core.jurisdiction.library import packaged
from core.money import Money
from core.scoring.library import packaged_scorecard
from ivr.system import SystemClock

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command("schedule")(schedule_command)
    app.command("apr")(apr_command)
    app.command("decide")(decide_command)


def schedule_command(
    principal: Annotated[str, typer.Option(help="Amount lent, such as 5000.00.")],
    rate: Annotated[str, typer.Option(help="Interest in per cent a year, such as 12.5.")],
    months: Annotated[str, typer.Option(help="Whole months.")],
    start: Annotated[str, typer.Option(help="Day the money is paid out, such as 2026-12-01.")],
    method: Annotated[
        str, typer.Option(help="equal_instalment, equal_principal, bullet or interest_only.")
    ] = "equal_instalment",
    first_due: Annotated[str | None, typer.Option(help="First due date; else a month after the start.")] = None,
    day_count: Annotated[str, typer.Option(help="30/360, 30E/360, Act/365F, Act/360 or Act/Act.")] = "30/360",
    rounding: Annotated[str, typer.Option(help="half_up, half_even, half_down, up, down, ceiling, floor.")] = "half_up",
    interest_rounding: Annotated[str | None, typer.Option(help="Rounding of interest, if it differs.")] = None,
    currency: Annotated[str, typer.Option(help="ISO code, such as USD.")] = "USD",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Print the repayment schedule of a loan."""
    amount = read_decimal(principal, "principal")
    try:
        lent = Money.of(amount, currency.upper())
    except InvalidInput as problem:
        field = "currency" if problem.field == "currency" else "principal"
        raise InvalidInput(field, str(problem).partition(": ")[2]) from None
    plan = Plan(
        principal=lent,
        rate=read_decimal(rate, "rate"),
        months=_whole_number(months, "months"),
        method=Method.named(method),
        start=read_date(start, "start"),
        first_due=read_date(first_due, "first_due") if first_due else None,
        day_count=DayCount.named(day_count),
        rounding=rounding_named(rounding),
        interest_rounding=rounding_named(interest_rounding) if interest_rounding else None,
    )
    rows = schedule(plan)
    if as_json:
        print(json.dumps(schedule_document(rows)))
    else:
        _print_schedule(rows)


def apr_command(
    places: Annotated[str | None, typer.Option(help="Decimal places; the regulation's own if left out.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Read cash flows as JSON from standard input and print the annual rate of their regime."""
    digits = None if places is None else _whole_number(places, "places")
    rates = annual_rate(read_json(sys.stdin.read(MOST_BYTES + 1), "flows"), digits)
    if as_json:
        print(json.dumps(rates))
    else:
        for name, rate in rates.items():
            print(f"{name} {rate} %")


def decide_command(
    application: Annotated[Path, typer.Argument(help="An application; see docs/application-format.md.")],
    on: Annotated[str | None, typer.Option(help="Day of the decision; else the day it was received.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Decide one application from a file and print the outcome with its reasons and offers."""
    submission = read_application(_document(application), SystemClock().now())
    pack, policy = packaged(submission.application.jurisdiction), packaged_policy()
    day = read_date(on, "on") if on else submission.application.received_at.date()
    facts = facts_of(submission.application, submission.risk, day, submission.checks)
    decision = decide(facts, pack, policy, packaged_scorecard())
    steps = what_would_change(facts, decision, pack, policy)
    if as_json:
        print(json.dumps(decision_document(decision, steps)))
    else:
        _print_decision(decision, steps)


def _document(path: Path) -> object:
    try:
        with path.open(encoding="utf-8") as file:
            return read_json(file.read(MOST_BYTES + 1), "application")
    except (OSError, UnicodeDecodeError):
        raise InvalidInput("application", "the file cannot be read as UTF-8 text; give a readable JSON file") from None


def _whole_number(text: str, field: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise InvalidInput(field, "give a whole number")
    return int(text)


def _print_decision(decision: Decision, steps: tuple[str, ...]) -> None:
    console = Console(highlight=False)
    console.print(f"[bold]{decision.outcome.value}[/bold]")
    for one in decision.reasons:
        console.print(f"  {one.code}: {one.text}")
    for step in steps:
        console.print(f"  would change it: {step}")
    if decision.offers:
        table = Table()
        for name in ("Amount", "Months", "Rate %", "APR %", "Payment", "Last", "Total"):
            table.add_column(name, justify="right")
        for terms in decision.offers:
            cells = (terms.principal, terms.term_months, terms.rate, terms.apr, terms.payment, terms.last_payment)
            table.add_row(*(str(cell) for cell in cells), str(terms.total))
        console.print(table)
    if decision.score is not None:
        console.print(f"score {decision.score}")
    console.print(f"inputs {decision.inputs_hash[:16]}  policy {decision.versions.policy[:24]}")


def _print_schedule(rows: tuple[Instalment, ...]) -> None:

    table = Table()
    for name in ("No", "Due", "Payment", "Principal", "Interest", "Balance"):
        table.add_column(name, justify="right")
    for row in rows:
        cells = (row.number, row.due, row.payment, row.principal, row.interest, row.balance)
        table.add_row(*(str(cell) for cell in cells))
    payment, principal, interest = totals(rows)
    table.add_section()
    table.add_row("", "", str(payment), str(principal), str(interest), "")
    Console().print(table)
