"""Ask the outside about an applicant: credit bureau, social security, the phone's carrier, the shared fraud list.

All at once, within one deadline, and only while the applicant's consent to a credit report stands in the ledger. What
comes late or broken is noted as failed: the decision then brings in a person, and nothing is approved.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from core.application import Application
from core.codec import to_plain
from core.decision.checks import NO_CHECKS, Checks, FileKind, ReportFacts, State
from core.errors import LoanlineError
from core.money import Money
from core.ports import Clock
from core.privacy import ConsentRecord, standing
from core.verification.model import CreditFile, CreditLine, PhoneRecord, Snapshot, Subject, WorkRecord
from core.verification.permission import Permission, Purpose
from core.verification.ports import CreditBureau, NegativeList, PhoneOwners, WorkRegister

__all__ = ["CREDIT_REPORT", "NOTHING_ASKED", "TAKEN_BACK", "Verified", "Verifier"]

T = TypeVar("T")

#: The scope of the consent without which nobody is asked (15 USC 1681b(a)(2); the pack's consent rule of this name).
CREDIT_REPORT = "credit_report"
#: A report dated longer ago than this is too old to lend on.
OLDEST_REPORT = timedelta(days=30)
#: A number that moved to another card or carrier less than so many days ago may be a stolen one.
FRESH_PORT_DAYS = 7

_REVOLVING = {"card", "credit_line"}
_HOMES = {"mortgage", "home_equity"}


@dataclass(frozen=True, slots=True)
class Verified:
    """``checks`` go into the facts. ``evidence`` are the answers as they came, JSON-ready, with provider, consent,
    time and the SHA-256 of the bytes; ``checks.evidence`` names the same hashes."""

    checks: Checks
    evidence: tuple[dict[str, Any], ...]


NOTHING_ASKED = Verified(NO_CHECKS, ())


def _closed(state: State) -> Checks:
    return Checks(report_state=state, work_state=state, phone_state=state, list_state=state)


#: What stands in the place of answers when the consent was refused or taken back, and when nobody gave it.
TAKEN_BACK, _NEVER_GIVEN = _closed(State.REFUSED), _closed(State.NO_CONSENT)


class Verifier:
    """``seconds`` is the time for everything together."""

    def __init__(
        self,
        bureau: CreditBureau,
        work: WorkRegister,
        phones: PhoneOwners,
        listed: NegativeList,
        clock: Clock,
        seconds: float = 2.0,
    ) -> None:
        self._bureau, self._work, self._phones, self._list = bureau, work, phones, listed
        self._clock = clock
        self._seconds = seconds

    async def ask(self, application: Application, ledger: Sequence[ConsentRecord]) -> Verified:
        """``ledger`` are the consents of the case as they stand now, oldest first; what the application says of
        consents counts for nothing. Never raises for a provider's failure. Without a standing consent nothing is sent.
        """
        said = [record for record in ledger if record.scope == CREDIT_REPORT]
        if not standing(ledger, CREDIT_REPORT):
            return Verified(TAKEN_BACK if said else _NEVER_GIVEN, ())
        consent = said[-1]
        consent_id = f"{application.case_id}:{CREDIT_REPORT}:{consent.at:%Y%m%dT%H%M%SZ}"
        credit = Permission.from_consent(consent, consent_id, Purpose.CREDIT_APPLICATION, CREDIT_REPORT)
        fraud = Permission.from_consent(consent, consent_id, Purpose.FRAUD_PREVENTION, CREDIT_REPORT)
        who = Subject(application.full_name.value, application.date_of_birth.value, application.national_id_last4.value)
        phone, name = application.phone.value, application.full_name.value
        report, work, owner, listed = await asyncio.gather(
            self._in_time(self._bureau.report(who, credit)),
            self._in_time(self._work.work(who, credit)),
            self._in_time(self._phones.owner(phone, name, fraud)),
            self._in_time(self._list.listed([phone.value], fraud)),
        )
        file = self._report_facts(report, application.amount.value.currency) if report else None
        answered = [one for one in (report, work, owner, listed) if one is not None]
        checks = Checks(
            report_state=State.ANSWERED if file else State.FAILED,
            report=file,
            work_state=_state(work),
            monthly_wage=_wage(work, application.monthly_income.value.currency),
            phone_state=_state(owner),
            phone_doubt=owner is not None and _doubtful(owner.value),
            list_state=_state(listed),
            listed=listed is not None and any(listed.value),
            evidence=tuple(f"{one.provider}:{one.sha256}" for one in answered),
        )
        return Verified(checks, tuple(_kept(one) for one in answered))

    async def _in_time(self, question: Awaitable[Snapshot[T]]) -> Snapshot[T] | None:
        try:
            async with asyncio.timeout(self._seconds):
                return await question
        except (TimeoutError, LoanlineError):
            return None

    def _report_facts(self, snapshot: Snapshot[CreditFile], currency: str) -> ReportFacts | None:
        """``None`` for a report in another currency: its sums cannot be held against the loan."""
        file = snapshot.value
        if file.currency != currency:
            return None
        age = self._clock.now().date() - file.as_of
        late = [_late(line) for line in file.undisputed]
        revolving = [line for line in file.lines if line.kind in _REVOLVING]
        return ReportFacts(
            kind=FileKind(file.status.value),
            old=not timedelta(0) <= age <= OLDEST_REPORT,
            alert=bool(file.alerts),
            monthly_payments=file.monthly_payments,
            revolving_balance=_sum([line.balance for line in revolving], currency),
            revolving_limit=_sum([line.limit for line in revolving], currency),
            open_lines=len(file.lines),
            home_loans=sum(line.kind in _HOMES for line in file.lines),
            late_30=late.count(30),
            late_60=late.count(60),
            late_90=late.count(90),
        )


def _late(line: CreditLine) -> int:
    """The class of a line's worst delay: 0, 30, 60 or 90 days."""
    return next((days for days in (90, 60, 30) if line.worst_days_late_24m >= days), 0)


def _sum(amounts: list[Money], currency: str) -> Money:
    return Money(sum(amount.minor for amount in amounts), currency)


def _state(snapshot: Snapshot[Any] | None) -> State:
    return State.FAILED if snapshot is None else State.ANSWERED


def _wage(snapshot: Snapshot[WorkRecord] | None, currency: str) -> Money | None:
    wage = snapshot.value.monthly_wage if snapshot is not None else None
    return wage if wage is not None and wage.currency == currency else None


def _doubtful(record: PhoneRecord) -> bool:
    moved = record.days_since_port is not None and record.days_since_port < FRESH_PORT_DAYS
    return record.known and (record.owner_match is False or moved or record.forwarded is True)


def _kept(snapshot: Snapshot[Any]) -> dict[str, Any]:
    return {
        "provider": snapshot.provider,
        "consent_id": snapshot.consent_id,
        "fetched_at": to_plain(snapshot.fetched_at),
        "sha256": snapshot.sha256,
        "value": to_plain(snapshot.value),
    }
