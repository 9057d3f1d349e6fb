"""Engines for both databases, with the settings without which they lose updates (engineering facts 15, §2.5)."""

import sqlite3
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=10000",
    "PRAGMA cache_size=-64000",
    "PRAGMA wal_autocheckpoint=4000",
    "PRAGMA secure_delete=ON",  # what is erased is overwritten, not only unlinked
)


def make_engine(url: str) -> Engine:
    """An engine that never prints what it binds, as that may be a person's data.

    Its transactions begin when the caller says so: BEGIN IMMEDIATE to write, BEGIN to read on SQLite.
    """
    if make_url(url).get_backend_name() == "sqlite":
        engine = create_engine(
            url, connect_args={"check_same_thread": False, "timeout": 10}, pool_size=8, max_overflow=8, hide_parameters=True
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_plain)
        return engine
    return create_engine(url, pool_size=10, max_overflow=10, isolation_level="READ COMMITTED", pool_pre_ping=True, hide_parameters=True)


def _prepare_sqlite(connection: sqlite3.Connection, record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves; the driver's own habit is to begin late and lose updates
    for pragma in SQLITE_PRAGMAS:
        connection.execute(pragma).fetchall()


def _begin_plain(connection: Any) -> None:
    """Reads begin here; the writer says BEGIN IMMEDIATE through the execution option of its connection."""
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))
