"""Facts and applications for the decision tests, plain unless a test says otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from core.applicant import Last4, PersonName, PhoneNumber
from core.application import Application, Channel
from core.catalogue import Employment, Purpose
from core.decision.model import Facts
from core.decision.policy import Policy, packaged_policy, parse_policy
from core.evidence import Answer, Evidence, ReadBack, Source
from core.jurisdiction.library import packaged
from core.money import Money
from core.risk import RiskLevel, RiskReport

US = packaged("US")
POLICY = packaged_policy()
TODAY = date(2026, 12, 1)
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
CLEAR = RiskReport(RiskLevel.NONE, complete=True)


def usd(text: str) -> Money:
    return Money.parse(text, "USD")


def policy_with(old: str, new: str) -> Policy:
    """The packaged policy with one line of it changed."""
    assert old in POLICY.source
    return parse_policy(POLICY.source.replace(old, new, 1))


def facts(**changes: Any) -> Facts:
    plain = Facts(
        jurisdiction="US",
        decided_on=TODAY,
        age=41,
        employment=Employment.FULL_TIME,
        purpose=Purpose.CAR,
        monthly_income=usd("4200.00"),
        monthly_debt=usd("350.00"),
        amount=usd("2500.00"),
        term_months=12,
        owner_verified=True,
        risk_level=RiskLevel.NONE,
        risk_complete=True,
    )
    return replace(plain, **changes)


def said(value: Any, read_back: ReadBack = ReadBack.EXPLICIT, p_error: float | None = 0.01) -> Answer[Any]:
    return Answer(value, (Evidence(Source.SPEECH, NOON, read_back=read_back, p_error=p_error),))


def application(**changes: Any) -> Application:
    plain = Application(
        case_id="case-1",
        channel=Channel.PHONE,
        jurisdiction="us",
        received_at=NOON,
        full_name=said(PersonName("Maria Keller")),
        national_id_last4=said(Last4("4821")),
        date_of_birth=said(date(1985, 3, 12)),
        phone=said(PhoneNumber("+14155550123")),
        monthly_income=said(usd("4200.00")),
        employment=said(Employment.FULL_TIME),
        monthly_debt=said(usd("350.00")),
        amount=said(usd("2500.00")),
        term_months=said(12),
        purpose=said(Purpose.CAR),
        owner_verified=True,
    )
    return replace(plain, **changes)
