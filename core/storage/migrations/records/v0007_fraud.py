"""What is kept to notice fraud: links, traces of sound and voice, voice terms, labels, deep checks."""

import sqlalchemy as sa
from alembic import op

revision = "records_0007"
down_revision = "records_0006"

_ID = sa.String(length=80)
_NAME = sa.String(length=60)


def upgrade() -> None:
    op.create_table(
        "links",
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("kind", _NAME, nullable=False),
        sa.Column("value_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("fk_links_case_id")),
        sa.PrimaryKeyConstraint("case_id", "kind", name=op.f("pk_links")),
    )
    op.create_index("ix_links_value", "links", ["kind", "value_index", "at"], unique=False)
    op.create_table(
        "traces",
        sa.Column("call_id", _ID, nullable=False),
        sa.Column("kind", _NAME, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.call_id"], name=op.f("fk_traces_call_id")),
        sa.PrimaryKeyConstraint("call_id", "kind", name=op.f("pk_traces")),
    )
    op.create_index(op.f("ix_traces_at"), "traces", ["at"], unique=False)
    op.create_table(
        "voice_terms",
        sa.Column("person_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("scope", _NAME, nullable=False),
        sa.Column("document", _ID, nullable=False),
        sa.Column("agreed_at", sa.DateTime(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("person_index", "scope", name=op.f("pk_voice_terms")),
    )
    op.create_table(
        "fraud_labels",
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("label", _NAME, nullable=False),
        sa.Column("source", _NAME, nullable=False),
        sa.Column("typology", _NAME, nullable=False),
        sa.Column("actor", _ID, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("fk_fraud_labels_case_id")),
        sa.PrimaryKeyConstraint("case_id", "number", name=op.f("pk_fraud_labels")),
    )
    op.create_index(op.f("ix_fraud_labels_at"), "fraud_labels", ["at"], unique=False)
    op.create_table(
        "deep_checks",
        sa.Column("call_id", _ID, nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("state", _NAME, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("report", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["calls.call_id"], name=op.f("fk_deep_checks_call_id")),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_deep_checks")),
    )
    op.create_index(op.f("ix_deep_checks_state"), "deep_checks", ["state"], unique=False)


def downgrade() -> None:
    for table in ("deep_checks", "fraud_labels", "voice_terms", "traces", "links"):
        op.drop_table(table)
