"""``loanline schedule``, ``loanline apr`` and ``loanline decide``: the decision core at the terminal."""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from core.errors import InvalidInput
from core.finance.daycount import DayCount
from core.finance.flow_input import annual_rate, read_date, read_decimal
from core.finance.rounding import rounding_named
from core.finance.schedule import Instalment, Method, Plan, schedule, totals
from core.money import Money

__all__ = ["register"]

_MOST_BYTES = 5_000_000


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command("schedule")(schedule_command)
    app.command("apr")(apr_command)


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
    rates = annual_rate(read_json(sys.stdin.read(_MOST_BYTES + 1), "flows"), digits)
    if as_json:
        print(json.dumps(rates))
    else:
        for name, rate in rates.items():
            print(f"{name} {rate} %")


def schedule_document(rows: tuple[Instalment, ...]) -> dict[str, Any]:
    """The JSON shape of a schedule: rows and totals, amounts as decimal strings."""
    payment, principal, interest = totals(rows)
    return {
        "rows": [
            {
                "number": row.number,
                "due": row.due.isoformat(),
                "payment": str(row.payment),
                "principal": str(row.principal),
                "interest": str(row.interest),
                "balance": str(row.balance),
            }
            for row in rows
        ],
        "totals": {"payment": str(payment), "principal": str(principal), "interest": str(interest)},
    }


def read_json(text: str, field: str) -> object:
    """Parse one JSON document with exact numbers; NaN and infinities are refused. Raises ``InvalidInput``."""
    if len(text) > _MOST_BYTES:
        raise InvalidInput(field, "the document is too large; give at most 5 MB")
    try:
        return json.loads(text, parse_float=Decimal, parse_int=_bounded_int, parse_constant=_no_constant)
    except InvalidInput:
        raise
    except (ValueError, RecursionError):
        raise InvalidInput(field, "this is not valid JSON; give one JSON document") from None


def _bounded_int(digits: str) -> int:
    if len(digits) > 30:
        raise InvalidInput("number", "a number has more than thirty digits; shorten it")
    return int(digits)


def _no_constant(name: str) -> object:
    raise InvalidInput("number", f"{name} is not a number; give a finite one")


def _whole_number(text: str, field: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise InvalidInput(field, "give a whole number")
    return int(text)


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
