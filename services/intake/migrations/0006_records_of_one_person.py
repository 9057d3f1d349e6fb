"""Records that may be of one person: pairs, what was decided on them, and which person a record was merged into."""

import sqlalchemy as sa
from alembic import op

from shared.store.append_only import statements

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "duplicate_pair",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["first_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["second_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("first_id", "second_id"),
    )
    op.create_index("ix_duplicate_pair_second_id", "duplicate_pair", ["second_id"])
    op.create_index("ix_duplicate_pair_status_score", "duplicate_pair", ["status", "score", "id"])
    op.create_table(
        "duplicate_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pair_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("kept_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["pair_id"], ["duplicate_pair.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("pair_id", "number"),
    )
    for statement in statements(("duplicate_decision",), op.get_bind().dialect.name):
        op.execute(statement)
    # plainly added: what a batch copies of a table loses its triggers
    op.add_column("person", sa.Column("merged_into", sa.Uuid(), nullable=True))
    op.create_index("ix_person_merged_into", "person", ["merged_into"])
    op.add_column("person", sa.Column("is_compared", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index("ix_person_is_compared", "person", ["is_compared"])
    op.execute("UPDATE person SET indexed_by = ''")  # everybody is indexed anew, with the words by which records alike are found


def downgrade() -> None:
    op.drop_index("ix_person_is_compared", "person")
    op.drop_column("person", "is_compared")
    op.drop_index("ix_person_merged_into", "person")
    op.drop_column("person", "merged_into")
    op.drop_table("duplicate_decision")
    op.drop_table("duplicate_pair")
