"""Wrapped keys of people, calls and cases."""

import sqlalchemy as sa
from alembic import op

revision = "keys_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "kek_versions",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("check_value", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("forgotten_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_kek_versions")),
    )
    op.create_table(
        "subject_keys",
        sa.Column("subject_id", sa.String(length=90), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kek_version", sa.Integer(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("destroyed_at", sa.DateTime(), nullable=True),
        sa.Column("hold", sa.String(length=60), nullable=True),
        sa.Column("held_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("subject_id", name=op.f("pk_subject_keys")),
    )
    op.create_index(op.f("ix_subject_keys_kek_version"), "subject_keys", ["kek_version"], unique=False)
    op.create_table(
        "object_keys",
        sa.Column("object_id", sa.String(length=180), nullable=False),
        sa.Column("call_id", sa.String(length=90), nullable=True),
        sa.Column("subject_id", sa.String(length=90), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("destroyed_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["subject_id"], ["subject_keys.subject_id"], name=op.f("fk_object_keys_subject_id")),
        sa.PrimaryKeyConstraint("object_id", name=op.f("pk_object_keys")),
    )
    op.create_index(op.f("ix_object_keys_call_id"), "object_keys", ["call_id"], unique=False)
    op.create_index(op.f("ix_object_keys_subject_id"), "object_keys", ["subject_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_object_keys_subject_id"), table_name="object_keys")
    op.drop_index(op.f("ix_object_keys_call_id"), table_name="object_keys")
    op.drop_table("object_keys")
    op.drop_index(op.f("ix_subject_keys_kek_version"), table_name="subject_keys")
    op.drop_table("subject_keys")
    op.drop_table("kek_versions")
