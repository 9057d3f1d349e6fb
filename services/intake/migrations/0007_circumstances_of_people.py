"""Circumstances of people."""

import sqlalchemy as sa
from alembic import op

from shared.store.append_only import statements

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("father", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("mother", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("adl_unmet", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("has_lost_only_child", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "observation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("father", sa.String(), nullable=False),
        sa.Column("mother", sa.String(), nullable=False),
        sa.Column("beyond", sa.JSON(), nullable=False),
        sa.Column("has_lost_only_child", sa.Boolean(), nullable=False),
        sa.Column("observed_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("observation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_observation_person_id"), ["person_id"], unique=False)
    for statement in statements(("observation",), op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    with op.batch_alter_table("observation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_observation_person_id"))
    op.drop_table("observation")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("has_lost_only_child")
        batch_op.drop_column("adl_unmet")
        batch_op.drop_column("mother")
        batch_op.drop_column("father")
