"""Migrations: made by `qiao db draft`, run only by `qiao db upgrade`, `up` and `demo`; a service refuses an older schema."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, text

from shared.store.engine import make_engine
from shared.store.group_commit import exclusive
from shared.store.store import Store
from shared.store.tables import APPEND_ONLY

UPGRADE_LOCK = 0x71696163  # "qiao": the advisory lock of PostgreSQL under which migrations run


class SchemaOutdated(RuntimeError):
    """The store's schema is not the one this version of the service needs."""


class Migrated(Protocol):
    """What is needed of a service here."""

    @property
    def name(self) -> str: ...

    @property
    def folder(self) -> Path: ...

    @property
    def append_only(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Target:
    """The engine and the tables that Alembic's environment works on."""

    engine: Engine
    metadata: MetaData


def upgrade(service: Migrated, store: Store) -> Path | None:
    """Bring the store to the newest schema, one process at a time. Returns the backup that was made first, if any."""
    with _alone(store):
        current, newest = _revisions(service, store.engine)
        if current == newest:
            return None
        backup = _backup(store.path) if current is not None and store.path is not None else None
        command.upgrade(config_of(service, Target(store.engine, store.metadata)), "head")
        return backup


def draft(service: Migrated, metadata: MetaData, message: str, scratch: Path) -> None:
    """Write the next migration from the difference between the tables in code and those of the migrations so far."""
    engine = make_engine(f"sqlite:///{scratch}")
    config = config_of(service, Target(engine, metadata))
    command.upgrade(config, "head")
    command.revision(config, message=message, autogenerate=True, rev_id=f"{len(list(_script(config).walk_revisions())) + 1:04d}")
    engine.dispose()


def check_schema(service: Migrated, store: Store) -> None:
    """Raises SchemaOutdated unless the store has the newest schema."""
    current, newest = _revisions(service, store.engine)
    if current != newest:
        raise SchemaOutdated(
            f"{service.name}: the store is at {current or 'nothing'}, this version needs {newest}; run: qiao db upgrade {service.name}"
        )


def is_new(service: Migrated, store: Store) -> bool:
    """Whether the store holds nothing at all yet."""
    return _revisions(service, store.engine)[0] is None


def config_of(service: Migrated, target: Target) -> Config:
    """Alembic's configuration for one service's migrations and one store."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "alembic"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(service.folder / "migrations"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["target"] = target
    config.attributes["append_only"] = (*APPEND_ONLY, *service.append_only)
    return config


def _script(config: Config) -> ScriptDirectory:
    return ScriptDirectory.from_config(config)


def _revisions(service: Migrated, engine: Engine) -> tuple[str | None, str | None]:
    newest = _script(config_of(service, Target(engine, MetaData()))).get_current_head()
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision(), newest


@contextmanager
def _alone(store: Store) -> Iterator[None]:
    if store.is_sqlite:
        with exclusive(store.lock_path("upgrade")):
            yield
        return
    with store.engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": UPGRADE_LOCK})
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": UPGRADE_LOCK})


def _backup(path: Path) -> Path:
    """A copy of the SQLite file that is whole although others may be reading it."""
    copy = path.with_name(f"{path.stem}.{datetime.now(UTC):%Y%m%dT%H%M%S}.backup.db")
    with sqlite3.connect(path) as source, sqlite3.connect(copy) as target:
        source.backup(target)
    source.close()
    target.close()
    return copy
