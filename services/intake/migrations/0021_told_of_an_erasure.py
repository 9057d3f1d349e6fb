"""Of an erasure only those subscribers are told who were found before what they are found by was destroyed."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("registration_change", sa.Column("subscription_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("registration_change", "subscription_id")
