"""Under which key the keys of people are wrapped."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person_secret", sa.Column("wrapped_by", sa.String(), server_default="", nullable=False))
    op.create_index("ix_person_secret_wrapped_by", "person_secret", ["wrapped_by"])


def downgrade() -> None:
    op.drop_index("ix_person_secret_wrapped_by", "person_secret")
    op.drop_column("person_secret", "wrapped_by")
