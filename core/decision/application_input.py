"""Read an application from a document (JSON values), as ``docs/application-format.md`` describes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from core.applicant import Last4, PersonName, PhoneNumber
from core.application import Application, Channel, Consent
from core.catalogue import Employment, Purpose
from core.codec import from_plain
from core.decision.checks import NO_CHECKS, Checks
from core.errors import InvalidInput
from core.evidence import Answer, Evidence, ReadBack, Source
from core.finance.flow_input import read_date
from core.money import Money
from core.risk import RiskLevel, RiskReport

__all__ = ["Submission", "read_application"]

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

_OPTIONAL = {
    "case_id",
    "channel",
    "received_at",
    "currency",
    "owner_verified",
    "unconfirmed",
    "consents",
    "call_id",
    "risk",
    "checks",
    "evidence",
}
_ANSWERS = (
    "full_name",
    "national_id_last4",
    "date_of_birth",
    "phone",
    "monthly_income",
    "employment",
    "monthly_debt",
    "amount",
    "term_months",
    "purpose",
)
_LEVELS = {level.name.lower(): level for level in RiskLevel}


@dataclass(frozen=True, slots=True)
class Submission:
    """An application as it was handed in, with the risk report and the answered checks that came with it."""

    application: Application
    risk: RiskReport
    checks: Checks = NO_CHECKS


def read_application(document: object, now: datetime) -> Submission:
    """Read one document; ``now`` stands in for a missing ``received_at``.

    A written answer counts as confirmed unless ``unconfirmed`` names it. Without ``risk`` the checks count as not
    finished, and without ``owner_verified`` the owner as not verified. Raises ``InvalidInput`` naming the field.
    """
    if not isinstance(document, Mapping):
        raise InvalidInput("application", "give one JSON object")
    unknown = sorted(str(key)[:40] for key in set(document) - _OPTIONAL - {*_ANSWERS, "jurisdiction"})
    if unknown:
        raise InvalidInput(unknown[0], "unknown field; remove it")
    for name in ("jurisdiction", *_ANSWERS):
        if document.get(name) is None:
            raise InvalidInput(name, "it is missing; add it")
    received = _moment(document, now)
    unconfirmed = _names(document.get("unconfirmed", []))
    currency = _text(document.get("currency", "USD"), "currency")

    def answer(name: str, read: Callable[[object, str], T]) -> Answer[T]:
        how = ReadBack.NONE if name in unconfirmed else ReadBack.KEYED
        return Answer(read(document[name], name), (Evidence(Source.API, received, read_back=how),))

    def money(value: object, name: str) -> Money:
        try:
            return Money.parse(_text(value, name), currency)
        except InvalidInput as problem:
            field = "currency" if problem.field == "currency" else name
            raise InvalidInput(field, str(problem).partition(": ")[2]) from None

    application = Application(
        case_id=_text(document.get("case_id", "case"), "case_id"),
        channel=_choice(Channel)(document.get("channel", "api"), "channel"),
        jurisdiction=_text(document["jurisdiction"], "jurisdiction").upper(),
        received_at=received,
        full_name=answer("full_name", lambda value, name: PersonName(_text(value, name))),
        national_id_last4=answer("national_id_last4", lambda value, name: Last4(_text(value, name))),
        date_of_birth=answer("date_of_birth", read_date),
        phone=answer("phone", lambda value, name: PhoneNumber(_text(value, name))),
        monthly_income=answer("monthly_income", money),
        employment=answer("employment", _choice(Employment)),
        monthly_debt=answer("monthly_debt", money),
        amount=answer("amount", money),
        term_months=answer("term_months", _whole),
        purpose=answer("purpose", _choice(Purpose)),
        owner_verified=_flag(document.get("owner_verified", False), "owner_verified"),
        consents=from_plain(tuple[Consent, ...], document.get("consents", []), "consents"),
        call_id=_text(document["call_id"], "call_id") if document.get("call_id") is not None else None,
    )
    checks = from_plain(Checks, document["checks"], "checks") if "checks" in document else NO_CHECKS
    return Submission(application, _risk(document.get("risk")), checks)


def _risk(value: object) -> RiskReport:
    if value is None:
        return RiskReport(RiskLevel.NONE, complete=False)
    if not isinstance(value, Mapping) or set(value) - {"level", "complete", "reasons"}:
        raise InvalidInput("risk", "give an object with level and complete")
    level = value.get("level")
    if not isinstance(level, str) or level not in _LEVELS:
        raise InvalidInput("risk.level", f"use one of {', '.join(_LEVELS)}")
    reasons = value.get("reasons", [])
    if not isinstance(reasons, list) or len(reasons) > 20:
        raise InvalidInput("risk.reasons", "give a list of at most twenty codes")
    codes = tuple(_text(one, "risk.reasons") for one in reasons)
    return RiskReport(_LEVELS[level], complete=_flag(value.get("complete", False), "risk.complete"), reasons=codes)


def _moment(document: Mapping[str, Any], now: datetime) -> datetime:
    value = document.get("received_at")
    if value is None:
        return now
    try:
        moment = datetime.fromisoformat(_text(value, "received_at"))
    except ValueError:
        raise InvalidInput("received_at", "write it as a time, such as 2026-12-01T10:00:00+00:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _names(value: object) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(name, str) and name in _ANSWERS for name in value):
        raise InvalidInput("unconfirmed", f"give a list of answers among {', '.join(_ANSWERS)}")
    return frozenset(value)


def _text(value: object, name: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 200:
        raise InvalidInput(name, "write it as a string of 1 to 200 characters")
    return value


def _flag(value: object, name: str) -> bool:
    if not isinstance(value, bool):
        raise InvalidInput(name, "write true or false")
    return value


def _whole(value: object, name: str) -> int:
    if type(value) is not int:
        raise InvalidInput(name, "give a whole number")
    return value


def _choice(kind: type[E]) -> Callable[[object, str], E]:
    def read(value: object, name: str) -> E:
        for member in kind:
            if value == member.value:
                return member
        raise InvalidInput(name, f"use one of {', '.join(kind)}")

    return read
