"""What the workbook of a roster hides is told to who looks it through."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("roster", sa.Column("unseen", sa.JSON(), server_default="{}", nullable=False))


def downgrade() -> None:
    op.drop_column("roster", "unseen")
