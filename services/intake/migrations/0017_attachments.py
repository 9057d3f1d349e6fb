"""Photos and papers of household files."""

import sqlalchemy as sa
from alembic import op

from shared.store.append_only import statements

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_household_id"), ["household_id"], unique=False)
        batch_op.create_unique_constraint("uq_attachment_file_id", ["file_id"])
    op.create_table(
        "attachment_member",
        sa.Column("attachment_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachment.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("attachment_id", "person_id"),
    )
    with op.batch_alter_table("attachment_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_member_person_id"), ["person_id"], unique=False)
    for statement in statements(("attachment",), op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("attachment_member")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attachment_household_id"))
    op.drop_table("attachment")
