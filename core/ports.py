"""What the core and the line need from outside, as protocols. Adapters are joined in ``ivr.bootstrap`` only.

Storage calls are synchronous and quick; an event loop runs them in a thread.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from core.access import ApiKey, ApiKeys, StaffAccount, StaffAccounts, StaffSession
from core.applicant import PhoneNumber
from core.application import Application, Status
from core.decision.keeping import Applicants, Receipts, Reviews
from core.decision.model import Decision, Terms
from core.events import JournalEntry, TranscriptLine
from core.evidence import Evidence
from core.fraud import FraudUnit
from core.lending.keeping import LendingUnit
from core.privacy import ConsentLedger, Corrections
from core.risk import RiskReport

__all__ = [
    "ApiKey",
    "ApiKeys",
    "Applications",
    "AuditLog",
    "CallBack",
    "CallBacks",
    "CallJournal",
    "CallRecords",
    "Clock",
    "Ids",
    "Inbox",
    "OfferAnswer",
    "OneTimeCodes",
    "OpenCase",
    "SmsSender",
    "StaffAccount",
    "StaffAccounts",
    "StaffSession",
    "Storage",
    "StoredApplication",
    "StoredCall",
    "UnitOfWork",
]


class Clock(Protocol):
    def now(self) -> datetime:
        """The time in UTC, aware."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards, for latencies and deadlines."""
        ...


class Ids(Protocol):
    def new(self, prefix: str) -> str:
        """A fresh, unguessable, sortable-by-nothing identifier such as ``case_5f…``."""
        ...

    def digits(self, count: int) -> str:
        """Random decimal digits from a cryptographic source."""
        ...

    def token(self) -> str:
        """A fresh URL-safe secret of at least 128 bits."""
        ...


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A case that a dropped call left behind."""

    case_id: str
    last_call_id: str
    entries: tuple[JournalEntry, ...]


class CallJournal(Protocol):
    """What each case has established so far; every entry is encrypted and bound to its row."""

    def append(self, case_id: str, entry: JournalEntry) -> int:
        """Store one entry; returns its sequence number in the case. Raises ``StorageError``."""
        ...

    def read(self, case_id: str, kinds: Collection[str] = ()) -> list[JournalEntry]:
        """All entries in order, or those of ``kinds`` alone. Raises ``Shredded`` when one of them was destroyed."""
        ...

    def left(self, case_id: str) -> list[JournalEntry | None]:
        """All entries in order, with ``None`` for each that was destroyed."""
        ...

    def bind_phone(self, case_id: str, phone: PhoneNumber) -> None:
        """Make the case findable by number, through a blind index only."""
        ...

    def find_open(self, phone: PhoneNumber, since: datetime) -> OpenCase | None:
        """The newest unfinished case of this number, or ``None``."""
        ...

    def find_decided(self, phone: PhoneNumber, since: datetime) -> OpenCase | None:
        """The newest case of this number that was decided and is finished, or ``None``."""
        ...

    def finish(self, case_id: str, how: str, at: datetime) -> None:
        """The case will not be resumed any more."""
        ...


@dataclass(frozen=True, slots=True)
class StoredCall:
    """A decrypted call record. Audio is 8 kHz mu-law, one byte a sample, from the stream's start."""

    call_id: str
    case_id: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    lines: tuple[TranscriptLine, ...]
    journal: tuple[JournalEntry, ...]
    caller_audio: bytes
    line_audio: bytes
    complete: bool


class CallRecords(Protocol):
    """Both sides' audio and the transcript, sealed as they come with a key of the call's own."""

    def open_call(self, call_id: str, case_id: str, at: datetime, recording: bool) -> None: ...

    def append_audio(self, call_id: str, track: str, start_ms: int, mulaw: bytes) -> None:
        """Seal one segment of ``track`` (``caller`` or ``line``). Refused unless recording was agreed to."""
        ...

    def case_of(self, call_id: str) -> str | None:
        """The case of a call whose record is still open; ``None`` for any other call."""
        ...

    def allow_recording(self, call_id: str) -> None: ...

    def append_line(self, call_id: str, line: TranscriptLine) -> None: ...

    def close_call(self, call_id: str, outcome: str, at: datetime) -> None:
        """Exactly once has an effect; later calls with the same id change nothing."""
        ...

    def read(self, call_id: str) -> StoredCall:
        """Raises ``NotFound``, ``Shredded``, ``Tampered`` or ``WrongKey``."""
        ...

    def list_calls(self, limit: int = 50) -> Sequence[tuple[str, datetime, str | None]]:
        """(call id, start, outcome), newest first, without personal data."""
        ...


class AuditLog(Protocol):
    def append(
        self, actor: str, action: str, subject: str, detail: dict[str, Any] | None = None, note: str | None = None
    ) -> int:
        """Add a row in the current transaction; returns its number.

        ``subject`` is an id; ``detail`` holds ids, codes and numbers, no prose and no personal data. Free text, which
        may hold personal data, goes into ``note``: it is sealed under the subject's key (the subject must then be a
        call or a case), and the row keeps a salted commitment to it.
        """
        ...


