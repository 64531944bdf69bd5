"""Consents on their way into the ledger, and back out: what was agreed to is entered once, what is taken back ends."""

from __future__ import annotations

from collections.abc import Sequence

from core.application import Application
from core.codec import from_plain
from core.errors import Conflict
from core.events import JournalEntry
from core.evidence import Evidence
from core.ports import Clock, Storage, UnitOfWork
from core.privacy import ConsentRecord, How, standing

__all__ = ["WITHDRAWAL", "enter_application", "enter_heard", "ledger_with", "withdraw"]

#: The text id of an entry by which somebody took a consent back.
WITHDRAWAL = "withdrawal"


def enter_heard(work: UnitOfWork, case_id: str, entry: JournalEntry) -> None:
    """A journal entry of kind ``consent``, in the same transaction as the journal's. Raises ``InvalidInput``."""
    said, hearing = entry.data, entry.data.get("evidence")
    work.consents.enter(
        case_id,
        ConsentRecord(
            scope=said["scope"],
            granted=bool(said["granted"]),
            text_id=said["text_id"],
            text_hash=said["text_hash"],
            at=entry.at,
            how=How.CALL,
            call_id=entry.call_id,
            evidence=from_plain(Evidence, hearing, "evidence") if hearing is not None else None,
        ),
    )


def enter_application(work: UnitOfWork, application: Application) -> int:
    """The consents that came with an application in writing; those of a call are in the ledger already. Returns how
    many were new to it: one that was taken back since does not come back with the application it came with."""
    known = {
        (record.scope, record.granted, record.text_id, record.text_hash)
        for record in work.consents.of(application.case_id)
    }
    new = 0
    for each in application.consents:
        if (each.scope, each.granted, each.text_id, each.text_hash) not in known:
            how = How.API if application.call_id is None else How.CALL  # of a call that began another case
            record = ConsentRecord(each.scope, each.granted, each.text_id, each.text_hash, each.at, how)
            work.consents.enter(application.case_id, record)
            new += 1
    return new


def ledger_with(storage: Storage, application: Application) -> Sequence[ConsentRecord]:
    """The ledger of this application's case, oldest first, once all that came with the application is in it: what is
    asked of the outside rests on nothing else. Raises ``InvalidInput``, ``Tampered``, ``WrongKey``,
    ``StorageError``."""
    with storage.begin() as work:
        if enter_application(work, application):
            work.commit()
    with storage.begin() as work:
        return work.consents.of(application.case_id)


def withdraw(storage: Storage, clock: Clock, case_id: str, scope: str, operator: str) -> None:
    """The person takes a consent back: from now on nothing new may rest on it. Raises ``Conflict`` when none stands."""
    with storage.begin() as work:
        if not standing(work.consents.of(case_id), scope):
            raise Conflict("No consent of this kind stands in this case; loanline privacy consents shows them.")
        work.consents.enter(case_id, ConsentRecord(scope, False, WITHDRAWAL, "", clock.now(), How.STAFF))
        work.audit.append(operator, "consent.withdrawn", case_id, {"scope": scope})
        work.commit()
