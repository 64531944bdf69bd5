"""The tables of the key database: wrapped keys and the headstones of destroyed ones.

They live in a database of their own, so that a restored backup of the data does not bring a destroyed key back.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, MetaData, String, Table

from core.storage.tables import NAMING
from core.storage.types import UtcTime

__all__ = ["kek_versions", "metadata", "object_keys", "subject_keys"]

metadata = MetaData(naming_convention=NAMING)

_ID = String(90)
_OBJECT = String(180)

#: Which key-encryption keys exist. ``check_value`` is a known value wrapped under it: a wrong keyring shows at once.
kek_versions = Table(
    "kek_versions",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("check_value", LargeBinary, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("forgotten_at", UtcTime),
)

#: A person's key. ``hold`` names the reason why it may not be destroyed now.
subject_keys = Table(
    "subject_keys",
    metadata,
    Column("subject_id", _ID, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("kek_version", Integer, nullable=False, index=True),
    Column("wrapped", LargeBinary),
    Column("made_at", UtcTime, nullable=False),
    Column("destroyed_at", UtcTime),
    Column("hold", String(60)),
    Column("held_at", UtcTime),
)

#: The key of one call's record (``call:…``), of the voice it left (``voice:…``), of what a case learnt in one call
#: (``talk:…``) or of a case (``case:…``), wrapped under a person's key. ``call_id`` finds what to destroy with a call.
object_keys = Table(
    "object_keys",
    metadata,
    Column("object_id", _OBJECT, primary_key=True),
    Column("call_id", _ID, index=True),
    Column("subject_id", _ID, ForeignKey("subject_keys.subject_id"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("wrapped", LargeBinary),
    Column("made_at", UtcTime, nullable=False),
    Column("destroyed_at", UtcTime),
)
