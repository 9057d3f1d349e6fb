"""PostgreSQL: a transaction per unit on a pool of threads, run again when the database says it lost a race."""

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from time import sleep

from prometheus_client import Histogram
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from shared.errors import Busy
from shared.store.queue import CAPACITY, Committed, Waiting, answer
from shared.store.tables import KernelTables
from shared.work import Work

THREADS = 8
ATTEMPTS = 6
LOST_RACE = {"40001", "40P01"}
"""serialization_failure and deadlock_detected: the unit may simply be run again."""


class PooledWriter:
    def __init__(self, engine: Engine, kernel: KernelTables, committed: Committed, hold_seconds: Histogram) -> None:
        self._engine = engine
        self._kernel = kernel
        self._committed = committed
        self._hold_seconds = hold_seconds
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="unit")
        self._places = BoundedSemaphore(CAPACITY)
        self._queued: deque[Waiting] = deque()

    def start(self) -> None:
        """Threads start with the first unit."""

    def stop(self) -> None:
        self._pool.shutdown()

    @property
    def waiting(self) -> int:
        """Units that nobody has begun yet."""
        return len(self._queued)

    def put(self, item: Waiting, *, bulk: bool) -> None:
        """Raises Busy when 2,000 units wait already. Bulk units queue with the others: here nobody waits for one writer."""
        if not self._places.acquire(blocking=False):
            raise Busy()
        self._queued.append(item)
        self._pool.submit(self._write, item)

    def _write(self, item: Waiting) -> None:
        self._places.release()
        self._queued.popleft()
        if item.is_stale:
            item.error = Busy()
        else:
            item.has_started = True
            self._attempt(item)
        answer([item])

    def _attempt(self, item: Waiting) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self._hold_seconds.time(), self._engine.begin() as connection:
                    work = Work(connection, self._kernel, actor=item.actor, today=item.today)
                    item.value = item.context.run(item.unit, work)
                    work.finish()
                    if work.emitted:
                        connection.exec_driver_sql("SELECT pg_notify('qiao_outbox', '')")  # wakes the relay of another process
            except OperationalError as error:
                if attempt == ATTEMPTS or getattr(error.orig, "sqlstate", None) not in LOST_RACE:
                    item.error = error
                    return
                sleep(0.01 * 2**attempt)
            except BaseException as error:  # whatever it is, it is its caller's; the thread serves the next one
                item.error = error
                return
            else:
                self._committed(work.fresh)
                return
