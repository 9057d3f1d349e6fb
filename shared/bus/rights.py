"""Which process of a service hears a consumer: one at a time, or the events of one record would be taken out of order.

Processes that run together share a service's consumers evenly; what one leaves behind, the others take.
"""

import asyncio
import logging
from contextlib import suppress
from math import ceil
from typing import Protocol

import psycopg
from sqlalchemy.engine import make_url

from shared.store.store import Store

log = logging.getLogger("qiao.bus")

LET_GO_OF_THE_DEAD = "SET tcp_keepalives_idle = 2; SET tcp_keepalives_interval = 1; SET tcp_keepalives_count = 2"
"""PostgreSQL frees the locks of a machine that is gone after four seconds; those of a process that was killed, at once."""
JOIN = "SELECT pg_advisory_lock_shared(hashtext('qiao hears'), hashtext(%s))"
PROCESSES = """
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock' AND granted
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
AND classid = hashtext('qiao hears')::oid AND objid = hashtext(%s)::oid"""
CLAIM = "SELECT pg_try_advisory_lock(hashtext('qiao consumer'), hashtext(%s))"
GIVE_BACK = "SELECT pg_advisory_unlock(hashtext('qiao consumer'), hashtext(%s))"

Connection = psycopg.AsyncConnection[tuple[object, ...]]


class Rights(Protocol):
    async def has(self, consumer: str) -> bool:
        """May this process begin or go on to hear it? Claims the right if nobody has it and it is this one's turn."""
        ...

    async def keeps(self, consumer: str) -> bool:
        """Has the right not been lost since?"""
        ...

    async def give_back(self, consumer: str) -> None:
        """After the hearing has ended."""
        ...

    async def close(self) -> None: ...


class Alone:
    """SQLite: there is one process."""

    async def has(self, consumer: str) -> bool:
        return True

    async def keeps(self, consumer: str) -> bool:
        return True

    async def give_back(self, consumer: str) -> None:
        """Nobody waits for it."""

    async def close(self) -> None:
        """Nothing is held."""


class Shared:
    """PostgreSQL: advisory locks on one connection; with the connection all rights are lost."""

    def __init__(self, url: str, service: str, *, consumers: int) -> None:
        self._address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._service = service
        self._consumers = consumers
        self._held: list[str] = []
        self._connection: Connection | None = None
        self._one_by_one = asyncio.Lock()

    async def has(self, consumer: str) -> bool:
        async with self._one_by_one:
            try:
                return await self._may(consumer)
            except psycopg.Error as error:
                await self._lose(error)
                return False

    async def keeps(self, consumer: str) -> bool:
        async with self._one_by_one:
            if self._connection is None or consumer not in self._held:
                return False
            try:
                await self._connection.execute("SELECT 1")
            except psycopg.Error as error:
                await self._lose(error)
            return self._connection is not None

    async def give_back(self, consumer: str) -> None:
        async with self._one_by_one:
            if self._connection is not None and consumer in self._held:
                self._held.remove(consumer)
                try:
                    await self._connection.execute(GIVE_BACK, [consumer])
                except psycopg.Error as error:
                    await self._lose(error)

    async def close(self) -> None:
        async with self._one_by_one:
            if self._connection is not None:
                await self._connection.close()
            self._connection, self._held = None, []

    async def _may(self, consumer: str) -> bool:
        connection = await self._joined()
        share = ceil(self._consumers / max(1, await _number(connection, PROCESSES, self._service)))
        if consumer in self._held:
            return self._held.index(consumer) < share
        if len(self._held) >= share or not await _number(connection, CLAIM, consumer):
            return False
        self._held.append(consumer)
        return True

    async def _joined(self) -> Connection:
        """The connection, by which the others know that this process is there."""
        if self._connection is None:
            connection = await psycopg.AsyncConnection.connect(self._address, autocommit=True)
            await connection.execute(LET_GO_OF_THE_DEAD)
            await connection.execute(JOIN, [self._service])
            self._connection = connection
        return self._connection

    async def _lose(self, error: psycopg.Error) -> None:
        """Nothing is held any more, whether or not the database has noticed."""
        log.warning("the right to hear was lost", extra={"error": type(error).__name__})
        self._held = []
        if self._connection is not None:
            with suppress(psycopg.Error):
                await self._connection.close()
            self._connection = None


async def _number(connection: Connection, question: str, about: str) -> int:
    """The one value that answers it; true is 1."""
    row = await (await connection.execute(question.encode(), [about])).fetchone()
    return int(str(row[0])) if row and not isinstance(row[0], bool) else int(bool(row and row[0]))


def rights_of(store: Store, service: str, *, consumers: int) -> Rights:
    """The rights of one process to the consumers of its service."""
    return Alone() if store.is_sqlite else Shared(store.url, service, consumers=consumers)
