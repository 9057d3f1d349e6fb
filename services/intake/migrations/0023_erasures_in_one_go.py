"""Erasures that are asked for and confirmed in one go."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasure_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("divisions", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("after", sa.Uuid(), nullable=True),
        *(sa.Column(count, sa.Integer(), nullable=False) for count in ("asked", "needed", "erased", "left")),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_erasure_batch_status", "erasure_batch", ["status"])
    op.add_column("erasure", sa.Column("batch_id", sa.Uuid(), nullable=True))
    op.create_index("ix_erasure_batch_id", "erasure", ["batch_id"])


def downgrade() -> None:
    with op.batch_alter_table("erasure", schema=None) as batch_op:
        batch_op.drop_index("ix_erasure_batch_id")
        batch_op.drop_column("batch_id")
    op.drop_table("erasure_batch")