class Inbox(Protocol):
    """Webhooks and commands that may come twice."""

    def first_time(self, key: str, fingerprint: str, at: datetime) -> bool:
        """True once per key. Raises ``IdempotencyMismatch`` when the key returns with another fingerprint."""
        ...


@dataclass(frozen=True, slots=True)
class StoredApplication:
    application: Application
    status: Status
    decision: Decision
    risk: RiskReport


@dataclass(frozen=True, slots=True)
class OfferAnswer:
    """The borrower's answer to the offers: the exact terms said yes to (``None`` when all were refused) and its
    hearing."""

    offer_index: int | None
    terms: Terms | None
    evidence: Evidence
    at: datetime


class Applications(Protocol):
    def add(self, application: Application, decision: Decision, risk: RiskReport, status: Status) -> None:
        """Raises ``Conflict`` when the case or the call already has an application."""
        ...

    def get(self, case_id: str) -> StoredApplication:
        """Raises ``NotFound``."""
        ...

    def of_call(self, call_id: str) -> str | None:
        """The case whose application came in this call, if there is one."""
        ...

    def set_status(self, case_id: str, status: Status) -> None:
        """Raises ``IllegalTransition``."""
        ...

    def thaw(self, case_id: str, held: Status) -> None:
        """Out of ``frozen``, see ``core.application.thawed``. Raises ``IllegalTransition`` when it is not frozen."""
        ...

    def settle(self, case_id: str, decision: Decision, status: Status) -> None:
        """A person's decision takes the place of the first one. Raises ``NotFound`` and ``IllegalTransition``."""
        ...

    def in_status(self, status: Status, limit: int = 50) -> Sequence[str]:
        """The cases of this status, longest waiting first."""
        ...

    def keep_answer(self, case_id: str, answer: OfferAnswer) -> None:
        """Raises ``Conflict`` when the case has one already."""
        ...

    def answer(self, case_id: str) -> OfferAnswer | None: ...


class OneTimeCodes(Protocol):
    """Stored hashed; five tries, five minutes, bound to what it approves."""

    def store(self, case_id: str, purpose: str, code: str, binding: str, at: datetime) -> None:
        """Replaces the earlier code of this purpose. Raises ``Conflict`` after five codes in a day."""
        ...

    def check(self, case_id: str, purpose: str, code: str, binding: str, at: datetime) -> str:
        """``ok``, ``wrong``, ``expired`` or ``exhausted``. A code that was right cannot be used again."""
        ...


@dataclass(frozen=True, slots=True)
class CallBack:
    """Somebody who is to be called: when at the earliest (``due_at``), why (a static name), and after how many tries.

    ``state`` is ``waiting`` or how it was settled, such as ``reached``.
    """

    call_id: str
    case_id: str
    phone: PhoneNumber
    reason: str
    asked_at: datetime
    due_at: datetime
    tries: int = 0
    state: str = "waiting"


class CallBacks(Protocol):
    """People to call back; the number is stored encrypted."""

    def add(self, wish: CallBack) -> CallBack:
        """Keep one wish a call; returns the one that stands, which is the first."""
        ...

    def get(self, call_id: str) -> CallBack:
        """Raises ``NotFound`` or ``Shredded``."""
        ...

    def due(self, at: datetime | None, limit: int = 50) -> list[CallBack]:
        """Those that wait and are due at ``at`` (``None``: all that wait), longest due first."""
        ...

    def postpone(self, call_id: str, due_at: datetime) -> bool:
        """Count one try. False when nothing waits under this call."""
        ...

    def settle(self, call_id: str, how: str, at: datetime) -> bool:
        """False when nothing waits under this call."""
        ...


class UnitOfWork(FraudUnit, LendingUnit, Protocol):
    """One transaction. Leaving the block without ``commit()`` stores nothing."""

    journal: CallJournal
    records: CallRecords
    applications: Applications
    audit: AuditLog
    call_backs: CallBacks
    inbox: Inbox
    codes: OneTimeCodes
    staff: StaffAccounts
    receipts: Receipts
    reviews: Reviews
    api_keys: ApiKeys
    applicants: Applicants
    consents: ConsentLedger
    corrections: Corrections

    def commit(self) -> None:
        """Raises ``StorageError`` when nothing could be stored."""
        ...


class Storage(Protocol):
    def begin(self) -> AbstractContextManager[UnitOfWork]: ...

    def health(self) -> None:
        """Raises ``StorageError`` when the store cannot be written."""
        ...


class SmsSender(Protocol):
    async def send(self, to: PhoneNumber, text: str) -> str:
        """Hand one message to the provider; returns its id. Raises ``ProviderError``."""
        ...
