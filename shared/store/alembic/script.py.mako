"""${message.capitalize()}."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from shared.store import types
% if not down_revision:
from shared.store.append_only import statements
% endif
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}
% if not down_revision:

APPEND_ONLY = ${repr(config.attributes["append_only"])}
% endif


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
% if not down_revision:
    for statement in statements(APPEND_ONLY, op.get_bind().dialect.name):
        op.execute(statement)
% endif


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
