"""Needs that social workers found, as tasks, and what was done with each."""

import sqlalchemy as sa
from alembic import op

from shared.store import types
from shared.store.append_only import statements

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "discovered_need",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=True),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("urgency", sa.String(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("reported_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("taken_by", sa.String(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("wrapped_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("contract_id", "recipient_id", "division", "due_on", "state", "wrapped_by"):
        op.create_index(f"ix_discovered_need_{column}", "discovered_need", [column])
    op.create_table(
        "need_act",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("need_id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("acted_by", sa.String(), nullable=False),
        sa.Column("acted_on", sa.Date(), nullable=False),
        sa.Column("acted_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["need_id"], ["discovered_need.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_need_act_need_id", "need_act", ["need_id"])
    for statement in statements(("need_act",), op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("need_act")
    op.drop_table("discovered_need")
