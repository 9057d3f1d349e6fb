"""An answer to a partner that could not be made is tried again, and in the end set aside."""

import sqlalchemy as sa
from alembic import op

from shared.store import types

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("partner_message", sa.Column("tries", sa.Integer(), server_default="0", nullable=False))
    op.add_column("partner_message", sa.Column("problem", sa.String(), server_default="", nullable=False))
    op.add_column("partner_message", sa.Column("due_at", types.UtcDateTime(), nullable=True))
    for table in ("partner_message", "partner_callback"):
        op.add_column(table, sa.Column("may_not_be_kept", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    for table in ("partner_callback", "partner_message"):
        op.drop_column(table, "may_not_be_kept")
    op.drop_column("partner_message", "due_at")
    op.drop_column("partner_message", "problem")
    op.drop_column("partner_message", "tries")
