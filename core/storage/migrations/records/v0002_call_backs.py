"""People to call back."""

import sqlalchemy as sa
from alembic import op

revision = "records_0002"
down_revision = "records_0001"


def upgrade() -> None:
    op.create_table(
        "call_backs",
        sa.Column("call_id", sa.String(length=80), nullable=False),
        sa.Column("case_id", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("fk_call_backs_case_id")),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_call_backs")),
    )
    op.create_index("ix_call_backs_due", "call_backs", ["state", "due_at"], unique=False)
    op.create_index(op.f("ix_call_backs_case_id"), "call_backs", ["case_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_call_backs_case_id"), table_name="call_backs")
    op.drop_index("ix_call_backs_due", table_name="call_backs")
    op.drop_table("call_backs")
