"""What was said when a survey was accepted and when a list was confirmed."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

SAID = {"survey": "acceptance_remark", "programme": "confirmation_reason"}


def upgrade() -> None:
    for table, name in SAID.items():
        op.add_column(table, sa.Column(name, sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    for table, name in SAID.items():
        op.drop_column(table, name)
