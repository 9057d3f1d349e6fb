"""Questions of other ministries' systems."""

import sqlalchemy as sa
from alembic import op

from shared.store import types

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "partner_callback",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message", sa.Uuid(), nullable=True),
        sa.Column("subscription", sa.Uuid(), nullable=True),
        sa.Column("sender_id", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("made_at", types.UtcDateTime(), nullable=False),
        sa.Column("due_at", types.UtcDateTime(), nullable=False),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("wrapped_by", sa.String(), server_default="", nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("partner_callback", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_partner_callback_wrapped_by"), ["wrapped_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_partner_callback_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_partner_callback_message"), ["message"], unique=False)
        batch_op.create_index(batch_op.f("ix_partner_callback_status"), ["status"], unique=False)

    op.create_table(
        "partner_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sender_id", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("transaction_id", sa.String(), nullable=False),
        sa.Column("request_hash", sa.String(), nullable=False),
        sa.Column("is_sync", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("callback", sa.String(), nullable=False),
        sa.Column("received_at", types.UtcDateTime(), nullable=False),
        sa.Column("answered_at", types.UtcDateTime(), nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("wrapped_by", sa.String(), server_default="", nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sender_id", "message_id"),
    )
    with op.batch_alter_table("partner_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_partner_message_wrapped_by"), ["wrapped_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_partner_message_status"), ["status"], unique=False)
        batch_op.create_index(batch_op.f("ix_partner_message_transaction_id"), ["transaction_id"], unique=False)

    op.create_table(
        "partner_subscription",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sender_id", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("record_type", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("reference_id", sa.String(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("starts_at", types.UtcDateTime(), nullable=True),
        sa.Column("ends_at", types.UtcDateTime(), nullable=True),
        sa.Column("made_at", types.UtcDateTime(), nullable=False),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("wrapped_by", sa.String(), server_default="", nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("partner_subscription", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_partner_subscription_wrapped_by"), ["wrapped_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_partner_subscription_is_active"), ["is_active"], unique=False)

    op.create_table(
        "registration_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("registered_on", sa.Date(), nullable=True))
    # the first roster of those who are here already is not known any more: the latest that names them stands for it
    op.execute("UPDATE person SET registered_on = (SELECT decided_on FROM roster WHERE roster.id = person.roster_id)")


def downgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("registered_on")

    op.drop_table("registration_change")
    with op.batch_alter_table("partner_subscription", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_partner_subscription_wrapped_by"))
        batch_op.drop_index(batch_op.f("ix_partner_subscription_is_active"))

    op.drop_table("partner_subscription")
    with op.batch_alter_table("partner_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_partner_message_wrapped_by"))
        batch_op.drop_index(batch_op.f("ix_partner_message_transaction_id"))
        batch_op.drop_index(batch_op.f("ix_partner_message_status"))

    op.drop_table("partner_message")
    with op.batch_alter_table("partner_callback", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_partner_callback_wrapped_by"))
        batch_op.drop_index(batch_op.f("ix_partner_callback_status"))
        batch_op.drop_index(batch_op.f("ix_partner_callback_message"))
        batch_op.drop_index(batch_op.f("ix_partner_callback_due_at"))

    op.drop_table("partner_callback")
