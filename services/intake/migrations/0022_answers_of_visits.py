"""A visit says by which form it was asked, and what was answered beside the fixed questions is kept sealed."""

import sqlalchemy as sa
from alembic import op

from shared.store.append_only import statements

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # no batch: a table that is made anew on SQLite loses the triggers that keep its rows as they are
    op.add_column("visit", sa.Column("form", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "survey_form",
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("sections", sa.JSON(), nullable=False),
        sa.Column("kept_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("version"),
    )
    op.create_table(
        "visit_answers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("wrapped_by", sa.String(), server_default="", nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_visit_answers_visit_id", "visit_answers", ["visit_id"], unique=False)
    op.create_index("ix_visit_answers_wrapped_by", "visit_answers", ["wrapped_by"], unique=False)
    op.create_table(
        "visit_answers_person",
        sa.Column("answers_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["answers_id"], ["visit_answers.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("answers_id", "person_id"),
    )
    op.create_index("ix_visit_answers_person_person_id", "visit_answers_person", ["person_id"], unique=False)
    for statement in statements(("survey_form",), op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    op.drop_index("ix_visit_answers_person_person_id", "visit_answers_person")
    op.drop_table("visit_answers_person")
    op.drop_index("ix_visit_answers_wrapped_by", "visit_answers")
    op.drop_index("ix_visit_answers_visit_id", "visit_answers")
    op.drop_table("visit_answers")
    op.drop_table("survey_form")
    op.drop_column("visit", "form")
