"""Loans with their books, and disputes."""

import sqlalchemy as sa
from alembic import op

revision = "records_0006"
down_revision = "records_0005"


def upgrade() -> None:
    op.create_table(
        "loans",
        sa.Column("case_id", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("free_until", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["applications.case_id"], name=op.f("fk_loans_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_loans")),
    )
    op.create_index(op.f("ix_loans_state"), "loans", ["state"], unique=False)
    op.create_table(
        "postings",
        sa.Column("case_id", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["loans.case_id"], name=op.f("fk_postings_case_id")),
        sa.PrimaryKeyConstraint("case_id", "number", name=op.f("pk_postings")),
        sa.UniqueConstraint("case_id", "ref", name=op.f("uq_postings_case_id_ref")),
    )
    op.create_table(
        "disputes",
        sa.Column("dispute_id", sa.String(length=80), nullable=False),
        sa.Column("case_id", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("answer_by", sa.DateTime(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("fk_disputes_case_id")),
        sa.PrimaryKeyConstraint("dispute_id", name=op.f("pk_disputes")),
    )
    op.create_index(op.f("ix_disputes_case_id"), "disputes", ["case_id"], unique=False)
    op.create_index("ix_disputes_clock", "disputes", ["state", "answer_by"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_disputes_clock", table_name="disputes")
    op.drop_index(op.f("ix_disputes_case_id"), table_name="disputes")
    op.drop_table("disputes")
    op.drop_table("postings")
    op.drop_index(op.f("ix_loans_state"), table_name="loans")
    op.drop_table("loans")
