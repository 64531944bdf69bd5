"""Cases, journal, call records, applications, audit log, inbox and codes."""

import sqlalchemy as sa
from alembic import op

revision = "records_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("leaf", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_action"), "audit", ["action"], unique=False)
    op.create_index(op.f("ix_audit_subject"), "audit", ["subject"], unique=False)
    op.create_table(
        "audit_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("peaks", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_state_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_state")),
    )
    op.create_table(
        "cases",
        sa.Column("case_id", sa.String(length=80), nullable=False),
        sa.Column("subject_id", sa.String(length=80), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(length=32), nullable=True),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("finished_how", sa.String(length=60), nullable=True),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_cases")),
    )
    op.create_index("ix_cases_resume", "cases", ["phone_index", "finished_at", "last_at"], unique=False)
    op.create_index(op.f("ix_cases_subject_id"), "cases", ["subject_id"], unique=False)
    op.create_table(
        "codes",
        sa.Column("case_id", sa.String(length=80), nullable=False),
        sa.Column("purpose", sa.String(length=60), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("issued_at", sa.DateTime(), nullable=False),
        sa.Column("first_issued_at", sa.DateTime(), nullable=False),
        sa.Column("issues", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("case_id", "purpose", name=op.f("pk_codes")),
    )
    op.create_table(
        "inbox",
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_inbox")),
    )
    op.create_index(op.f("ix_inbox_at"), "inbox", ["at"], unique=False)
    op.create_table(
        "applications",
        sa.Column("case_id", sa.String(length=80), nullable=False),
        sa.Column("call_id", sa.String(length=80), nullable=True),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("status", sa.String(length=60), nullable=False),
        sa.Column("outcome", sa.String(length=60), nullable=False),
        sa.Column("application", sa.LargeBinary(), nullable=False),
        sa.Column("decision", sa.LargeBinary(), nullable=False),
        sa.Column("risk", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("fk_applications_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_applications")),
        sa.UniqueConstraint("call_id", name=op.f("uq_applications_call_id")),
    )
    op.create_index(op.f("ix_applications_received_at"), "applications", ["received_at"], unique=False)
    op.create_index(op.f("ix_applications_status"), "applications", ["status"], unique=False)
    op.create_table(
        "calls",
        sa.Column("call_id", sa.String(length=80), nullable=False),
        sa.Column("case_id", sa.String(length=80), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=60), nullable=True),
        sa.Column("recording", sa.Boolean(), nullable=False),
        sa.Column("manifest", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("fk_calls_case_id")),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_calls")),
    )
    op.create_index(op.f("ix_calls_case_id"), "calls", ["case_id"], unique=False)
    op.create_index(op.f("ix_calls_started_at"), "calls", ["started_at"], unique=False)
    op.create_table(
        "journal",
        sa.Column("case_id", sa.String(length=80), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("call_id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("fk_journal_case_id")),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_journal")),
    )
    op.create_index(op.f("ix_journal_call_id"), "journal", ["call_id"], unique=False)
    op.create_table(
        "answers",
        sa.Column("case_id", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["applications.case_id"], name=op.f("fk_answers_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_answers")),
    )
    op.create_table(
        "call_audio",
        sa.Column("call_id", sa.String(length=80), nullable=False),
        sa.Column("track", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("start_ms", sa.Integer(), nullable=False),
        sa.Column("last", sa.Boolean(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("track IN ('caller', 'line')", name=op.f("ck_call_audio_track")),
        sa.ForeignKeyConstraint(["call_id"], ["calls.call_id"], name=op.f("fk_call_audio_call_id")),
        sa.PrimaryKeyConstraint("call_id", "track", "number", name=op.f("pk_call_audio")),
    )
    op.create_table(
        "call_lines",
        sa.Column("call_id", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.call_id"], name=op.f("fk_call_lines_call_id")),
        sa.PrimaryKeyConstraint("call_id", "number", name=op.f("pk_call_lines")),
    )
    op.bulk_insert(
        sa.table("audit_state", sa.column("id"), sa.column("size"), sa.column("peaks")),
        [{"id": 1, "size": 0, "peaks": b""}],
    )


def downgrade() -> None:
    op.drop_table("call_lines")
    op.drop_table("call_audio")
    op.drop_table("answers")
    op.drop_index(op.f("ix_journal_call_id"), table_name="journal")
    op.drop_table("journal")
    op.drop_index(op.f("ix_calls_started_at"), table_name="calls")
    op.drop_index(op.f("ix_calls_case_id"), table_name="calls")
    op.drop_table("calls")
    op.drop_index(op.f("ix_applications_status"), table_name="applications")
    op.drop_index(op.f("ix_applications_received_at"), table_name="applications")
    op.drop_table("applications")
    op.drop_index(op.f("ix_inbox_at"), table_name="inbox")
    op.drop_table("inbox")
    op.drop_table("codes")
    op.drop_index(op.f("ix_cases_subject_id"), table_name="cases")
    op.drop_index("ix_cases_resume", table_name="cases")
    op.drop_table("cases")
    op.drop_table("audit_state")
    op.drop_index(op.f("ix_audit_subject"), table_name="audit")
    op.drop_index(op.f("ix_audit_action"), table_name="audit")
    op.drop_table("audit")
