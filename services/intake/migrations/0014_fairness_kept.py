"""A screening keeps its counts for the fairness view."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # no batch: a table that is made anew on SQLite loses the triggers that keep its rows as they are
    op.add_column("screening", sa.Column("shares", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("screening", "shares")
