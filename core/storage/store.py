"""The store: units of work over the data database, the key store beside it, and the audit heads outside of both."""

from __future__ import annotations

import hmac
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, select, update

from core.decision.keeping import Applicants, Receipts, Reviews
from core.errors import InvalidInput, StorageError
from core.fraud import DeepChecks, FraudLabels, Links, Traces, VoiceTerms
from core.lending.keeping import Disputes, Loans
from core.lending.owing import OwedTexts
from core.ports import (
    ApiKeys,
    Applications,
    AuditLog,
    CallBacks,
    CallJournal,
    CallRecords,
    Clock,
    Inbox,
    OneTimeCodes,
    StaffAccounts,
)
from core.privacy import ConsentLedger, Corrections
from core.security.audit import Frontier, Head
from core.security.blind_index import BlindIndex
from core.security.keyring import Keyring
from core.storage.api_keys import SqlApiKeys
from core.storage.applicants import SqlApplicants
from core.storage.applications import SqlApplications
from core.storage.audit_rows import SqlAuditLog, read_rows
from core.storage.call_backs import SqlCallBacks
from core.storage.call_records import SqlCallRecords
from core.storage.consents import SqlConsents, SqlCorrections
from core.storage.decisions import SqlReceipts, SqlReviews
from core.storage.delivery import SqlCodes, SqlInbox
from core.storage.engine import BUSY_SECONDS, reading, storage_errors
from core.storage.fraud_labels import SqlFraudLabels
from core.storage.heads import AuditFindings, HeadsFile, prove_growth, prove_row, verify_log
from core.storage.journal import SqlJournal
from core.storage.key_upkeep import KeyUpkeep
from core.storage.keystore import KeyStore
from core.storage.links import SqlLinks, SqlVoiceTerms
from core.storage.loans import SqlDisputes, SqlLoans
from core.storage.migrate import locked
from core.storage.owed_texts import SqlOwedTexts
from core.storage.shredding import traces_of
from core.storage.staff import SqlStaff
from core.storage.tables import audit_state
from core.storage.tombstones import Tombstones
from core.storage.traces import SqlDeepChecks, SqlTraces
from core.storage.transaction import Transaction

__all__ = ["SqlStorage", "SqlUnitOfWork"]


class SqlUnitOfWork:
    """``core.ports.UnitOfWork`` over one database transaction."""

    def __init__(self, connection: Connection, work: Transaction, keyring: Keyring, heads: HeadsFile) -> None:
        self._connection = connection
        self._work = work
        self._heads = heads
        index = BlindIndex(keyring.purpose("index"))
        journal = SqlJournal(work, index)
        self._audit = SqlAuditLog(work)
        self.journal: CallJournal = journal
        self.records: CallRecords = SqlCallRecords(work, journal)
        self.applications: Applications = SqlApplications(work)
        self.audit: AuditLog = self._audit
        self.call_backs: CallBacks = SqlCallBacks(work)
        self.owed_texts: OwedTexts = SqlOwedTexts(work)
        self.inbox: Inbox = SqlInbox(work, keyring.purpose("inbox"))
        self.codes: OneTimeCodes = SqlCodes(work, keyring.purpose("codes"))
        doors = hmac.digest(keyring.purpose("codes"), b"loanline doors", "sha256")
        self.staff: StaffAccounts = SqlStaff(work, doors)
        self.applicants: Applicants = SqlApplicants(work, index)
        self.receipts: Receipts = SqlReceipts(work)
        self.reviews: Reviews = SqlReviews(work)
        self.api_keys: ApiKeys = SqlApiKeys(work, doors)
        self.consents: ConsentLedger = SqlConsents(work)
        self.corrections: Corrections = SqlCorrections(work)
        self.loans: Loans = SqlLoans(work, index)
        self.disputes: Disputes = SqlDisputes(work)
        self.links: Links = SqlLinks(work, index)
        self.traces: Traces = SqlTraces(work)
        self.voice_terms: VoiceTerms = SqlVoiceTerms(work)
        self.fraud_labels: FraudLabels = SqlFraudLabels(work)
        self.deep_checks: DeepChecks = SqlDeepChecks(work)

    def audit_note(self, seq: int) -> str | None:
        """The free text that was sealed with an audit row. Raises ``Shredded``, ``Tampered`` or ``WrongKey``."""
        return self._audit.note(seq)

    def forget_person(self, subject_id: str) -> None:
        """Wipe what lives outside sealed columns and could still lead to a person."""
        for statement in traces_of(subject_id):
            self._work.execute(statement)

    def commit(self) -> None:
        """Store everything, then sign the new head of the audit log if it grew."""
        if self._work.over:
            raise StorageError("This unit of work is over; begin another one.")
        self._work.over = True
        with storage_errors():
            self._connection.commit()
        if self._audit.grown is not None:
            self._heads.anchor(self._audit.grown)


