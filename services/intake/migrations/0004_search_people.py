"""People are searched for by keyed hashes of their words; a reading says what was read."""

import sqlalchemy as sa
from alembic import op

from shared.store import types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_entry",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.BigInteger(), nullable=False),
        sa.Column("tokens", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_table(
        "search_word",
        sa.Column("token", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("division", sa.BigInteger(), nullable=False),
        sa.Column("person_id", types.CompactUuid(), nullable=False),
        sa.PrimaryKeyConstraint("token", "division", "person_id"),
        sqlite_with_rowid=False,
    )
    # plainly added, not by a copy of the table: a copy would lose the triggers that keep readings from being changed
    op.add_column("person", sa.Column("indexed_by", sa.String(), server_default="", nullable=False))
    op.create_index("ix_person_indexed_by", "person", ["indexed_by"])
    op.add_column("reading", sa.Column("what", sa.String(), server_default="file", nullable=False))


def downgrade() -> None:
    op.drop_column("reading", "what")
    op.drop_index("ix_person_indexed_by", "person")
    op.drop_column("person", "indexed_by")
    op.drop_table("search_word")
    op.drop_table("search_entry")
