"""A loan's book: append-only postings in double entry, every figure from the loan's one ``Terms``.

Each posting's entries sum to zero, so the book always balances; nothing is ever changed, a mistake is posted back.
Payments go to the oldest instalment first, in it to the interest first; what is left over waits as the borrower's
credit and is used when the next instalment falls due. No interest is added to interest, and no fee is ever added.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from core.decision.model import Instalment, Terms
from core.errors import Conflict, InvalidInput
from core.money import Money

__all__ = ["Account", "Entry", "Kind", "Ledger", "Posting"]


class Account(StrEnum):
    """A positive balance is what the lender has or is owed; a negative one what it owes or has earned."""

    CASH = "cash"
    PRINCIPAL = "principal"
    """Lent and not due yet."""
    PRINCIPAL_DUE = "principal_due"
    INTEREST_DUE = "interest_due"
    CREDIT = "credit"
    """Paid by the borrower and not used yet, or to be paid back: the lender owes it."""
    INTEREST_EARNED = "interest_earned"
    FEES_EARNED = "fees_earned"
    LOSS = "loss"


class Kind(StrEnum):
    DISBURSED = "disbursed"
    DUE = "due"
    PAID = "paid"
    BOUNCED = "bounced"
    """A payment that came back."""
    CANCELLED = "cancelled"
    """The loan was nobody's: what is owed is the lender's loss, what was paid is owed back."""
    REFUNDED = "refunded"


_MONEY_IN = frozenset({Kind.PAID, Kind.BOUNCED})


@dataclass(frozen=True, slots=True)
class Entry:
    account: Account
    change: Money


@dataclass(frozen=True, slots=True)
class Posting:
    """``ref`` is the posting's identity in its loan: the same event never posts twice. ``day`` is the day it counts
    from, ``at`` when it was written. Raises ``InvalidInput`` unless the entries sum to zero."""

    number: int
    kind: Kind
    ref: str
    day: date
    at: datetime
    entries: tuple[Entry, ...]

    def __post_init__(self) -> None:
        if len({entry.change.currency for entry in self.entries}) != 1:
            raise InvalidInput("entries", "post in one currency")
        if sum(entry.change.minor for entry in self.entries) != 0:
            raise InvalidInput("entries", "debit as much as you credit")

    def change(self, account: Account) -> Money:
        """What this posting does to one account."""
        currency = self.entries[0].change.currency
        return Money(sum(one.change.minor for one in self.entries if one.account is account), currency)


@dataclass(frozen=True, slots=True)
class Ledger:
    """The book of one loan. The verbs answer with the next postings and change nothing."""

    terms: Terms
    postings: tuple[Posting, ...] = ()

    def with_posted(self, more: Iterable[Posting]) -> Ledger:
        return Ledger(self.terms, (*self.postings, *more))

    def posted(self, ref: str) -> Posting | None:
        return next((posting for posting in self.postings if posting.ref == ref), None)

    def balance(self, account: Account) -> Money:
        return sum((posting.change(account) for posting in self.postings), self.zero)

    @property
    def zero(self) -> Money:
        return Money.zero(self.terms.principal.currency)

    @property
    def credit(self) -> Money:
        """The borrower's money that is not used yet."""
        return -self.balance(Account.CREDIT)

    @property
    def due_now(self) -> Money:
        """What has fallen due and is not paid."""
        return self.balance(Account.PRINCIPAL_DUE) + self.balance(Account.INTEREST_DUE)

    @property
    def paid(self) -> Money:
        """What the borrower paid and did not come back."""
        return sum((one.change(Account.CASH) for one in self.postings if one.kind in _MONEY_IN), self.zero)

    @property
    def owed(self) -> Money:
        """What is due and the principal that is not due yet, less the borrower's credit."""
        return self.due_now + self.balance(Account.PRINCIPAL) - self.credit

    @property
    def still_to_pay(self) -> Money:
        """All payments that are left by the schedule, less what was paid ahead."""
        later = self.terms.instalments[len(self.fallen_due) :] if self.running else ()
        return self.due_now + sum((row.payment for row in later), self.zero) - self.credit

    @property
    def disbursed(self) -> bool:
        return any(posting.kind is Kind.DISBURSED for posting in self.postings)

    @property
    def cancelled(self) -> bool:
        return any(posting.kind is Kind.CANCELLED for posting in self.postings)

    @property
    def running(self) -> bool:
        return self.disbursed and not self.cancelled

    @property
    def fallen_due(self) -> tuple[Instalment, ...]:
        """The instalments that were booked as due, in order."""
        return self.terms.instalments[: len(self.due_days)]

    @property
    def due_days(self) -> tuple[date, ...]:
        """From which day each of them may be claimed."""
        return tuple(posting.day for posting in self.postings if posting.kind is Kind.DUE)

    def settled(self, less: Money | None = None) -> list[tuple[Money, Money]]:
        """(interest, principal) paid of each instalment that fell due; as if ``less`` had not been paid."""
        left = sum((row.payment for row in self.fallen_due), self.zero) - self.due_now - (less or self.zero)
        rows = []
        for row in self.fallen_due:
            interest = min(left, row.interest)
            principal = min(left - interest, row.principal)
            left = left - interest - principal
            rows.append((interest, principal))
        return rows

    def disburse(self, ref: str, day: date, at: datetime) -> tuple[Posting, ...]:
        """The pay-out: the principal less the fees kept back. Raises ``Conflict`` for a second one."""
        if self.disbursed:
            raise Conflict("This loan was paid out before; look at its book.")
        lent, fees = self.terms.principal, self.terms.fees
        changes = {Account.PRINCIPAL: lent, Account.CASH: fees - lent, Account.FEES_EARNED: -fees}
        return (self._draft(Kind.DISBURSED, ref, day, at, changes),)

    def fall_due(self, today: date, at: datetime, not_before: date | None = None) -> tuple[Posting, ...]:
        """Every instalment due by ``today`` and not booked yet, with the credit it uses. Nothing before the pay-out
        or after a cancellation. What came due while the loan was frozen is due ``not_before`` it was taken up again.
        """
        made: list[Posting] = []
        for row in self.terms.instalments[len(self.fallen_due) :] if self.running else ():
            if row.due > today:
                break
            book = self.with_posted(made)
            used = min(book.credit, row.payment)
            interest = min(used, row.interest)
            changes = {
                Account.PRINCIPAL: -row.principal,
                Account.PRINCIPAL_DUE: row.principal - (used - interest),
                Account.INTEREST_EARNED: -row.interest,
                Account.INTEREST_DUE: row.interest - interest,
                Account.CREDIT: used,
            }
            day = max(row.due, not_before or row.due)
            made.append(book._draft(Kind.DUE, f"due:{row.number}", day, at, changes))
        return tuple(made)

    def pay(self, amount: Money, ref: str, day: date, at: datetime) -> tuple[Posting, ...]:
        """A payment from the borrower. Raises ``Conflict`` when nothing is owed, ``InvalidInput`` for no money or for
        more than is still to be paid: that is not the lender's to keep."""
        if not self.running:
            raise Conflict("Nothing is owed on this loan; send the money back.")
        if amount.minor <= 0:
            raise InvalidInput("amount", "take a payment of more than zero")
        if amount > self.still_to_pay:
            raise InvalidInput("amount", "take at most what is still to be paid; send the rest back")
        used = min(amount, self.due_now)
        changes = {Account.CASH: amount, Account.CREDIT: used - amount, **self._moved(-used)}
        return (self._draft(Kind.PAID, ref, day, at, changes),)

    def bounce(self, paid_ref: str, day: date, at: datetime) -> tuple[Posting, ...]:
        """The payment ``paid_ref`` came back: credit goes first, then what was settled last is due again.
        Raises ``Conflict`` when there is no such payment or it came back before."""
        paid, ref = self.posted(paid_ref), f"back:{paid_ref}"
        if paid is None or paid.kind is not Kind.PAID:
            raise Conflict("There is no such payment in this book; look at its postings.")
        if self.posted(ref) is not None:
            raise Conflict("This payment came back before; it is posted.")
        amount = paid.change(Account.CASH)
        from_credit = amount if self.cancelled else min(amount, self.credit)
        changes = {Account.CASH: -amount, Account.CREDIT: from_credit, **self._moved(amount - from_credit)}
        return (self._draft(Kind.BOUNCED, ref, day, at, changes),)

    def cancel(self, ref: str, day: date, at: datetime) -> tuple[Posting, ...]:
        """The loan was nobody's: all that is owed becomes the lender's loss, all that was paid is owed back.
        Raises ``Conflict`` unless it runs."""
        if not self.running:
            raise Conflict("This loan was not paid out, or was cancelled before; look at its book.")
        owed = (Account.PRINCIPAL, Account.PRINCIPAL_DUE, Account.INTEREST_DUE)
        changes = {account: -self.balance(account) for account in owed}
        changes[Account.CREDIT] = self.credit - self.paid
        changes[Account.LOSS] = -sum(changes.values(), self.zero)
        return (self._draft(Kind.CANCELLED, ref, day, at, changes),)

    def refund(self, ref: str, day: date, at: datetime) -> tuple[Posting, ...]:
        """Pay back what a cancellation left. Raises ``Conflict`` when there is nothing."""
        if not self.cancelled or self.credit.minor <= 0:
            raise Conflict("There is nothing to pay back on this loan; look at its book.")
        changes = {Account.CREDIT: self.credit, Account.CASH: -self.credit}
        return (self._draft(Kind.REFUNDED, ref, day, at, changes),)

    def _moved(self, by: Money) -> dict[Account, Money]:
        """What is due when it grows by ``by``, or shrinks where that is negative, spread over its two accounts."""
        before, after = self.settled(), self.settled(less=by)
        interest = sum((was[0] - now[0] for was, now in zip(before, after, strict=True)), self.zero)
        return {Account.INTEREST_DUE: interest, Account.PRINCIPAL_DUE: by - interest}

    def _draft(self, kind: Kind, ref: str, day: date, at: datetime, changes: Mapping[Account, Money]) -> Posting:
        entries = tuple(Entry(account, change) for account, change in changes.items() if change)
        nothing = (Entry(Account.CASH, self.zero),)
        return Posting(len(self.postings) + 1, kind, ref, day, at, entries or nothing)
