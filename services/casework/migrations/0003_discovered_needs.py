"""Needs that workers found, what intake answered, and who there read of them."""

import sqlalchemy as sa
from alembic import op

from shared.store import types
from shared.store.append_only import statements

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "need_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("recipient_id", sa.Uuid(), nullable=True),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("urgency", sa.String(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("reported_by", sa.String(), nullable=False),
        sa.Column("reported_on", sa.Date(), nullable=False),
        sa.Column("reported_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("contract_id", "case_id", "recipient_id", "reported_by"):
        op.create_index(f"ix_need_report_{column}", "need_report", [column])
    op.create_table(
        "need_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["need_report.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("report_id", "state"),
    )
    op.create_index("ix_need_answer_report_id", "need_answer", ["report_id"])
    op.create_table(
        "need_reading",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("read_on", sa.Date(), nullable=False),
        sa.Column("read_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["need_report.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_need_reading_report_id", "need_reading", ["report_id"])
    for statement in statements(("need_report", "need_answer", "need_reading"), op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    for table in ("need_reading", "need_answer", "need_report"):
        op.drop_table(table)
