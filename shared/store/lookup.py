"""One row by its key, asked for so often that a transaction and a thread for each would cost more than the row.

On SQLite a connection of its own reads in the calling thread, which takes microseconds and never waits for the writer (WAL). Each
question sees every commit before it, this process's and others', since nothing is kept between two questions. On PostgreSQL the
store's readers answer.
"""

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from shared.work import Reader

if TYPE_CHECKING:
    from shared.store.store import Store


class Lookup:
    """Belongs to the thread of the event loop."""

    def __init__(self, store: "Store") -> None:
        self._store = store
        self._connection: sqlite3.Connection | None = None

    async def find(self, statement: str, **parameters: Any) -> Sequence[Any] | None:
        """The first row of `statement`, which names its parameters `:so`, as the driver gives it; None if there is none."""
        if self._store.path is not None:
            try:
                found: Sequence[Any] | None = self._open().execute(statement, parameters).fetchone()
            except sqlite3.Error:  # busy for a moment, or worse: the readers wait, and say what it is
                self.close()
            else:
                return found

        def ask(reader: Reader) -> Sequence[Any] | None:
            rows = reader.rows(text(statement).bindparams(**parameters))
            return rows[0] if rows else None

        return await self._store.read(ask)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = sqlite3.connect(str(self._store.path), isolation_level=None, check_same_thread=False, timeout=0)
            self._connection.execute("PRAGMA query_only=ON")
        return self._connection
