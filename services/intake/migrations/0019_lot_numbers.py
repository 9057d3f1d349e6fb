"""People have a number that their lots are drawn over, the same in every store that read the same files."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("lot_no", sa.String(), server_default="", nullable=False))
    op.add_column("staged_row", sa.Column("lot_no", sa.String(), nullable=True))
    # lists that were made already were drawn over the ids
    op.execute("UPDATE person SET lot_no = replace(CAST(id AS VARCHAR(36)), '-', '')")


def downgrade() -> None:
    op.drop_column("staged_row", "lot_no")
    op.drop_column("person", "lot_no")
