"""Paying out: once, after its time, to the borrower's own account, whatever is tried."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from core.errors import Conflict, IdempotencyMismatch, InvalidInput, NotFound, ProviderError
from core.lending.loan import LoanState
from core.storage.store import SqlStorage
from core.usecases import disputes, loans
from core.usecases.funding import Funding
from core.verification.clients import HttpPayeeNames, HttpPayments
from core.verification.model import Payment, PayOrder, Snapshot
from core.verification.permission import Permission
from core.verification.ports import Payments
from core.verification.provider import Provider
from tests.core.decision.builders import US
from tests.core.storage.people import HandClock, opened
from tests.core.usecases.lenders import agreed
from tests.core.usecases.test_disputes import IDS
from tests.ivr.sandbox.serving import FixedClock, sandbox

OWN, OTHERS, NOBODYS = "US77123456", "US77000", "US77001"


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def storage(tmp_path: Path, clock: HandClock) -> SqlStorage:
    store = opened(tmp_path, clock)
    agreed(store, clock)
    clock.forward(hours=48)
    return store


class Lossy:
    """A bank whose first answer is lost on the way back: the order was carried out all the same."""

    def __init__(self, bank: Payments) -> None:
        self._bank, self._lost = bank, False

    async def pay(self, order: PayOrder, permission: Permission) -> Snapshot[Payment]:
        made = await self._bank.pay(order, permission)
        if not self._lost:
            self._lost = True
            raise ProviderError("The bank does not answer: try again.")
        return made


@asynccontextmanager
async def funding(storage: SqlStorage, clock: HandClock, *, lossy: bool = False) -> AsyncIterator[tuple[Funding, str]]:
    async with sandbox() as (url, _), httpx.AsyncClient() as http:

        def at(name: str) -> Provider:
            return Provider(name, url, http, clock=FixedClock(), random=lambda: 0.0)

        bank: Payments = HttpPayments(at("bank"))
        yield Funding(storage, clock, HttpPayeeNames(at("payee register")), Lossy(bank) if lossy else bank), url


async def paid(url: str) -> list[dict[str, str]]:
    async with httpx.AsyncClient() as http:
        found: list[dict[str, str]] = (await http.get(f"{url}/payments")).json()
        return found


def state(storage: SqlStorage) -> LoanState:
    with storage.begin() as work:
        return work.loans.get("case_1").state


async def test_the_agreed_sum_goes_to_the_borrowers_own_account_once(storage: SqlStorage, clock: HandClock) -> None:
    async with funding(storage, clock) as (desk, url):
        made = await desk.pay_out("case_1", OWN, "payer")
        with pytest.raises(Conflict):
            await desk.pay_out("case_1", OWN, "payer")
        (there,) = await paid(url)
    assert (there["amount"], there["payment_id"]) == ("2517.00", made.payment_id)
    assert state(storage) is LoanState.RUNNING
    assert loans.view(storage, clock, "case_1").book.posted(f"out:{made.payment_id}") is not None


@pytest.mark.parametrize("account", [OTHERS, NOBODYS])
async def test_an_account_of_somebody_else_or_of_nobody_gets_nothing(
    storage: SqlStorage, clock: HandClock, account: str
) -> None:
    async with funding(storage, clock) as (desk, url):
        with pytest.raises(Conflict, match="own"):
            await desk.pay_out("case_1", account, "payer")
        assert await paid(url) == []
    assert state(storage) is LoanState.WAITING
    assert storage.prove("3")["row"]["action"] == "loan.payee_refused"


async def test_an_order_to_one_account_is_never_turned_to_another(storage: SqlStorage, clock: HandClock) -> None:
    async with funding(storage, clock, lossy=True) as (desk, url):
        with pytest.raises(ProviderError):
            await desk.pay_out("case_1", OWN, "payer")
        with pytest.raises(IdempotencyMismatch):
            await desk.pay_out("case_1", "US77999999", "payer")
        await desk.pay_out("case_1", OWN, "payer")
        assert len(await paid(url)) == 1
    assert state(storage) is LoanState.RUNNING


async def test_nothing_is_paid_early_or_on_a_disputed_or_left_loan(storage: SqlStorage, clock: HandClock) -> None:
    async with funding(storage, clock) as (desk, url):
        clock.forward(hours=-1)
        with pytest.raises(Conflict, match="change their mind"):
            await desk.pay_out("case_1", OWN, "payer")
        clock.forward(hours=1)
        disputes.open_dispute(
            storage, clock, IDS, US, case_id="case_1", told_in="web", story="Not mine.", opened_by="a.agent"
        )
        with pytest.raises(Conflict):
            await desk.pay_out("case_1", OWN, "payer")
        with pytest.raises(NotFound):
            await desk.pay_out("case_404", OWN, "payer")
        for bad in ("", "us77123456", "US77 1234", "A" * 35, "1;DROP"):
            with pytest.raises(InvalidInput):
                await desk.pay_out("case_1", bad, "payer")
        assert await paid(url) == []
