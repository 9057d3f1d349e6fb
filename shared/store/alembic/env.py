"""Alembic's way into a store: one environment for all five services, told by `shared.store.migrate`."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection
from sqlmodel.sql.sqltypes import AutoString

from shared.store.migrate import Target

target: Target = context.config.attributes["target"]


def migrate(connection: Connection) -> None:
    """Rebuild tables with foreign keys off, as a rebuild with them on deletes children, and check them before the commit."""
    is_sqlite = connection.dialect.name == "sqlite"
    context.configure(
        connection=connection,
        target_metadata=target.metadata,
        render_as_batch=is_sqlite,
        compare_type=True,
        user_module_prefix="types.",
        render_item=render,
        transactional_ddl=True,
    )
    if is_sqlite:
        _foreign_keys(connection, "OFF")
    with context.begin_transaction():
        context.run_migrations()
        if is_sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()):
            raise RuntimeError(f"the migration left rows without their parent: {broken[:5]}")
    if is_sqlite:
        _foreign_keys(connection, "ON")


def render(kind: str, item: Any, autogenerate: AutogenContext) -> str | Literal[False]:
    """SQLModel's own type for a `str` is a plain string in a migration."""
    return "sa.String()" if kind == "type" and isinstance(item, AutoString) else False


def _foreign_keys(connection: Connection, state: str) -> None:
    """On the driver's own connection: inside a transaction SQLite ignores this pragma."""
    driver = connection.connection.driver_connection
    if driver is None:
        raise RuntimeError("the connection is closed")
    driver.execute(f"PRAGMA foreign_keys={state}")


with target.engine.connect() as connection:
    migrate(connection)
