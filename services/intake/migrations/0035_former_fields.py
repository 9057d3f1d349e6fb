"""What a person's sealed fields said before a roster said them otherwise is kept, sealed."""

import sqlalchemy as sa
from alembic import op

from shared.store.types import UtcDateTime

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "former_fields",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("roster_id", sa.Uuid(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("replaced_at", UtcDateTime(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("wrapped_by", sa.String(), server_default="", nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("person_id", "wrapped_by"):
        op.create_index(f"ix_former_fields_{column}", "former_fields", [column], unique=False)


def downgrade() -> None:
    for column in ("wrapped_by", "person_id"):
        op.drop_index(f"ix_former_fields_{column}", "former_fields")
    op.drop_table("former_fields")