class SqlStorage:
    """``core.ports.Storage``. One writer at a time in a process; others wait their turn for ``BUSY_SECONDS``."""

    def __init__(
        self,
        data_dir: Path,
        engine: Engine,
        keys: KeyStore,
        upkeep: KeyUpkeep,
        keyring: Keyring,
        heads: HeadsFile,
        tombstones: Tombstones,
        clock: Clock,
    ) -> None:
        self.data_dir = data_dir
        self._engine = engine
        self._keys = keys
        self._keyring = keyring
        self._heads = heads
        self._clock = clock
        self._turn = threading.Lock()
        self.upkeep = upkeep
        self.tombstones = tombstones

    @property
    def keyring(self) -> Keyring:
        return self._keyring

    @property
    def engine(self) -> Engine:
        return self._engine

    def alone(self, what: str = "keys") -> AbstractContextManager[None]:
        """While it lasts, no other process of any node rotates, destroys or holds keys; or, with ``retention``, runs
        the retention. Raises ``StorageError``."""
        return locked(self.data_dir, self._keys.engine, what)

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """One writer at a time in this process: SQLite's own waiting is not fair, a lock's is."""
        if not self._turn.acquire(timeout=BUSY_SECONDS):
            raise StorageError("The database is busy with another piece of work; try again, nothing was stored.")
        try:
            yield
        finally:
            self._turn.release()

    @contextmanager
    def begin(self) -> Iterator[SqlUnitOfWork]:
        with self._in_turn():
            with storage_errors():
                connection = self._engine.connect()
            try:
                with storage_errors():
                    connection.begin()
                work = Transaction(connection, self._keys, self._clock)
                try:
                    yield SqlUnitOfWork(connection, work, self._keyring, self._heads)
                finally:
                    work.over = True
            finally:
                with storage_errors():
                    connection.close()

    def health(self) -> None:
        """Write for real, in turn: one row is rewritten as it is. Raises ``StorageError``."""
        with self._in_turn(), storage_errors(), self._engine.begin() as connection:
            connection.execute(update(audit_state).values(id=1))
        self._keys.health()
        self._heads.settle()

    def tell_heads(self, witness: Callable[[Head], None]) -> None:
        """From now on ``witness`` is told of every signed head; it must not raise."""
        self._heads.witness = witness

    def verify_audit(self, heads_copy: Path | None = None) -> AuditFindings:
        """Check the whole audit log against its signed heads, or against a copy of them kept elsewhere."""
        heads = self._heads.read(heads_copy)  # before the rows: a line that is up signs more heads meanwhile
        with reading(self._engine) as connection:
            state = connection.execute(select(audit_state)).one_or_none()
            frontier = Frontier.from_bytes(state.size, bytes(state.peaks)) if state else Frontier()
            own = heads_copy is None
            return verify_log(read_rows(connection), frontier, heads, self._heads.signer, from_the_start=own)

    def signed_head(self, size: int | None = None) -> Head:
        """The newest head of the file, or the one of ``size`` rows. Raises ``InvalidInput`` where there is none."""
        good = [head for head in self._heads.read() if head is not None and self._heads.signer.good(head)]
        found = [head for head in good if size is None or head.size == size]
        if not found:
            raise InvalidInput("size", "there is no signed head of that size; loanline audit verify tells the size")
        return max(found, key=lambda head: head.size)

    def prove(self, row: str) -> dict[str, Any]:
        """Proof that a row (its number, or a receipt code) is in the log: JSON-ready, checkable with
        ``core.security.audit.verify_inclusion`` and the public key. Raises ``InvalidInput`` and ``Tampered``."""
        with reading(self._engine) as connection:
            return prove_row(list(read_rows(connection)), row, self._heads)

    def prove_growth(self, size: int) -> dict[str, Any]:
        """Proof that the log of today extends the one of ``size`` rows. Raises ``InvalidInput`` and ``Tampered``."""
        with reading(self._engine) as connection:
            return prove_growth(list(read_rows(connection)), size, self._heads)

    def close(self) -> None:
        """Give the files back; the store cannot be used afterwards."""
        self._engine.dispose()
        self._keys.close()
        self._keyring.close()
