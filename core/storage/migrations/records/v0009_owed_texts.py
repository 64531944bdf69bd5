"""Written copies that are still owed to a borrower."""

import sqlalchemy as sa
from alembic import op

revision = "records_0009"
down_revision = "records_0008"


def upgrade() -> None:
    op.create_table(
        "owed_texts",
        sa.Column("case_id", sa.String(length=80), nullable=False),
        sa.Column("what", sa.String(length=60), nullable=False),
        sa.Column("next_at", sa.DateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("fk_owed_texts_case_id")),
        sa.PrimaryKeyConstraint("case_id", "what", name=op.f("pk_owed_texts")),
    )
    op.create_index(op.f("ix_owed_texts_next_at"), "owed_texts", ["next_at"], unique=False)


def downgrade() -> None:
    op.drop_table("owed_texts")
