"""One relay per store: whose turn it is, and what wakes it. Two relays would reorder the events of a record (decision 2)."""

import asyncio
import fcntl
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from shared.bus.ending import end, pause
from shared.bus.rights import LET_GO_OF_THE_DEAD
from shared.store.store import Store

TRY_AGAIN = 0.5
"""Seconds between two attempts to get the turn."""
PEEK = 0.1
"""Seconds between two looks for commits of other processes on SQLite."""
CHANNEL = "qiao_outbox"
"""PostgreSQL channel on which a commit with events is told."""


class Turn(ABC):
    """The right to relay, and the bell that says there may be something to relay."""

    def __init__(self) -> None:
        self.changed = asyncio.Event()
        self.is_over = asyncio.Event()
        """Set when the turn was lost, or nobody wants it any more."""
        self.on_standby: Callable[[], None] = lambda: None
        """Called whenever somebody else was found to have it."""

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Wait for the turn and keep it. It is over at once when nobody wants it any more."""
        async with self._exclusive():
            listening = asyncio.create_task(self._listen(), name="relay bell")
            try:
                yield
            finally:
                await end(listening)

    async def wait(self, seconds: float) -> None:
        """Until the bell rings or the time is over."""
        await pause(self.changed, seconds)

    @abstractmethod
    def _exclusive(self) -> AbstractAsyncContextManager[None]: ...

    @abstractmethod
    async def _listen(self) -> None:
        """Ring for what other processes commit."""


class SqliteTurn(Turn):
    """A lock on a file beside the store; `data_version` tells of commits made by others."""

    def __init__(self, path: Path, lock: Path) -> None:
        super().__init__()
        self._path = path
        self._lock = lock

    @asynccontextmanager
    async def _exclusive(self) -> AsyncIterator[None]:
        with self._lock.open("a") as file:
            while not self.is_over.is_set() and not _locked(file.fileno()):
                self.on_standby()
                await pause(self.is_over, TRY_AGAIN)
            yield

    async def _listen(self) -> None:
        with closing(sqlite3.connect(f"file:{self._path}?mode=ro", uri=True)) as connection:
            seen = None
            while True:
                (version,) = connection.execute("PRAGMA data_version").fetchone()
                if version != seen:
                    seen = version
                    self.changed.set()
                await asyncio.sleep(PEEK)


class PostgresTurn(Turn):
    """An advisory lock and a LISTEN on one connection; with the connection the turn is lost."""

    def __init__(self, url: str, name: str) -> None:
        super().__init__()
        self._address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._name = name
        self._connection: psycopg.AsyncConnection[tuple[object, ...]] | None = None

    @asynccontextmanager
    async def _exclusive(self) -> AsyncIterator[None]:
        async with await psycopg.AsyncConnection.connect(self._address, autocommit=True) as connection:
            await connection.execute(LET_GO_OF_THE_DEAD)
            while not self.is_over.is_set() and not await self._locked(connection):
                self.on_standby()
                await pause(self.is_over, TRY_AGAIN)
            await connection.execute(f"LISTEN {CHANNEL}")
            self._connection = connection
            yield

    async def _locked(self, connection: psycopg.AsyncConnection[tuple[object, ...]]) -> bool:
        asked = await connection.execute("SELECT pg_try_advisory_lock(hashtext('qiao relay'), hashtext(%s))", [self._name])
        found = await asked.fetchone()
        return bool(found and found[0])

    async def _listen(self) -> None:
        if self._connection is None:
            raise RuntimeError("listen within the turn")
        try:
            async for _ in self._connection.notifies():
                self.changed.set()
        except psycopg.Error:
            self.is_over.set()
            self.changed.set()


def turn_of(store: Store) -> Turn:
    """The turn of this store, rung by what this process says too."""
    turn = PostgresTurn(store.url, store.name) if store.path is None else SqliteTurn(store.path, store.lock_path("relay"))
    loop = asyncio.get_running_loop()
    store.on_new(store.kernel.outbox, lambda: None if loop.is_closed() else _ring(loop, turn))
    return turn


def _ring(loop: asyncio.AbstractEventLoop, turn: Turn) -> None:
    loop.call_soon_threadsafe(turn.changed.set)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
