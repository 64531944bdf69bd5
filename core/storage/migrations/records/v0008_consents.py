"""The consent ledger, and corrections."""

import sqlalchemy as sa
from alembic import op

revision = "records_0008"
down_revision = "records_0007"


def upgrade() -> None:
    op.create_table(
        "consents",
        sa.Column("case_id", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("scope", sa.String(length=60), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("text_id", sa.String(length=120), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("how", sa.String(length=60), nullable=False),
        sa.Column("call_id", sa.String(length=80), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("fk_consents_case_id")),
        sa.PrimaryKeyConstraint("case_id", "number", name=op.f("pk_consents")),
    )
    op.create_table(
        "corrections",
        sa.Column("case_id", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["applications.case_id"], name=op.f("fk_corrections_case_id")),
        sa.PrimaryKeyConstraint("case_id", "number", name=op.f("pk_corrections")),
    )


def downgrade() -> None:
    op.drop_table("corrections")
    op.drop_table("consents")
