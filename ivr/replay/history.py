"""What happened before a fixture call: earlier calls of the same house, written into its store as the line would.

Only for houses that live in a folder of their own; a server in service is never given a past.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import numpy as np

from antifraud.repeats import fingerprint
from core.applicant import Last4, PersonName, PhoneNumber
from core.application import Application, Channel
from core.catalogue import Employment
from core.codec import to_plain
from core.decision.policy import packaged_policy
from core.events import JournalEntry
from core.evidence import Answer, Evidence, ReadBack, Source
from core.fraud import LinkKind, TraceKind, link_values
from core.jurisdiction.library import packaged
from core.lending.loan import LoanState
from core.lending.owing import TERMS
from core.money import Money
from core.ports import Clock, Storage, UnitOfWork
from core.risk import RiskLevel, RiskReport
from core.usecases.decisions import Rulebook
from core.usecases.intake import submit
from core.usecases.offer import accept
from ivr.replay.manifest import Borrowed, CallFixture, Earlier
from speech.audio import Samples

__all__ = ["write_history"]

T = TypeVar("T")
#: The pack of the line that fixtures ring.
_JURISDICTION = "us"
_PAUSE = np.zeros(12_000, dtype=np.int16)


def write_history(storage: Storage, clock: Clock, fixture: CallFixture, load: Callable[[Path], Samples]) -> None:
    """Write the fixture's earlier calls, oldest first. Raises ``StorageError``."""
    for number, earlier in enumerate(sorted(fixture.history, key=lambda one: -one.hours_ago), start=1):
        at = clock.now() - timedelta(hours=earlier.hours_ago)
        call_id, case_id = f"CAearlier{number}", f"case_earlier_{number}"
        with storage.begin() as work:
            work.records.open_call(call_id, case_id, at, recording=True)
            work.links.note(case_id, _known_by(earlier), at)
            if earlier.played:
                clips = [piece for name in earlier.played for piece in (load(fixture.file(name)), _PAUSE)]
                work.traces.keep(call_id, TraceKind.SOUND, fingerprint(np.concatenate(clips)).pack(), at)
            if earlier.answers:
                _answered(work, earlier, call_id, case_id, at)
            work.records.close_call(call_id, "dropped" if earlier.unfinished else "accepted", at)
            for who in earlier.looked_at_by:
                work.audit.append(who, "case.viewed", case_id, {"purpose": "service"})
            work.commit()
        if earlier.loan is not None:
            _lent(storage, earlier, earlier.loan, call_id, case_id, at)


def _answered(work: UnitOfWork, earlier: Earlier, call_id: str, case_id: str, at: datetime) -> None:
    """What the journal holds of an application, decided or not, as far as a later call reads it."""
    heard = to_plain(Evidence(Source.KEYS, at, call_id=call_id))
    slots = {"full_name": earlier.name, "national_id_last4": earlier.last4, "phone": earlier.number}
    slots |= {"date_of_birth": earlier.born.isoformat(), **earlier.answers}
    for name, value in slots.items():
        entry = {"name": name, "value": value, "evidence": heard}
        work.journal.append(case_id, JournalEntry("slot", at, call_id, entry))
    work.journal.bind_phone(case_id, PhoneNumber(earlier.number))
    if not earlier.unfinished:
        work.journal.append(case_id, JournalEntry("submitted", at, call_id, {"outcome": "approve"}))
        work.journal.finish(case_id, "accepted", at)


def _lent(storage: Storage, earlier: Earlier, loan: Borrowed, call_id: str, case_id: str, at: datetime) -> None:
    """Decided by the rules in force without asking anybody outside, accepted, and paid back since. Raises ``Conflict``
    or ``InvalidInput`` for a loan that these rules would not give."""
    pack, clock = packaged(_JURISDICTION), _Then(at)
    heard = Evidence(Source.KEYS, at, call_id=call_id, read_back=ReadBack.EXPLICIT)
    said = earlier.answers

    def answer(value: T) -> Answer[T]:
        return Answer(value, (heard,))

    application = Application(
        case_id=case_id,
        channel=Channel.PHONE,
        jurisdiction=pack.jurisdiction,
        received_at=at,
        full_name=answer(PersonName(earlier.name)),
        national_id_last4=answer(Last4(earlier.last4)),
        date_of_birth=answer(earlier.born),
        phone=answer(PhoneNumber(earlier.number)),
        monthly_income=answer(Money.parse(said["monthly_income"], pack.currency)),
        employment=answer(Employment(said["employment"])),
        monthly_debt=answer(Money.parse(said["monthly_debt"], pack.currency)),
        amount=answer(Money.parse(loan.amount, pack.currency)),
        term_months=answer(loan.term_months),
        purpose=answer(loan.purpose),
        owner_verified=True,
        call_id=call_id,
    )
    rules = Rulebook(pack, packaged_policy())
    submit(storage, clock, application, RiskReport(RiskLevel.NONE, complete=True), rules.decider(clock))
    accept(storage, clock, pack, case_id, 0, heard)
    with storage.begin() as work:
        work.owed_texts.paid(case_id, TERMS)
        for state in (LoanState.RUNNING, LoanState.REPAID):
            work.loans.set_state(case_id, state)
        work.commit()


class _Then:
    """The clock of an earlier call."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

    def monotonic(self) -> float:
        return 0.0


def _known_by(earlier: Earlier) -> dict[LinkKind, str]:
    return link_values(PersonName(earlier.name), earlier.born, Last4(earlier.last4), PhoneNumber(earlier.number))
