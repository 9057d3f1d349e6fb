"""Rosters of every shape: mapped columns, saved mappings, and where each person stands in the file."""

import sqlalchemy as sa
from alembic import op

from shared.store import types

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_COUNTS = ("duplicates", "blank", "unchanged")


def upgrade() -> None:
    op.create_table(
        "roster_shape",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("headings", sa.String(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("saved_by", sa.String(), nullable=False),
        sa.Column("saved_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_index("ix_roster_shape_headings", "roster_shape", ["headings"])
    op.add_column("roster", sa.Column("columns", sa.JSON(), server_default="{}", nullable=False))
    op.add_column("roster", sa.Column("category", sa.String(), server_default="", nullable=False))
    for name in _COUNTS:
        op.add_column("roster", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    for name in ("reviewed_at", "accepted_at"):
        op.add_column("roster", sa.Column(name, types.UtcDateTime(), nullable=True))
    op.add_column("person", sa.Column("roster_sheet", sa.String(), server_default="", nullable=False))
    op.add_column("person", sa.Column("roster_row", sa.Integer(), server_default="0", nullable=False))
    op.add_column("person", sa.Column("row_hash", sa.String(), server_default="", nullable=False))
    op.add_column("staged_row", sa.Column("sheet", sa.String(), server_default="", nullable=False))
    op.add_column("staged_row", sa.Column("position", sa.Integer(), server_default="0", nullable=False))
    op.add_column("staged_row", sa.Column("reason", sa.String(), server_default="", nullable=False))
    op.add_column("staged_row", sa.Column("row_hash", sa.String(), nullable=True))
    # what was reviewed is read from the file again when it is accepted
    op.execute("DELETE FROM person_secret WHERE id IN (SELECT secret_id FROM staged_row WHERE verdict IN ('new', 'update'))")
    op.execute("DELETE FROM staged_row WHERE verdict IN ('new', 'update')")


def downgrade() -> None:
    for name in ("row_hash", "reason", "position", "sheet"):
        op.drop_column("staged_row", name)
    for name in ("row_hash", "roster_row", "roster_sheet"):
        op.drop_column("person", name)
    for name in ("accepted_at", "reviewed_at", *_COUNTS, "category", "columns"):
        op.drop_column("roster", name)
    op.drop_index("ix_roster_shape_headings", "roster_shape")
    op.drop_table("roster_shape")
