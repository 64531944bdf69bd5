"""Bundles of decisions, reviewers' notes and the keys of partners."""

import sqlalchemy as sa
from alembic import op

revision = "records_0004"
down_revision = "records_0003"


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("key_id", sa.String(length=80), nullable=False),
        sa.Column("partner", sa.String(length=60), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_api_keys")),
    )
    for table, name in (("receipts", "kind"), ("reviews", "verdict")):
        actor = [sa.Column("actor", sa.String(length=80), nullable=False)] if table == "reviews" else []
        op.create_table(
            table,
            sa.Column("case_id", sa.String(length=80), nullable=False),
            sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
            sa.Column("at", sa.DateTime(), nullable=False),
            *actor,
            sa.Column(name, sa.String(length=60), nullable=False),
            sa.Column("body", sa.LargeBinary(), nullable=False),
            sa.ForeignKeyConstraint(["case_id"], ["applications.case_id"], name=op.f(f"fk_{table}_case_id")),
            sa.PrimaryKeyConstraint("case_id", "number", name=op.f(f"pk_{table}")),
        )
        op.create_index(op.f(f"ix_{table}_at"), table, ["at"], unique=False)


def downgrade() -> None:
    for table in ("reviews", "receipts"):
        op.drop_index(op.f(f"ix_{table}_at"), table_name=table)
        op.drop_table(table)
    op.drop_table("api_keys")
