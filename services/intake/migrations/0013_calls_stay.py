"""Calls at doors stay as they were recorded."""

from alembic import op

from shared.store.append_only import statements

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in statements(("survey_call",), op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    on_table = "" if op.get_bind().dialect.name == "sqlite" else " ON survey_call"
    for verb in ("update", "delete"):
        op.execute(f"DROP TRIGGER survey_call_no_{verb}{on_table}")
