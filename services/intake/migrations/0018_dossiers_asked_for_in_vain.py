"""The log of readings has who asked for a dossier in vain, and why."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # no batch: a table that is made anew on SQLite loses the triggers that keep its rows as they are
    op.add_column("reading", sa.Column("refusal", sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("reading", "refusal")
