"""The tables of the data database. Outside the ``SealedBytes`` columns there are ids, times, static names, counts and
keyed hashes, and nothing else; a test searches the files for personal data."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from core.storage.types import SealedBytes, UtcTime

__all__ = [
    "NAMING",
    "answers",
    "api_keys",
    "applicants",
    "applications",
    "audit",
    "audit_state",
    "call_audio",
    "call_backs",
    "call_lines",
    "calls",
    "cases",
    "codes",
    "deep_checks",
    "disputes",
    "fraud_labels",
    "inbox",
    "journal",
    "links",
    "loans",
    "metadata",
    "postings",
    "receipts",
    "reviews",
    "staff",
    "staff_sessions",
    "traces",
    "voice_terms",
]

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)

_ID = String(80)
_NAME = String(60)

#: One person's one request. ``phone_index`` is a keyed hash; it is wiped when the person's keys are destroyed.
cases = Table(
    "cases",
    metadata,
    Column("case_id", _ID, primary_key=True),
    Column("subject_id", _ID, nullable=False, index=True),
    Column("phone_index", LargeBinary(32)),
    Column("opened_at", UtcTime, nullable=False),
    Column("last_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime),
    Column("finished_how", _NAME),
    Index("ix_cases_resume", "phone_index", "finished_at", "last_at"),
)

journal = Table(
    "journal",
    metadata,
    Column("case_id", _ID, ForeignKey("cases.case_id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("call_id", _ID, nullable=False, index=True),
    Column("kind", _NAME, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("body", SealedBytes, nullable=False),
)

#: ``manifest`` is sealed when the call is closed: how many segments and lines there are.
calls = Table(
    "calls",
    metadata,
    Column("call_id", _ID, primary_key=True),
    Column("case_id", _ID, ForeignKey("cases.case_id"), nullable=False, index=True),
    Column("started_at", UtcTime, nullable=False, index=True),
    Column("ended_at", UtcTime),
    Column("outcome", _NAME),
    Column("recording", Boolean, nullable=False),
    Column("manifest", SealedBytes),
)

call_lines = Table(
    "call_lines",
    metadata,
    Column("call_id", _ID, ForeignKey("calls.call_id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("body", SealedBytes, nullable=False),
)

call_audio = Table(
    "call_audio",
    metadata,
    Column("call_id", _ID, ForeignKey("calls.call_id"), primary_key=True),
    Column("track", String(10), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("start_ms", Integer, nullable=False),
    Column("last", Boolean, nullable=False),
    Column("body", SealedBytes, nullable=False),
    CheckConstraint("track IN ('caller', 'line')", name="track"),
)

applications = Table(
    "applications",
    metadata,
    Column("case_id", _ID, ForeignKey("cases.case_id"), primary_key=True),
    Column("call_id", _ID),
    Column("received_at", UtcTime, nullable=False, index=True),
    Column("status", _NAME, nullable=False, index=True),
    Column("outcome", _NAME, nullable=False),
    Column("application", SealedBytes, nullable=False),
    Column("decision", SealedBytes, nullable=False),
    Column("risk", SealedBytes, nullable=False),
    UniqueConstraint("call_id"),
)

#: What a borrower said to the offers: the hearing, and the exact terms when it was yes.
answers = Table(
    "answers",
    metadata,
    Column("case_id", _ID, ForeignKey("applications.case_id"), primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("body", SealedBytes, nullable=False),
)

#: ``detail`` holds no personal data. ``note`` may: it is sealed with its salt, and ``detail`` commits to it.
audit = Table(
    "audit",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("actor", _ID, nullable=False),
    Column("action", _NAME, nullable=False, index=True),
    Column("subject", _ID, nullable=False, index=True),
    Column("detail", Text, nullable=False),
    Column("note", SealedBytes),
    Column("leaf", LargeBinary(32), nullable=False),
)

#: One row: the tree's size and the roots of its full subtrees.
audit_state = Table(
    "audit_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("peaks", LargeBinary, nullable=False),
    CheckConstraint("id = 1", name="single"),
)

#: Keyed hashes of delivery keys and of what came with them.
inbox = Table(
    "inbox",
    metadata,
    Column("key", LargeBinary(32), primary_key=True),
    Column("fingerprint", LargeBinary(32), nullable=False),
    Column("at", UtcTime, nullable=False, index=True),
)

#: One wish a call. ``state`` is ``waiting`` or how it was settled.
call_backs = Table(
    "call_backs",
    metadata,
    Column("call_id", _ID, primary_key=True),
    Column("case_id", _ID, ForeignKey("cases.case_id"), nullable=False, index=True),
    Column("reason", _NAME, nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("state", _NAME, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("settled_at", UtcTime),
    Column("phone", SealedBytes, nullable=False),
    Index("ix_call_backs_due", "state", "due_at"),
)

codes = Table(
    "codes",
    metadata,
    Column("case_id", _ID, primary_key=True),
    Column("purpose", _NAME, primary_key=True),
    Column("digest", LargeBinary(32), nullable=False),
    Column("issued_at", UtcTime, nullable=False),
    Column("first_issued_at", UtcTime, nullable=False),
    Column("issues", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("used_at", UtcTime),
)

#: ``secrets`` seals password hash, app secret and role. ``failures`` counts wrong tries in a row; ``last_step`` is the
#: time step of the last code used.
staff = Table(
    "staff",
    metadata,
    Column("staff_id", _ID, primary_key=True),
    Column("role", _NAME, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("closed_at", UtcTime),
    Column("failures", Integer, nullable=False),
    Column("last_step", BigInteger, nullable=False),
    Column("secrets", SealedBytes, nullable=False),
)

#: ``digest`` is a keyed hash of the session's token, and of the token with the account and its role.
staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("staff_id", _ID, ForeignKey("staff.staff_id"), nullable=False, index=True),
    Column("began_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
)

#: What each decision was made with, so that it can be made again.
receipts = Table(
    "receipts",
    metadata,
    Column("case_id", _ID, ForeignKey("applications.case_id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False, index=True),
    Column("kind", _NAME, nullable=False),
    Column("body", SealedBytes, nullable=False),
)

#: What reviewers said; the body is the reason they gave, bound to who gave it and to the verdict.
reviews = Table(
    "reviews",
    metadata,
    Column("case_id", _ID, ForeignKey("applications.case_id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False, index=True),
    Column("actor", _ID, nullable=False),
    Column("verdict", _NAME, nullable=False),
    Column("body", SealedBytes, nullable=False),
)

#: ``digest`` is a keyed hash of the key with a random secret; ``scopes`` are names with spaces between.
api_keys = Table(
    "api_keys",
    metadata,
    Column("key_id", _ID, primary_key=True),
    Column("partner", _NAME, nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("revoked_at", UtcTime),
)

#: Keyed hashes of who applied; wiped with the person's keys.
applicants = Table(
    "applicants",
    metadata,
    Column("case_id", _ID, ForeignKey("applications.case_id"), primary_key=True),
    Column("person_index", LargeBinary(32), index=True),
    Column("number_index", LargeBinary(32), index=True),
)

#: One accepted offer; its terms are in ``answers``.
loans = Table(
    "loans",
    metadata,
    Column("case_id", _ID, ForeignKey("applications.case_id"), primary_key=True),
    Column("state", _NAME, nullable=False, index=True),
    Column("opened_at", UtcTime, nullable=False),
    Column("free_until", UtcTime, nullable=False),
)

#: A loan's book: appended to, never changed. The entries are sealed.
postings = Table(
    "postings",
    metadata,
    Column("case_id", _ID, ForeignKey("loans.case_id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("ref", _ID, nullable=False),
    Column("kind", _NAME, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("body", SealedBytes, nullable=False),
    UniqueConstraint("case_id", "ref"),
)

#: ``body`` is the whole dispute; the plain columns are what lists and clocks need.
disputes = Table(
    "disputes",
    metadata,
    Column("dispute_id", _ID, primary_key=True),
    Column("case_id", _ID, ForeignKey("cases.case_id"), nullable=False, index=True),
    Column("state", _NAME, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("answer_by", UtcTime, nullable=False),
    Column("body", SealedBytes, nullable=False),
    Index("ix_disputes_clock", "state", "answer_by"),
)

#: What a case is known by, as keyed hashes; wiped with the person's keys.
links = Table(
    "links",
    metadata,
    Column("case_id", _ID, ForeignKey("cases.case_id"), primary_key=True),
    Column("kind", _NAME, primary_key=True),
    Column("value_index", LargeBinary(32), nullable=False),
    Column("at", UtcTime, nullable=False),
    Index("ix_links_value", "kind", "value_index", "at"),
)

#: Fingerprint of a call's sound, or its speaker's voice; sealed with the call's key.
traces = Table(
    "traces",
    metadata,
    Column("call_id", _ID, ForeignKey("calls.call_id"), primary_key=True),
    Column("kind", _NAME, primary_key=True),
    Column("at", UtcTime, nullable=False, index=True),
    Column("body", SealedBytes, nullable=False),
)

#: Written consents and exemptions about a person's voice. ``document`` is the id of what was signed.
voice_terms = Table(
    "voice_terms",
    metadata,
    Column("person_index", LargeBinary(32), primary_key=True),
    Column("scope", _NAME, primary_key=True),
    Column("document", _ID, nullable=False),
    Column("agreed_at", UtcTime, nullable=False),
    Column("withdrawn_at", UtcTime),
)

#: What became of a case; the newest stands.
fraud_labels = Table(
    "fraud_labels",
    metadata,
    Column("case_id", _ID, ForeignKey("cases.case_id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("label", _NAME, nullable=False),
    Column("source", _NAME, nullable=False),
    Column("typology", _NAME, nullable=False),
    Column("actor", _ID, nullable=False),
    Column("at", UtcTime, nullable=False, index=True),
)

#: The pass over a call after it ended; the report is sealed with the call's key.
deep_checks = Table(
    "deep_checks",
    metadata,
    Column("call_id", _ID, ForeignKey("calls.call_id"), primary_key=True),
    Column("asked_at", UtcTime, nullable=False),
    Column("state", _NAME, nullable=False, index=True),
    Column("tries", Integer, nullable=False),
    Column("settled_at", UtcTime),
    Column("level", Integer),
    Column("report", SealedBytes),
)

#: Written copies that a borrower was promised and that no provider has taken yet.
owed_texts = Table(
    "owed_texts",
    metadata,
    Column("case_id", _ID, ForeignKey("cases.case_id"), primary_key=True),
    Column("what", _NAME, primary_key=True),
    Column("next_at", UtcTime, nullable=False, index=True),
    Column("tries", Integer, nullable=False),
)
