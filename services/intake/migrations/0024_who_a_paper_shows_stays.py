"""Who was in the household when a paper came stays as it was recorded: an erasure finds papers by it and takes nothing from it."""

from alembic import op

from shared.store.append_only import statements

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in statements(("attachment_member",), op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    on_table = "" if op.get_bind().dialect.name == "sqlite" else " ON attachment_member"
    for verb in ("update", "delete"):
        op.execute(f"DROP TRIGGER attachment_member_no_{verb}{on_table}")
