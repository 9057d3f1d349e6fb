"""SQLite's single writer: many waiting units, one transaction, one fsync; every caller waits for its own commit.

Up to 256 units, or 20 ms of them, run one after another. A unit that refuses is dropped and the others go on. Only
a database error rolls the group back; its units then run again, each alone, so that the faulty one answers for itself.
"""

import fcntl
import logging
import threading
from collections.abc import Iterator, Set
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from prometheus_client import Histogram
from sqlalchemy import Connection, Engine, Table
from sqlalchemy.exc import StatementError

from shared.errors import Busy
from shared.store.changes import Changes
from shared.store.queue import Committed, UnitQueue, Waiting, answer
from shared.store.tables import KernelTables
from shared.work import Work

GROUP_SIZE = 256
GROUP_SECONDS = 0.020
HOLD_SECONDS = 0.100
"""No unit holds the writer longer than this; one that does is logged."""

log = logging.getLogger("qiao.store")


class GroupFailed(Exception):
    """The database refused part of a group."""


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """One writing process at a time; two that only rely on SQLite's own lock starve each other."""
    with path.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


class GroupCommitWriter:
    """The thread that writes."""

    def __init__(self, engine: Engine, kernel: KernelTables, lock: Path, committed: Committed, hold_seconds: Histogram) -> None:
        self._engine = engine
        self._kernel = kernel
        self._lock = lock
        self._committed = committed
        self._hold_seconds = hold_seconds
        self._thread = threading.Thread(target=self._write_groups, name="writer", daemon=True)
        self._queue = UnitQueue()

    def start(self) -> None:
        self._thread.start()

    def put(self, item: Waiting, *, bulk: bool) -> None:
        """Raises Busy when the queue is full."""
        self._queue.put(item, bulk=bulk)

    @property
    def waiting(self) -> int:
        """Units that nobody has begun yet."""
        return self._queue.waiting

    def stop(self) -> None:
        """Finish what waits, then end."""
        self._queue.close()
        self._thread.join()

    def _write_groups(self) -> None:
        with self._engine.connect().execution_options(begin="BEGIN IMMEDIATE") as connection:
            while (first := self._queue.take()) is not None:
                self._write_group(connection, first)

    def _write_group(self, connection: Connection, first: Waiting) -> None:
        ran: list[Waiting] = []
        try:
            fresh = self._commit_together(connection, first, ran)
        except GroupFailed:
            answer([self._alone(connection, item) for item in ran])
            return
        except BaseException as error:  # BEGIN or COMMIT itself failed: nobody's unit is to blame, all callers hear it
            for item in ran or [first]:
                item.error = error
            answer(ran or [first])
            return
        self._committed(fresh)
        answer(ran)

    def _commit_together(self, connection: Connection, first: Waiting, ran: list[Waiting]) -> Set[Table]:
        """Run units into one transaction; gives the tables that got new rows. Raises GroupFailed when one of them met a database error."""
        earlier = Changes()
        fresh: set[Table] = set()
        began = monotonic()
        with exclusive(self._lock), self._hold_seconds.time(), connection.begin():
            item: Waiting | None = first
            while item is not None:
                if item.is_stale:
                    item.error = Busy()
                    ran.append(item)
                else:
                    ran.append(item)
                    fresh |= self._run(connection, item, earlier)
                if len(ran) >= GROUP_SIZE or monotonic() - began > GROUP_SECONDS:
                    break
                item = self._queue.take_waiting()
            try:
                earlier.flush(connection)
            except StatementError as error:
                raise GroupFailed from error
        return fresh

    def _run(self, connection: Connection, item: Waiting, earlier: Changes | None) -> Set[Table]:
        work = Work(connection, self._kernel, actor=item.actor, today=item.today, earlier=earlier)
        item.has_started = True
        item.value, item.error = None, None
        began = monotonic()
        try:
            item.value = item.context.run(item.unit, work)
            work.finish()
        except StatementError as error:
            raise GroupFailed from error
        except BaseException as error:  # whatever it is, it is its caller's; the thread serves the next one
            item.error = error
            work.discard()
            return frozenset()
        held = monotonic() - began
        if held > HOLD_SECONDS:
            log.warning("a unit held the writer", extra={"unit": getattr(item.unit, "__qualname__", "?"), "seconds": round(held, 3)})
        return work.fresh

    def _alone(self, connection: Connection, item: Waiting) -> Waiting:
        """Run one unit in a transaction of its own; a database error is its own answer."""
        if item.is_stale and not item.has_started:
            item.error = Busy()
            return item
        fresh: Set[Table] = frozenset()
        try:
            with exclusive(self._lock), self._hold_seconds.time(), connection.begin() as transaction:
                fresh = self._run(connection, item, None)
                if item.error is not None:
                    transaction.rollback()
        except GroupFailed as failed:
            item.error = failed.__cause__
        except BaseException as error:  # its BEGIN or COMMIT failed
            item.error = error
        if item.error is None:
            self._committed(fresh)
        return item
