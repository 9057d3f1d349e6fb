"""An objection names the person it is about."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("objection", sa.Column("person_id", sa.Uuid(), nullable=True))
    op.create_index("ix_objection_person_id", "objection", ["person_id"], unique=False)
    op.execute("UPDATE objection SET person_id = (SELECT person_id FROM candidate WHERE candidate.id = objection.candidate_id)")


def downgrade() -> None:
    op.drop_index("ix_objection_person_id", "objection")
    op.drop_column("objection", "person_id")
