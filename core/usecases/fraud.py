"""What became of a case, said by people: labels, written terms about voices, random checks of what nothing flagged."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.decision.keeping import number_record
from core.errors import InvalidInput, NotFound, Shredded
from core.fraud import FraudLabel, Label, VoiceScope
from core.ports import Clock, Storage, StoredApplication, UnitOfWork
from core.risk import RiskLevel, RiskReport
from core.storage.store import SqlStorage

__all__ = ["SOURCES", "Reported", "agree", "label", "labelled", "reported", "to_audit", "withdraw"]

#: Who may say what became of a case. What is made up is ``simulated``, and evaluation refuses it.
SOURCES = ("review", "dispute", "audit", "default", "simulated")


@dataclass(frozen=True, slots=True)
class Reported:
    """One decided case with its risk report: after the call where that was looked at again, else from the call.
    ``carrier`` serves the applicant's number, ``language`` is that of the call; empty where nobody said."""

    case_id: str
    at: datetime
    jurisdiction: str
    language: str
    carrier: str
    report: RiskReport
    label: FraudLabel | None


def label(storage: Storage, clock: Clock, case_id: str, said: Label, source: str, typology: str, actor: str) -> None:
    """Keep what became of a case, with its row in the audit log. Raises ``NotFound`` and ``InvalidInput``."""
    if source not in SOURCES:
        raise InvalidInput("source", f"use one of {', '.join(SOURCES)}")
    with storage.begin() as work:
        work.applications.get(case_id)
        work.fraud_labels.add(FraudLabel(case_id, said, source, typology, actor, clock.now()))
        work.audit.append(actor, "fraud.labelled", case_id, {"label": said.value, "source": source})
        work.commit()


def agree(storage: Storage, clock: Clock, case_id: str, scope: VoiceScope, document: str, actor: str) -> None:
    """Keep that the person of this case signed ``document``. Raises ``NotFound``."""
    with storage.begin() as work:
        work.voice_terms.agree(case_id, scope, document, clock.now())
        work.audit.append(actor, "voice.agreed", case_id, {"scope": scope.value, "document": document})
        work.commit()


def withdraw(storage: SqlStorage, clock: Clock, case_id: str, scope: VoiceScope, actor: str) -> None:
    """The person takes it back; their voices that were kept under it are deleted, and then the keys of them, so that no
    backup of the data brings them back. Where the second step failed, withdrawing again does it, and says as well that
    nothing stood any more. Raises ``NotFound`` and ``StorageError``."""
    voices: Sequence[str] = ()
    with storage.begin() as work:
        stood = work.voice_terms.withdraw(case_id, scope, clock.now())
        if scope is VoiceScope.BIOMETRIC:
            voices = work.traces.forget_voices(case_id)
        if stood:
            work.audit.append(actor, "voice.withdrawn", case_id, {"scope": scope.value})
        work.commit()
    if voices:
        with storage.alone():
            storage.upkeep.destroy_voices(voices)
    if not stood:
        raise NotFound("Nothing of this kind stands for the person of this case.")


def reported(storage: Storage, limit: int = 10_000) -> list[Reported]:
    """Decided cases, newest first; what was destroyed is left out."""
    found = []
    with storage.begin() as work:
        labels = {one.case_id: one for one in work.fraud_labels.standing()}
        for case_id in work.receipts.cases(limit):
            try:
                stored = work.applications.get(case_id)
            except Shredded:
                continue
            report = _latest(work, stored)
            one = stored.application
            number = number_record(work.receipts.of(case_id)) or {}
            found.append(
                Reported(
                    case_id,
                    one.received_at,
                    one.jurisdiction,
                    one.language,
                    number.get("carrier") or "",
                    report,
                    labels.get(case_id),
                )
            )
    return found


def _latest(work: UnitOfWork, stored: StoredApplication) -> RiskReport:
    """The later look goes with the call's record; the report of the call stays with the application."""
    call = stored.application.call_id
    try:
        later = None if call is None else work.deep_checks.of(call)
    except Shredded:
        later = None
    return stored.risk if later is None or later.report is None else later.report


def labelled(cases: list[Reported]) -> list[Reported]:
    return [one for one in cases if one.label is not None]


def to_audit(cases: list[Reported], share: float, seed: str) -> list[str]:
    """A random share of the cases that nothing flagged and nobody labelled: without them nobody would ever know what
    the rules miss. The same seed gives the same cases."""
    if not 0 < share <= 1:
        raise InvalidInput("share", "give a share above 0 and up to 1")
    quiet = [one.case_id for one in cases if one.report.level < RiskLevel.STEP_UP and one.label is None]
    return [case for case in quiet if _draw(case, seed) < share]


def _draw(case_id: str, seed: str) -> float:
    return int.from_bytes(hashlib.sha256(f"{seed}\x1f{case_id}".encode()).digest()[:8], "big") / 2**64
