"""A person who never lived, her call, her application and a clock: what the tests of this room store."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from core.applicant import Last4, PersonName, PhoneNumber
from core.application import Application, Channel, Consent, Status
from core.catalogue import Employment, Purpose
from core.decision.model import Decision, Instalment, Outcome, Reason, Terms, Versions
from core.events import JournalEntry, TranscriptLine
from core.evidence import Answer, Evidence, HeardWord, ReadBack, Source
from core.lending.dispute import Dispute
from core.lending.loan import Loan, LoanState
from core.money import Money
from core.risk import RiskLevel, RiskReport, Signal
from core.storage.opening import open_storage
from core.storage.store import SqlStorage

NAME = "Zebulon Quattlebaum"
PHONE = PhoneNumber("+14155550199")
LAST4 = "7391"
WORDS = "seven three nine one and my dog is called Marmaduke"
#: Anything of the person that must never be found in a file.
CANARIES = (b"Zebulon", b"Quattlebaum", b"zebulon", b"4155550199", b"7391", b"Marmaduke", b"1985-03-12", b"2517.00")
START = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


#: Every store that ``opened`` gave out in this test.
OPEN: list[SqlStorage] = []
#: The database addresses of a folder whose store is on a server.
ELSEWHERE: dict[Path, dict[str, str]] = {}


class HandClock:
    """Time that moves by hand."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def forward(self, **much: float) -> None:
        self.at += timedelta(**much)


def opened(folder: Path, clock: HandClock | None = None, passphrase: str | None = None, **more: Any) -> SqlStorage:
    """A store in ``folder``; the fixture in ``conftest.py`` closes what a test leaves open."""
    more = ELSEWHERE.get(folder, {}) | more
    storage = open_storage(folder / "data", folder / "keyring.json", passphrase, clock or HandClock(), **more)
    OPEN.append(storage)
    return storage


def heard(text: str = WORDS) -> Evidence:
    return Evidence(
        Source.SPEECH, START, "CA1", "amount.ask", 1200, 2400, text, (HeardWord("seven", 1200, 1400, 0.93),), 0.91,
        None, ("eleven",), ReadBack.EXPLICIT,
    )  # fmt: skip


def answer(value: Any) -> Answer[Any]:
    return Answer(value, (heard(),))


def usd(text: str) -> Money:
    return Money.parse(text, "USD")


def application(case_id: str = "case_1", call_id: str | None = "CA1", **changes: Any) -> Application:
    fields: dict[str, Any] = {
        "case_id": case_id,
        "channel": Channel.PHONE,
        "jurisdiction": "us",
        "received_at": START,
        "full_name": answer(PersonName(NAME)),
        "national_id_last4": answer(Last4(LAST4)),
        "date_of_birth": answer(date(1985, 3, 12)),
        "phone": answer(PHONE),
        "monthly_income": answer(usd("4200.00")),
        "employment": answer(Employment.FULL_TIME),
        "monthly_debt": answer(usd("350.00")),
        "amount": answer(usd("2517.00")),
        "term_months": answer(12),
        "purpose": answer(Purpose.CAR),
        "owner_verified": True,
        "consents": (Consent("recording", True, "consent.ask", "ab12", START),),
        "call_id": call_id,
    }
    return Application(**(fields | changes))


def terms(payment: str = "224.19") -> Terms:
    row = Instalment(1, date(2026, 12, 2), usd(payment), usd("200.00"), usd("24.19"), usd("2317.00"))
    rate = Decimal("12.50")
    return Terms(
        usd("2517.00"), rate, Decimal("12.9"), "us_app_j", 12, "equal_instalment", START.date(), usd("0.00"), (row,)
    )


def decision(outcome: Outcome = Outcome.APPROVE) -> Decision:
    offers = (terms(), terms("119.87")) if outcome is Outcome.APPROVE else ()
    reason = Reason("affordable", "The instalment fits the income.", "You can afford this.")
    return Decision(outcome, (reason,), offers, 712, Versions("policy-1", "card-1", "us-1", "code-1"), "ab" * 32)


def risk(level: RiskLevel = RiskLevel.NONE, complete: bool = True) -> RiskReport:
    return RiskReport(
        level, complete, (Signal("pitch_jitter", True, "ordinary", 0.012, "ratio", -0.7),), (), "v1", 60_000
    )


def loan(case_id: str = "case_1", state: LoanState = LoanState.WAITING) -> Loan:
    return Loan(case_id, state, START, START + timedelta(hours=48), terms())


def dispute(case_id: str = "case_1") -> Dispute:
    return Dispute(
        f"dispute_{case_id}", case_id, "letter", "a.agent", START, "Zebulon Quattlebaum never called.",
        START + timedelta(days=30), START + timedelta(days=4), Status.ACCEPTED, LoanState.WAITING,
    )  # fmt: skip


def store_call(storage: SqlStorage, case_id: str = "case_1", call_id: str = "CA1", close: bool = True) -> None:
    """One whole call: consent, three seconds of both sides, what was said, what was learnt."""
    with storage.begin() as work:
        work.records.open_call(call_id, case_id, START, recording=False)
        work.records.allow_recording(call_id)
        work.journal.append(
            case_id, JournalEntry("slot_confirmed", START, call_id, {"slot": "full_name", "value": NAME})
        )
        work.journal.append(case_id, JournalEntry("slot_confirmed", START, call_id, {"slot": "id", "value": LAST4}))
        work.journal.bind_phone(case_id, PHONE)
        for second in range(3):
            work.records.append_audio(call_id, "caller", second * 1000, bytes([second + 1]) * 8000)
            work.records.append_audio(call_id, "line", second * 1000, bytes([second + 101]) * 8000)
            work.records.append_line(
                call_id, TranscriptLine("caller", second * 1000, second * 1000 + 900, WORDS, "final")
            )
        work.commit()
    if close:
        with storage.begin() as work:
            work.records.close_call(call_id, "accepted", START)
            work.commit()
