"""What units have decided and nothing has read yet, kept in memory until it must be written."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table, update

from shared.store.bulk import insert_rows


@dataclass(slots=True)
class Changes:
    """What units have decided to write and nothing has read yet."""

    inserts: dict[Table, list[dict[str, Any]]] = field(default_factory=dict)
    updates: list[tuple[Table, Any, dict[str, Any]]] = field(default_factory=list)
    fresh: set[Table] = field(default_factory=set)
    """Tables that got new rows, whether they are written by now or not."""
    keys: set[tuple[Table, Any]] = field(default_factory=set)
    """Which rows are concerned: a look at any other row by its key need not wait for these to be written."""

    def __bool__(self) -> bool:
        return bool(self.inserts or self.updates)

    def insert(self, table: Table, row: dict[str, Any]) -> None:
        self.inserts.setdefault(table, []).append(row)
        self.fresh.add(table)
        self.keys.add((table, row.get(key_of(table).name)))

    def update(self, table: Table, key: Any, values: dict[str, Any]) -> None:
        self.updates.append((table, key, values))
        self.keys.add((table, key))

    def absorb(self, other: "Changes") -> None:
        """Take over another unit's changes, after one's own."""
        for table, rows in other.inserts.items():
            self.inserts.setdefault(table, []).extend(rows)
        self.updates.extend(other.updates)
        self.keys |= other.keys

    def flush(self, connection: Connection) -> None:
        """Write parents before children, new rows before changes, and forget them."""
        if self.inserts:
            metadata = next(iter(self.inserts)).metadata
            for table in sorted(self.inserts, key=_insert_order(metadata).__getitem__):
                insert_rows(connection, table, self.inserts[table])
            self.inserts = {}
        for table, key, values in self.updates:
            connection.execute(update(table).where(key_of(table) == key).values(values))
        self.updates = []
        self.keys = set()


def _insert_order(metadata: Any) -> dict[Table, int]:
    """Position of each table behind the tables it refers to; worked out once per store."""
    order: dict[Table, int] | None = metadata.info.get("insert_order")
    if order is None or len(order) != len(metadata.tables):
        order = {table: position for position, table in enumerate(metadata.sorted_tables)}
        metadata.info["insert_order"] = order
    return order


def key_of(table: Table) -> Any:
    return next(iter(table.primary_key))
