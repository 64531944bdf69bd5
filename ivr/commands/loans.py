"""``loanline loans``: what was lent, what is due, what was paid. No name is shown."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import InvalidInput
from ivr.commands.keep import opened_storage, operator

if TYPE_CHECKING:
    from core.usecases.loans import LoanView

__all__ = ["register"]

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Case = Annotated[str, typer.Argument(help="The case, as list shows it.")]
Ref = Annotated[str, typer.Option(help="The bank's reference; the same one twice is booked once.")]

loans = typer.Typer(help="Loans and their books.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.add_typer(loans, name="loans")


@loans.command("list")
def list_loans(
    state: Annotated[list[str] | None, typer.Option(help="Only these states, such as running or frozen.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many, newest first.")] = 50,
    as_json: Json = False,
) -> None:
    """List loans: state, what is owed, what is due, how late."""
    from core.lending.loan import LoanState  # noqa: PLC0415
    from core.usecases.loans import desk  # noqa: PLC0415
    from ivr.system import SystemClock  # noqa: PLC0415

    known = {one.value: one for one in LoanState}
    if not set(state or ()) <= set(known):
        raise InvalidInput("state", f"use some of {', '.join(known)}")
    with opened_storage() as storage:
        rows = [_row(one) for one in desk(storage, SystemClock(), *(known[name] for name in state or ()), limit=limit)]
    if as_json:
        print(json.dumps(rows))
        return
    for row in rows:
        late = f"{row['days_late']} days late" if row["days_late"] else ""
        print(f"{row['state']:10} owed {row['owed']:>10}  due {row['due_now']:>9}  {row['case_id']}  {late}")


@loans.command("show")
def show_loan(case: Case, as_json: Json = False) -> None:
    """Show one loan: how it stands, its schedule and its book. The look is an audit row."""
    from core.codec import to_plain  # noqa: PLC0415
    from core.usecases.loans import view  # noqa: PLC0415
    from core.usecases.looks import Purpose, case_viewed  # noqa: PLC0415
    from ivr.system import SystemClock  # noqa: PLC0415

    with opened_storage() as storage:
        case_viewed(storage, operator(), case, Purpose.SERVICE)
        one = view(storage, SystemClock(), case)
    document = {**_row(one), "schedule": to_plain(one.standing.rows), "book": to_plain(one.book.postings)}
    print(json.dumps(document, indent=None if as_json else 1))


@loans.command("due")
def due_command(as_json: Json = False) -> None:
    """Book every instalment that fell due; run it once a day."""
    from core.usecases.loans import book_due  # noqa: PLC0415
    from ivr.system import SystemClock  # noqa: PLC0415

    with opened_storage() as storage:
        booked = book_due(storage, SystemClock(), operator())
    print(json.dumps({"booked": booked}) if as_json else f"{booked} instalments fell due")


@loans.command("pay")
def pay_command(
    case: Case,
    amount: Annotated[str, typer.Option(help="What came in, such as 222.01.")],
    ref: Ref,
    as_json: Json = False,
) -> None:
    """Book a payment from the borrower."""
    from core.money import Money  # noqa: PLC0415
    from core.usecases.loans import take_payment, view  # noqa: PLC0415
    from ivr.system import SystemClock  # noqa: PLC0415

    with opened_storage() as storage:
        currency = view(storage, SystemClock(), case).loan.terms.principal.currency
        take_payment(storage, SystemClock(), case, Money.parse(amount, currency), ref, operator())
        _print(_row(view(storage, SystemClock(), case)), as_json)


@loans.command("bounce")
def bounce_command(case: Case, ref: Ref, as_json: Json = False) -> None:
    """Book that a payment came back; ``--ref`` is the one it was booked under."""
    from core.usecases.loans import bounced, view  # noqa: PLC0415
    from ivr.system import SystemClock  # noqa: PLC0415

    with opened_storage() as storage:
        bounced(storage, SystemClock(), case, ref, operator())
        _print(_row(view(storage, SystemClock(), case)), as_json)


@loans.command("refund")
def refund_command(case: Case, ref: Ref, as_json: Json = False) -> None:
    """Book that what was paid on a cancelled loan went back."""
    from core.usecases.loans import refunded, view  # noqa: PLC0415
    from ivr.system import SystemClock  # noqa: PLC0415

    with opened_storage() as storage:
        refunded(storage, SystemClock(), case, ref, operator())
        _print(_row(view(storage, SystemClock(), case)), as_json)


@loans.command("withdraw")
def withdraw_command(case: Case, as_json: Json = False) -> None:
    """The borrower changed their mind before the pay-out: free."""
    from core.usecases.loans import view, withdraw  # noqa: PLC0415
    from ivr.system import SystemClock  # noqa: PLC0415

    with opened_storage() as storage:
        withdraw(storage, SystemClock(), case, operator())
        _print(_row(view(storage, SystemClock(), case)), as_json)


@loans.command("pay-out")
def pay_out_command(case: Case, as_json: Json = False) -> None:
    """Pay a loan out to the account on standard input, once the time to change one's mind is over.

    The account must be in the borrower's own name; the sum is the agreed one.
    """
    import asyncio  # noqa: PLC0415

    import httpx  # noqa: PLC0415

    from core.errors import EnvironmentProblem  # noqa: PLC0415
    from core.usecases.loans import view  # noqa: PLC0415
    from ivr.outside import funding  # noqa: PLC0415
    from ivr.settings import load_settings  # noqa: PLC0415
    from ivr.system import SystemClock  # noqa: PLC0415

    url = load_settings().checks_url
    if not url:
        raise EnvironmentProblem("Set LOANLINE_CHECKS_URL to where payee names and payments are served.")
    account = sys.stdin.readline().strip()

    async def pay() -> None:
        async with httpx.AsyncClient() as http:
            await funding(url, http, storage, SystemClock()).pay_out(case, account, operator())

    with opened_storage() as storage:
        asyncio.run(pay())
        _print(_row(view(storage, SystemClock(), case)), as_json)


def _row(one: LoanView) -> dict[str, Any]:
    stands = one.standing
    return {
        "case_id": one.loan.case_id,
        "state": one.loan.state.value,
        "opened_at": one.loan.opened_at.isoformat(),
        "free_until": one.loan.free_until.isoformat(),
        "principal": str(one.loan.terms.principal),
        "currency": one.loan.terms.principal.currency,
        "owed": str(stands.owed),
        "due_now": str(stands.due_now),
        "credit": str(stands.credit),
        "paid": str(stands.paid),
        "days_late": stands.days_late,
        "next_due": stands.next_due.due.isoformat() if stands.next_due else None,
    }


def _print(row: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(row))
        return
    for name, value in row.items():
        print(f"{name}: {value}")
