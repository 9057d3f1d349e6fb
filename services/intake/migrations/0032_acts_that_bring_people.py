"""Acts bring people and households into the files, and say a household's category; neither needs a roster."""

import sqlalchemy as sa
from alembic import op

from shared.store.append_only import statements
from shared.store.types import UtcDateTime

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("household", "person"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column("roster_id", existing_type=sa.Uuid(), nullable=True)
    op.add_column("household_act", sa.Column("cause", sa.String(), server_default="", nullable=False))
    op.add_column("household_act", sa.Column("said", sa.JSON(), nullable=True))
    op.create_table(
        "category_act",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("acted_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_category_act_household_id", "category_act", ["household_id"], unique=False)
    for statement in statements(("category_act",), op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """People whom no roster has named stay, and point to a roster that there is none of."""
    op.drop_index("ix_category_act_household_id", "category_act")
    op.drop_table("category_act")
    op.drop_column("household_act", "said")
    op.drop_column("household_act", "cause")
    for table in ("household", "person"):
        named = sa.table(table, sa.column("id"), sa.column("roster_id"))
        op.execute(named.update().where(named.c.roster_id.is_(None)).values(roster_id=named.c.id))
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column("roster_id", existing_type=sa.Uuid(), nullable=False)
