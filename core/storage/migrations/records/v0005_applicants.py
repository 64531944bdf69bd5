"""Who applied, as keyed hashes: for limits on how often and how much one person borrows."""

import sqlalchemy as sa
from alembic import op

revision = "records_0005"
down_revision = "records_0004"


def upgrade() -> None:
    op.create_table(
        "applicants",
        sa.Column("case_id", sa.String(length=80), nullable=False),
        sa.Column("person_index", sa.LargeBinary(length=32), nullable=True),
        sa.Column("number_index", sa.LargeBinary(length=32), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["applications.case_id"], name=op.f("fk_applicants_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_applicants")),
    )
    op.create_index(op.f("ix_applicants_person_index"), "applicants", ["person_index"], unique=False)
    op.create_index(op.f("ix_applicants_number_index"), "applicants", ["number_index"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_applicants_number_index"), table_name="applicants")
    op.drop_index(op.f("ix_applicants_person_index"), table_name="applicants")
    op.drop_table("applicants")
