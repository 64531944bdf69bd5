"""The ports over HTTP. An answer of another shape than agreed is an error, never a guess."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from core.applicant import PersonName, PhoneNumber
from core.errors import InvalidInput, ProviderError
from core.money import Money
from core.verification.model import (
    CreditFile,
    CreditLine,
    FileStatus,
    NameMatch,
    Payment,
    PaymentState,
    PayOrder,
    PhoneRecord,
    Snapshot,
    Subject,
    WorkRecord,
)
from core.verification.permission import Permission, Purpose
from core.verification.provider import Provider

__all__ = [
    "HttpCreditBureau",
    "HttpNegativeList",
    "HttpPayeeNames",
    "HttpPayments",
    "HttpPhoneOwners",
    "HttpWorkRegister",
    "list_key",
]

T = TypeVar("T")
_CREDIT = (Purpose.CREDIT_APPLICATION,)
_OWNER = (Purpose.CREDIT_APPLICATION, Purpose.FRAUD_PREVENTION)


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= 100_000:
        raise ValueError
    return value


def _flag(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueError
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 200:
        raise ValueError
    return value


async def _ask(
    provider: Provider,
    path: str,
    question: Mapping[str, Any],
    permission: Permission,
    read: Callable[[dict[str, Any]], T],
) -> Snapshot[T]:
    answer, body = await provider.ask(path, question, permission)
    try:
        value = read(answer)
    except (KeyError, TypeError, ValueError, AttributeError, InvalidInput):
        raise ProviderError(f"The {provider.name} answered in another shape than agreed: report it to them.") from None
    now = provider.clock.now()
    return Snapshot.of(value, body, provider=provider.name, consent_id=permission.consent_id, fetched_at=now)


def _person(who: Subject) -> dict[str, str]:
    return {
        "full_name": who.full_name.value,
        "date_of_birth": who.date_of_birth.isoformat(),
        "national_id_last4": who.national_id_last4.value,
    }


class HttpCreditBureau:
    """``core.verification.ports.CreditBureau`` at ``POST /bureau/reports``."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    async def report(self, who: Subject, permission: Permission) -> Snapshot[CreditFile]:
        permission.require(*_CREDIT)
        return await _ask(self._provider, "/bureau/reports", _person(who), permission, _credit_file)


def _credit_file(answer: dict[str, Any]) -> CreditFile:
    currency = Money.zero(answer["currency"]).currency
    return CreditFile(
        report_id=_text(answer["report_id"]),
        status=FileStatus(answer["status"]),
        as_of=date.fromisoformat(answer["as_of"]),
        lines=tuple(_credit_line(line, currency) for line in answer["lines"]),
        inquiries_6m=_whole(answer["inquiries_6m"]),
        alerts=tuple(_text(alert) for alert in answer["alerts"]),
        currency=currency,
    )


def _credit_line(line: dict[str, Any], currency: str) -> CreditLine:
    return CreditLine(
        kind=_text(line["kind"]),
        opened=date.fromisoformat(line["opened"]),
        limit=Money.parse(line["limit"], currency),
        balance=Money.parse(line["balance"], currency),
        monthly_payment=Money.parse(line["monthly_payment"], currency),
        worst_days_late_24m=_whole(line["worst_days_late_24m"]),
        disputed=_flag(line["disputed"]),
    )


class HttpWorkRegister:
    """``core.verification.ports.WorkRegister`` at ``POST /employment``."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    async def work(self, who: Subject, permission: Permission) -> Snapshot[WorkRecord]:
        permission.require(*_CREDIT)
        return await _ask(self._provider, "/employment", _person(who), permission, _work_record)


def _work_record(answer: dict[str, Any]) -> WorkRecord:
    if not _flag(answer["known"]):
        return WorkRecord(known=False)
    wage = Money.parse(answer["monthly_wage"], _text(answer["currency"]))
    return WorkRecord(True, _whole(answer["months_contributed"]), wage)


class HttpPhoneOwners:
    """``core.verification.ports.PhoneOwners`` at ``POST /phone-ownership``."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    async def owner(self, phone: PhoneNumber, name: PersonName, permission: Permission) -> Snapshot[PhoneRecord]:
        permission.require(*_OWNER)
        question = {"phone": phone.value, "full_name": name.value}
        return await _ask(self._provider, "/phone-ownership", question, permission, _phone_record)


def _phone_record(answer: dict[str, Any]) -> PhoneRecord:
    if not _flag(answer["known"]):
        return PhoneRecord(known=False)
    return PhoneRecord(
        known=True,
        owner_match=_flag(answer["owner_match"]),
        line_type=_text(answer["line_type"]),
        days_since_port=_whole(answer["days_since_port"]),
        forwarded=_flag(answer["forwarded"]),
        carrier=_text(answer["carrier"]) if answer.get("carrier") is not None else None,
    )


class HttpPayeeNames:
    """``core.verification.ports.PayeeNames`` at ``POST /payee-name``."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    async def match(self, account: str, name: PersonName, permission: Permission) -> Snapshot[NameMatch]:
        permission.require(Purpose.PAYMENT)
        question = {"account": account, "full_name": name.value}
        return await _ask(
            self._provider, "/payee-name", question, permission, lambda answer: NameMatch(answer["result"])
        )


class HttpPayments:
    """``core.verification.ports.Payments`` at ``POST /payments``."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    async def pay(self, order: PayOrder, permission: Permission) -> Snapshot[Payment]:
        permission.require(Purpose.PAYMENT)
        question = {
            "idempotency_key": order.key,
            "amount": str(order.amount),
            "currency": order.amount.currency,
            "account": order.account,
            "reference": order.reference,
        }

        def read(answer: dict[str, Any]) -> Payment:
            return Payment(_text(answer["payment_id"]), PaymentState(answer["status"]))

        return await _ask(self._provider, "/payments", question, permission, read)


def list_key(secret: bytes, value: str) -> str:
    """What stands for a number or an account on the shared list: HMAC-SHA256 under the members' common secret, since
    a plain hash of a telephone number can be tried out."""
    return hmac.new(secret, value.encode(), hashlib.sha256).hexdigest()


class HttpNegativeList:
    """``core.verification.ports.NegativeList`` at ``POST /negative-list``. ``secret`` is the members' common secret."""

    def __init__(self, provider: Provider, secret: bytes) -> None:
        self._provider = provider
        self._secret = secret

    async def listed(self, values: Sequence[str], permission: Permission) -> Snapshot[tuple[bool, ...]]:
        permission.require(*_OWNER)
        keys = [list_key(self._secret, value) for value in values]

        def read(answer: dict[str, Any]) -> tuple[bool, ...]:
            hits = {_text(key) for key in answer["listed"]}
            if not hits <= set(keys):
                raise ValueError
            return tuple(key in hits for key in keys)

        return await _ask(self._provider, "/negative-list", {"keys": keys}, permission, read)
