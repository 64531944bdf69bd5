"""Paying a loan out: after the time to change one's mind, once, and only to an account in the borrower's own name.

Nobody chooses the amount or the payee's name here: both come from what was agreed to and from the application.
"""

from __future__ import annotations

import asyncio
import re

from core.applicant import PersonName
from core.errors import Conflict, InvalidInput, NotFound
from core.ports import Clock, Storage
from core.usecases import loans
from core.verification.model import NameMatch, Payment, PaymentState, PayOrder
from core.verification.permission import Permission, Purpose
from core.verification.ports import PayeeNames, Payments

__all__ = ["Funding"]

_ACCOUNT = re.compile(r"[A-Z0-9]{4,34}")


class Funding:
    """``names`` says whose account it is; ``payments`` moves the money."""

    def __init__(self, storage: Storage, clock: Clock, names: PayeeNames, payments: Payments) -> None:
        self._storage, self._clock, self._names, self._payments = storage, clock, names, payments

    async def pay_out(self, case_id: str, account: str, actor: str) -> Payment:
        """Send the agreed sum, less the fees kept back, to ``account``. Asked again it is the same payment.

        Raises ``Conflict`` when the loan may not be paid out now (``core.usecases.loans.require_payable``), when the
        account is not, or not surely, the borrower's own, or when the bank returned the money;
        ``IdempotencyMismatch`` when the pay-out was ordered to another account; ``InvalidInput``, ``NotFound``,
        ``ProviderError`` and ``StorageError``. Where it is not known whether the bank got the order, the same order is
        to be sent again: the bank carries it out once.
        """
        if not _ACCOUNT.fullmatch(account):
            raise InvalidInput("account", "write the account as 4 to 34 capital letters and digits")
        name, permission = await asyncio.to_thread(self._payable, case_id)
        match = (await self._names.match(account, name, permission)).value
        if match is not NameMatch.MATCH:
            await asyncio.to_thread(self._refused, case_id, actor, match)
            raise Conflict("This account is not surely the borrower's own, so nothing was paid; ask for their own one.")
        order = await asyncio.to_thread(self._ordered, case_id, account, actor)
        payment = (await self._payments.pay(order, permission)).value
        if payment.state is not PaymentState.ACCEPTED:
            await asyncio.to_thread(self._returned, case_id, actor, payment)
            raise Conflict("The bank returned the money; a person clears up with the borrower where it may go.")
        await asyncio.to_thread(loans.paid_out, self._storage, self._clock, case_id, payment.payment_id, actor)
        return payment

    def _payable(self, case_id: str) -> tuple[PersonName, Permission]:
        """The borrower's name, and the permission that their yes to the offer gives."""
        with self._storage.begin() as work:
            loans.require_payable(work, self._clock, case_id)
            answer = work.applications.answer(case_id)
            if answer is None or answer.terms is None:
                raise NotFound("This case has no accepted offer, so nothing is to be paid.")
            name = work.applications.get(case_id).application.full_name.value
            return name, Permission(Purpose.PAYMENT, f"{case_id}:acceptance:{answer.at:%Y%m%dT%H%M%SZ}", answer.at)

    def _ordered(self, case_id: str, account: str, actor: str) -> PayOrder:
        """Fix the order before it is sent: from now on this case is paid to this account or not at all."""
        with self._storage.begin() as work:
            terms = loans.require_payable(work, self._clock, case_id).terms
            order = PayOrder(f"{case_id}:pay-out", terms.principal - terms.fees, account, case_id)
            if work.inbox.first_time(order.key, f"{account} {order.amount}", self._clock.now()):
                work.audit.append(actor, "loan.pay_out_ordered", case_id)
            work.commit()
        return order

    def _refused(self, case_id: str, actor: str, match: NameMatch) -> None:
        with self._storage.begin() as work:
            work.audit.append(actor, "loan.payee_refused", case_id, {"answer": match.value})
            work.commit()

    def _returned(self, case_id: str, actor: str, payment: Payment) -> None:
        with self._storage.begin() as work:
            work.audit.append(actor, "loan.returned", case_id, {"ref": payment.payment_id})
            work.commit()
