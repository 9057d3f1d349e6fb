"""Under which key the keys of people are wrapped."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("feedback", sa.Column("wrapped_by", sa.String(), server_default="", nullable=False))
    op.create_index("ix_feedback_wrapped_by", "feedback", ["wrapped_by"])


def downgrade() -> None:
    op.drop_index("ix_feedback_wrapped_by", "feedback")
    op.drop_column("feedback", "wrapped_by")
