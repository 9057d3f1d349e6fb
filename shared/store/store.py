"""The store of one service: units go in one by one or together, questions are answered beside them."""

import asyncio
import contextvars
from collections.abc import Callable, Iterator, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from time import monotonic, sleep
from typing import TypeVar

from sqlalchemy import Connection, MetaData, Table, select
from sqlalchemy.engine import make_url

from shared.access import SYSTEM, Actor
from shared.clock import Clock
from shared.errors import NotYet, Refusal
from shared.store.engine import make_engine
from shared.store.group_commit import GroupCommitWriter, exclusive
from shared.store.lookup import Lookup
from shared.store.pooled import PooledWriter
from shared.store.queue import Waiting
from shared.store.tables import KernelTables
from shared.telemetry.metrics import durations
from shared.work import Query, Reader, Unit, Work

T = TypeVar("T")

HOUSEKEEPING = ("account", "file")
"""Records whose acts are no business of any day."""

READERS = 4
DEADLINE = 10.0
"""Seconds a unit may wait before it starts."""
READER_WAIT = 0.02


class Store:
    """Opens nothing until `start`; `run` and `read` are for the event loop, `run_now` and `read_now` for everything else."""

    def __init__(self, url: str, kernel: KernelTables, metadata: MetaData, *, name: str, clock: Clock | None = None) -> None:
        self.url = url
        self.name = name
        self.kernel = kernel
        self.metadata = metadata
        self.clock = clock or Clock()
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self.path = Path(parsed.database or "") if self.is_sqlite else None
        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        self.engine = make_engine(url)
        self.unit_seconds = durations("qiao_unit_seconds", "Time from asking for a unit until it is durable.", "outcome", "queue")
        self.hold_seconds = durations("qiao_writer_hold_seconds", "Time that one transaction of units took.")
        self._unit_seconds = {
            (outcome, bulk): self.unit_seconds.labels(outcome, "bulk" if bulk else "ordinary")
            for outcome in ("done", "refused", "failed")
            for bulk in (False, True)
        }
        self._listeners: list[tuple[Table, Callable[[], None]]] = []
        self.lookup = Lookup(self)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        self._writer: GroupCommitWriter | PooledWriter
        if self.is_sqlite:
            self._writer = GroupCommitWriter(self.engine, kernel, self.lock_path("write"), self._committed, self.hold_seconds)
        else:
            self._writer = PooledWriter(self.engine, kernel, self._committed, self.hold_seconds)

    def start(self) -> None:
        self._writer.start()

    def stop(self) -> None:
        """Finish the waiting units, then close."""
        self._writer.stop()
        self._readers.shutdown()
        self.lookup.close()
        self.engine.dispose()

    @property
    def waiting_units(self) -> int:
        """Units that nobody has begun yet."""
        return self._writer.waiting

    def on_new(self, table: Table, listener: Callable[[], None]) -> None:
        """Call this after each commit with new rows of this table, in the writing thread: it must only wake somebody."""
        self._listeners.append((table, listener))

    def lock_path(self, purpose: str) -> Path:
        """A file beside the SQLite file that processes lock for one purpose."""
        if self.path is None:
            raise ValueError("PostgreSQL has locks of its own")
        return self.path.with_name(f"{self.path.name}.{purpose}.lock")

    async def run(
        self, unit: Unit[T], *, actor: Actor = SYSTEM, today: date | None = None, bulk: bool = False, deadline: float = DEADLINE
    ) -> T:
        """Run a unit and wait until it is durable. Raises what the unit raises, or Busy when the queue is full or the wait too long."""
        loop = asyncio.get_running_loop()
        began = monotonic()
        item = Waiting(unit, actor, today or self.clock.today(), began + deadline, contextvars.copy_context(), loop, loop.create_future())
        outcome = "failed"
        try:
            self._writer.put(item, bulk=bulk)
            result: T = await item.future
            outcome = "done"
        except (Refusal, NotYet):
            outcome = "refused"
            raise
        finally:
            self._unit_seconds[outcome, bulk].observe(monotonic() - began)
        return result

    async def read(self, query: Query[T], *, today: date | None = None) -> T:
        """Answer a question from a snapshot, beside the writer."""
        context = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(self._readers, context.run, self._read, query, today)

    def run_now(self, unit: Unit[T], *, actor: Actor = SYSTEM, today: date | None = None) -> T:
        """Run a unit in the calling thread: for the command line, start-up and tests."""
        with self._alone() as connection:
            work = Work(connection, self.kernel, actor=actor, today=today or self.clock.today())
            result = unit(work)
            work.finish()
        self._committed(work.fresh)
        return result

    def overwrite_deleted(self) -> None:
        """What was deleted or changed is gone from the files themselves: SQLite's log of earlier pages is written back and emptied."""
        if not self.is_sqlite:
            return
        deadline = monotonic() + DEADLINE
        with exclusive(self.lock_path("write")), closing(self.engine.raw_connection()) as connection:
            while connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] and monotonic() < deadline:
                sleep(READER_WAIT)  # a reader still looks at an earlier page

    def read_now(self, query: Query[T], *, today: date | None = None) -> T:
        return self._read(query, today)

    def _read(self, query: Query[T], today: date | None) -> T:
        with self.engine.connect() as connection, connection.begin():
            return query(Reader(connection, self.kernel, today=today or self._business_now(connection)))

    def _business_now(self, connection: Connection) -> date:
        """By which timers fire and questions are answered: in rehearsal the latest day on which anything was done here."""
        if not self.clock.rehearsal:
            return self.clock.today()
        act = self.kernel.act.c
        latest = select(act.acted_on).where(act.entity.not_in(HOUSEKEEPING)).order_by(act.acted_on.desc()).limit(1)
        return self.clock.business_now(connection.execute(latest).scalar())

    @contextmanager
    def _alone(self) -> Iterator[Connection]:
        """A transaction of the calling thread, in turn with the writers of every process."""
        if not self.is_sqlite:
            with self.engine.begin() as connection:
                yield connection
            return
        with (
            exclusive(self.lock_path("write")),
            self.engine.connect().execution_options(begin="BEGIN IMMEDIATE") as connection,
            connection.begin(),
        ):
            yield connection

    def _committed(self, fresh: Set[Table]) -> None:
        for table, listener in self._listeners:
            if table in fresh:
                listener()
