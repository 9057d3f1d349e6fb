"""How many of a roster's good rows have something unlikely in them."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("roster", sa.Column("doubtful", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("roster", "doubtful")
