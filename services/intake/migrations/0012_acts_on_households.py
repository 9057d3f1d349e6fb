"""Acts on households: who died, left, came, parted and leads."""

import sqlalchemy as sa
from alembic import op

from shared.store.append_only import statements

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "household_act",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("before_household_id", sa.Uuid(), nullable=False),
        sa.Column("before_relation", sa.String(), nullable=False),
        sa.Column("before_status", sa.String(), nullable=False),
        sa.Column("before_division", sa.String(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("acted_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["before_household_id"], ["household.id"]),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("household_act", schema=None) as batch_op:
        for column in ("before_household_id", "household_id", "person_id"):
            batch_op.create_index(batch_op.f(f"ix_household_act_{column}"), [column], unique=False)
    for statement in statements(("household_act",), op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    with op.batch_alter_table("household_act", schema=None) as batch_op:
        for column in ("person_id", "household_id", "before_household_id"):
            batch_op.drop_index(batch_op.f(f"ix_household_act_{column}"))
    op.drop_table("household_act")
