"""Open everything that keeps: keyring, key store, database, audit heads. For the composition root and the commands."""

from __future__ import annotations

import json
import os
from pathlib import Path

from sqlalchemy import Engine, or_, select

from core.errors import EnvironmentProblem, LoanlineError, WrongKey
from core.ports import Clock
from core.security.audit import Frontier, HeadSigner
from core.security.keyring import FileKeyring, Keyring
from core.security.kms import KmsKeyring, KmsService
from core.storage.engine import open_engine, reading, storage_errors, writing
from core.storage.heads import HeadsFile
from core.storage.key_upkeep import KeyUpkeep
from core.storage.keystore import KeyStore, newest_version
from core.storage.migrate import DATA, KEYS, locked, migrate
from core.storage.shredding import SHREDDED, carry_out, traces_of
from core.storage.store import SqlStorage
from core.storage.tables import applicants, audit, audit_state, cases, codes, links
from core.storage.tombstones import SHREDS_FILE, Tombstones

__all__ = ["DATA_FILE", "HEADS_FILE", "KEYS_FILE", "open_storage"]

DATA_FILE = "loanline.db"
KEYS_FILE = "keys.db"
HEADS_FILE = "audit-heads.log"


def open_storage(
    data_dir: Path,
    keyring_file: Path,
    passphrase: str | None,
    clock: Clock,
    *,
    database_url: str | None = None,
    keys_url: str | None = None,
    kms: KmsService | None = None,
    create: bool = True,
) -> SqlStorage:
    """The store of ``data_dir``, made on the first start, its schema brought up to date.

    The URLs put the data and the wrapped keys into other databases (PostgreSQL); both default to SQLite files in
    ``data_dir``. With ``kms`` the top keys stay in that service, and the keyring file holds wrapped keys only. With
    ``create`` False, a directory without data is refused. Raises ``EnvironmentProblem`` when the
    directory cannot be used, ``WrongKey`` when the keyring is missing, sealed otherwise or not the one of this data,
    and ``StorageError`` when a database cannot be used.
    """
    if database_url is not None and database_url == keys_url:
        raise EnvironmentProblem("Keys beside the data protect nothing; give LOANLINE_KEYS_URL a database of its own.")
    if not create and database_url is None and not (data_dir / DATA_FILE).exists():
        raise EnvironmentProblem("There are no records in the data directory; check LOANLINE_DATA_DIR.")
    _prepare(data_dir)
    keys_engine = open_engine(keys_url or data_dir / KEYS_FILE)
    engine = open_engine(database_url or data_dir / DATA_FILE)
    try:
        with storage_errors(), locked(data_dir, keys_engine):
            migrate(keys_engine, KEYS)
            migrate(engine, DATA)
            _require_together(keys_engine, engine)
            keyring = _keyring(keyring_file, passphrase, keys_engine, kms, clock)
            keys = KeyStore(keys_engine, keyring, clock)
            keys.start()
            heads = HeadsFile(data_dir / HEADS_FILE, HeadSigner(keyring.purpose("audit")), clock)
            upkeep = KeyUpkeep(keys_engine, keyring, clock)
            tombstones = _tombstones(data_dir, keyring.purpose("audit"))
            _agree(engine, upkeep, heads, tombstones)
    except LoanlineError:
        keys_engine.dispose()
        engine.dispose()
        if kms is not None:
            kms.close()
        raise
    return SqlStorage(data_dir, engine, keys, upkeep, keyring, heads, tombstones, clock)


def _prepare(data_dir: Path) -> None:
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        if data_dir.stat().st_uid == os.geteuid():
            data_dir.chmod(0o700)
    except OSError as error:
        raise EnvironmentProblem(
            f"The data directory cannot be made ({error.strerror}); choose another one with LOANLINE_DATA_DIR."
        ) from None
    if not os.access(data_dir, os.W_OK | os.X_OK):
        raise EnvironmentProblem("The data directory cannot be written; check its owner or set LOANLINE_DATA_DIR.")


def _require_together(keys_engine: Engine, engine: Engine) -> None:
    with reading(keys_engine) as connection:
        keys_known = newest_version(connection)[0] > 0
    with reading(engine) as connection:
        data_known = connection.execute(select(cases.c.case_id).limit(1)).first() is not None
    if data_known and not keys_known:
        raise WrongKey("The key store is missing while the database holds records; restore keys.db from its backup.")


def _keyring(path: Path, passphrase: str | None, keys_engine: Engine, kms: KmsService | None, clock: Clock) -> Keyring:
    """Read the keyring; make one only where there is nothing yet that another one could have sealed."""
    with reading(keys_engine) as connection:
        read = path.exists() or newest_version(connection)[0] > 0
    if kms is not None:
        return (KmsKeyring.load if read else KmsKeyring.create)(path, kms, clock.monotonic)
    return (FileKeyring.load if read else FileKeyring.create)(path, passphrase)


def _agree(engine: Engine, upkeep: KeyUpkeep, heads: HeadsFile, tombstones: Tombstones) -> None:
    """Mend what a crash between two files or a restored backup left apart: destroyed keys stay destroyed, and every
    row of the audit log gets a signed head."""
    with reading(engine) as connection:
        rows = connection.execute(
            select(audit.c.subject, audit.c.detail).where(audit.c.action == SHREDDED).order_by(audit.c.seq)
        ).all()
        state = connection.execute(select(audit_state)).one()
    tombstones.add((row.subject, json.loads(row.detail)) for row in rows)
    orders = tombstones.orders()
    carry_out(upkeep, orders)
    buried = upkeep.buried_subjects()
    with reading(engine) as connection:
        hashes = or_(
            cases.c.phone_index.is_not(None),
            cases.c.case_id.in_(select(applicants.c.case_id)),
            cases.c.case_id.in_(select(codes.c.case_id)),
            cases.c.case_id.in_(select(links.c.case_id)),
        )
        findable = set(connection.scalars(select(cases.c.subject_id).where(hashes).distinct()))
    for subject_id in sorted(buried & findable):
        with writing(engine) as connection:
            for statement in traces_of(subject_id):
                connection.execute(statement)
    if buried or orders:
        upkeep.wipe()
    heads.anchor(Frontier.from_bytes(state.size, bytes(state.peaks)))


def _tombstones(data_dir: Path, key: bytes) -> Tombstones:
    """The list of what was destroyed, with what a restore laid beside it."""
    tombstones = Tombstones(data_dir / SHREDS_FILE, key)
    for copy in sorted(data_dir.glob(f"*.{SHREDS_FILE}")):
        tombstones.take_over(copy)
    return tombstones
