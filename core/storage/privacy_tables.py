"""The consent ledger and corrections, of the data database like ``core.storage.tables``."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table

from core.storage.tables import metadata
from core.storage.types import SealedBytes, UtcTime

__all__ = ["consents", "corrections", "metadata"]

_ID = String(80)
_NAME = String(60)

#: What people agreed to and took back. The body is the hearing, sealed under a key of the call where it was a call.
consents = Table(
    "consents",
    metadata,
    Column("case_id", _ID, ForeignKey("cases.case_id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("scope", _NAME, nullable=False),
    Column("granted", Boolean, nullable=False),
    Column("text_id", String(120), nullable=False),
    Column("text_hash", String(64), nullable=False),
    Column("how", _NAME, nullable=False),
    Column("call_id", _ID),
    Column("body", SealedBytes, nullable=False),
)

#: What people say is wrong in an application; the body is the right value.
corrections = Table(
    "corrections",
    metadata,
    Column("case_id", _ID, ForeignKey("applications.case_id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("actor", _ID, nullable=False),
    Column("field", _NAME, nullable=False),
    Column("body", SealedBytes, nullable=False),
)
