"""The kernel's own tables, the same in every store: what was said, heard, done, refused, and by whom."""

from dataclasses import dataclass

from sqlalchemy import JSON as Json
from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, MetaData, String, Table, Text, Uuid, text

from shared.store.types import UtcDateTime

APPEND_ONLY = ("act", "refusal")
"""Tables that a trigger protects: rows are never changed or deleted (decision 19, 社会救助法 art 70(4))."""


@dataclass(frozen=True, slots=True)
class KernelTables:
    outbox: Table
    inbox: Table
    act: Table
    idempotency: Table
    refusal: Table
    account: Table
    token: Table
    job: Table
    file: Table


def _row_number() -> Column[int]:
    """A number that grows by one per row; SQLite numbers only a plain INTEGER key."""
    return Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


def kernel_tables(metadata: MetaData) -> KernelTables:
    """Declare the kernel's tables beside a service's own."""
    return KernelTables(
        outbox=_outbox(metadata),
        inbox=_inbox(metadata),
        act=_act(metadata),
        idempotency=_idempotency(metadata),
        refusal=_refusal(metadata),
        account=_account(metadata),
        token=_token(metadata),
        job=_job(metadata),
        file=_file(metadata),
    )


def _inbox(metadata: MetaData) -> Table:
    """What was heard already, so that an event heard twice takes effect once."""
    return Table(
        "inbox",
        metadata,
        Column("consumer", String, primary_key=True),
        Column("event_id", Uuid, primary_key=True),
        Column("aggregate", String, nullable=False),
        Column("sequence", BigInteger, nullable=False),
        Column("businesstime", Date),
        Column("received_at", UtcDateTime, nullable=False),
        Index("ix_inbox_aggregate", "consumer", "aggregate", "sequence"),
        Index("ix_inbox_businesstime", "businesstime"),
    )


def _idempotency(metadata: MetaData) -> Table:
    """Commands by their key, with the answer that was given."""
    return Table(
        "idempotency",
        metadata,
        Column("key", String, primary_key=True),
        Column("account", String, nullable=False),
        Column("request_hash", String, nullable=False),
        Column("status", Integer, nullable=False),
        Column("answer", Text, nullable=False),
        Column("at", UtcDateTime, nullable=False),
    )


def _refusal(metadata: MetaData) -> Table:
    """Accesses that were refused, for the auditor."""
    return Table(
        "refusal",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("at", UtcDateTime, nullable=False, index=True),
        Column("acted_on", Date, nullable=False),
        Column("account", String, nullable=False),
        Column("method", String, nullable=False),
        Column("path_template", String, nullable=False),
        Column("code", String, nullable=False),
        Column("message", Text, nullable=False),
        Column("trace_id", String, nullable=False),
    )


def _account(metadata: MetaData) -> Table:
    """Who may sign in, and how far each reaches."""
    return Table(
        "account",
        metadata,
        Column("account", String, primary_key=True),
        Column("name", String, nullable=False),
        Column("password_hash", String, nullable=False),
        Column("roles", Json, nullable=False),
        Column("divisions", Json, nullable=False),
        Column("contracts", Json, nullable=False),
        Column("is_active", Boolean, nullable=False),
        Column("failures", Integer, nullable=False),
        Column("locked_until", UtcDateTime),
        Column("password_set_at", UtcDateTime),
        Column("created_at", UtcDateTime, nullable=False),
        Column("created_by", String, nullable=False),
    )


def _token(metadata: MetaData) -> Table:
    """Who is signed in; only a hash of what they carry."""
    return Table(
        "token",
        metadata,
        Column("hash", String, primary_key=True),
        Column("account", String, nullable=False, index=True),
        Column("created_at", UtcDateTime, nullable=False),
        Column("expires_at", UtcDateTime, nullable=False),
    )


def _job(metadata: MetaData) -> Table:
    """Long work and how far it has come."""
    return Table(
        "job",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("kind", String, nullable=False),
        Column("subject_id", Uuid, nullable=False, index=True),
        Column("status", String, nullable=False, index=True),
        Column("position", Integer, nullable=False),
        Column("total", Integer, nullable=False),
        Column("problem", Text, nullable=False),
        Column("businesstime", Date, nullable=False),
        Column("account", String, nullable=False),
        Column("traceparent", String),
        Column("started_at", UtcDateTime, nullable=False),
        Column("changed_at", UtcDateTime, nullable=False),
    )


def _file(metadata: MetaData) -> Table:
    """Documents by the hash of their content."""
    return Table(
        "file",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("sha256", String, nullable=False, index=True),
        Column("size", BigInteger, nullable=False),
        Column("type", String, nullable=False),
        Column("contracts", Json, nullable=False),
        Column("account", String, nullable=False),
        Column("at", UtcDateTime, nullable=False),
    )


def _outbox(metadata: MetaData) -> Table:
    """The record of everything this service has said; the bus is a cache of it (decision 1 to 3)."""
    return Table(
        "outbox",
        metadata,
        _row_number(),
        Column("event_id", Uuid, nullable=False, unique=True),
        Column("aggregate_type", String, nullable=False),
        Column("aggregate_id", String, nullable=False),
        Column("type", String, nullable=False),
        Column("data", Text, nullable=False),
        Column("time", UtcDateTime, nullable=False),
        Column("businesstime", Date, nullable=False),
        Column("division", String),
        Column("traceparent", String),
        Column("sent_at", UtcDateTime),
        Column("stream_seq", BigInteger),
        Column("attempts", Integer, nullable=False, server_default="0"),
        Column("last_error", Text),
        Index("ix_outbox_unsent", "seq", sqlite_where=text("sent_at IS NULL"), postgresql_where=text("sent_at IS NULL")),
        Index("ix_outbox_aggregate", "aggregate_type", "aggregate_id"),
        sqlite_autoincrement=True,
    )


def _act(metadata: MetaData) -> Table:
    """The record of official acts: who did what, on which date, by which rule, decided by which plugin."""
    return Table(
        "act",
        metadata,
        _row_number(),
        Column("id", Uuid, nullable=False, unique=True),
        Column("at", UtcDateTime, nullable=False),
        Column("acted_on", Date, nullable=False, index=True),
        Column("account", String, nullable=False),
        Column("roles", Json, nullable=False),
        Column("name", String, nullable=False),
        Column("entity", String, nullable=False),
        Column("entity_id", String, nullable=False),
        Column("rules", Json, nullable=False),
        Column("plugins", Json, nullable=False),
        Column("trace_id", String, nullable=False),
        Index("ix_act_entity", "entity", "entity_id", "acted_on"),
        sqlite_autoincrement=True,
    )
