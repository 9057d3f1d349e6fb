"""Durable units per second on SQLite with 64 concurrent callers: the group-commit writer against a commit per unit.

Both write the same row and the same outbox row, wait for their own fsync (`synchronous=FULL`), and refuse one unit in
twenty after it has added its row. Beside them sqlite3 itself writes the same two rows, 500 units to a commit, with nobody waiting and
nobody refused: what the disk and the database can do. All take turns in one run; the figures are ratios of the medians.

    python -m tests.bench.durable_units [--rounds 5] [--units 20000] [--quick]
"""

import asyncio
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from time import perf_counter
from uuid import UUID

from sqlalchemy import create_engine, event, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from shared.errors import RuleRefusal
from shared.events.casework import SessionRecorded
from shared.ids import new_id
from shared.store.engine import SQLITE_PRAGMAS
from shared.store.store import Store
from shared.store.tables import kernel_tables
from shared.work import Work
from tests.bench._rounds import Ratio, arguments, show

CALLERS = 64
RAW_BATCH = 500
OURS, PER_UNIT, RAW = "group commit", "SQLModel + aiosqlite, a commit per unit", f"sqlite3, {RAW_BATCH} units to a commit"
REFUSED_EVERY = 20
TODAY = date(2017, 3, 1)
NOW = datetime.now(UTC)


class Table(SQLModel, registry=registry()):
    pass


class Visit(Table, table=True):
    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = Field(index=True)
    worker: str = Field(index=True)
    held_on: date
    minutes: int
    note: str = ""


KERNEL = kernel_tables(Table.metadata)


class Refused(RuleRefusal):
    code = "refused"


def visit(number: int) -> tuple[Visit, SessionRecorded]:
    row = Visit(case_id=new_id(), worker=f"w{number % 15}", held_on=TODAY, minutes=50, note="入户")
    said = SessionRecorded(
        case_id=row.case_id, contract_id=row.case_id, number=number, held_on=TODAY, minutes=50, mode="home_visit", group="G1"
    )
    return row, said


def unit(number: int, work: Work) -> None:
    row, said = visit(number)
    work.add(row)
    work.emit(said)
    if number % REFUSED_EVERY == 0:
        raise Refused("不")


async def with_callers(units: int, one: Callable[[int], Awaitable[None]]) -> float:
    """Units per second when 64 callers each wait for their own commit; a refused unit is done too."""
    numbers = iter(range(units))

    async def caller() -> None:
        for number in numbers:
            with suppress(Refused):
                await one(number)

    began = perf_counter()
    await asyncio.gather(*(caller() for _ in range(CALLERS)))
    return units / (perf_counter() - began)


async def qiao(folder: Path, units: int) -> float:
    store = Store(f"sqlite:///{folder / 'qiao.db'}", KERNEL, Table.metadata, name="bench")
    Table.metadata.create_all(store.engine)
    store.start()
    try:
        rate = await with_callers(units, lambda number: store.run(partial(unit, number)))
        kept = await store.read(
            lambda reader: (
                reader.scalar(select(func.count()).select_from(Visit)),
                reader.scalar(select(func.count()).select_from(KERNEL.outbox)),
            )
        )
    finally:
        await asyncio.to_thread(store.stop)
    expect_all_kept(kept, units)
    return rate


async def per_unit(folder: Path, units: int) -> float:
    """SQLModel on aiosqlite, one session and one commit per unit, with the same settings of the database."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{folder / 'per_unit.db'}", pool_size=CALLERS, connect_args={"timeout": 60})
    event.listen(engine.sync_engine, "connect", prepare)
    event.listen(engine.sync_engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    async with engine.begin() as connection:
        await connection.run_sync(Table.metadata.create_all)

    async def one(number: int) -> None:
        async with AsyncSession(engine) as session:
            row, said = visit(number)
            session.add(row)
            await session.execute(insert(KERNEL.outbox), [outbox_row(said)])
            if number % REFUSED_EVERY == 0:
                raise Refused("不")
            await session.commit()

    rate = await with_callers(units, one)
    async with engine.connect() as connection:
        visits = await connection.scalar(select(func.count()).select_from(Visit))
        said = await connection.scalar(select(func.count()).select_from(KERNEL.outbox))
    await engine.dispose()
    expect_all_kept((visits, said), units)
    return rate


def raw(folder: Path, units: int) -> float:
    """sqlite3 alone; the rows are made before the clock runs."""
    engine = create_engine(f"sqlite:///{folder / 'raw.db'}")
    Table.metadata.create_all(engine)
    engine.dispose()
    pairs = [visit(number) for number in range(units)]
    visits = [(row.id.hex, row.case_id.hex, row.worker, row.held_on.isoformat(), row.minutes, row.note) for row, _ in pairs]
    events = [tuple(_plain(value) for value in outbox_row(said).values()) for _, said in pairs]
    names = ", ".join(outbox_row(pairs[0][1]))
    with closing(sqlite3.connect(folder / "raw.db", isolation_level=None)) as connection:
        for pragma in SQLITE_PRAGMAS:
            connection.execute(pragma)
        began = perf_counter()
        for start in range(0, units, RAW_BATCH):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "INSERT INTO visit (id, case_id, worker, held_on, minutes, note) VALUES (?, ?, ?, ?, ?, ?)",
                visits[start : start + RAW_BATCH],
            )
            connection.executemany(
                f"INSERT INTO outbox ({names}, attempts) VALUES ({', '.join('?' * len(events[0]))}, 0)", events[start : start + RAW_BATCH]
            )
            connection.execute("COMMIT")
        return units / (perf_counter() - began)


def _plain(value: object) -> object:
    """As the store's own column types write it."""
    if isinstance(value, UUID):
        return value.hex
    return value.isoformat() if isinstance(value, date) else value


def prepare(connection: sqlite3.Connection, record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def outbox_row(said: SessionRecorded) -> dict[str, object]:
    entity, entity_id = said.aggregate
    row = {"event_id": new_id(), "aggregate_type": entity, "aggregate_id": entity_id, "type": said.subject, "data": said.model_dump_json()}
    return {**row, "time": NOW, "businesstime": TODAY}


def expect_all_kept(kept: tuple[int | None, int | None], units: int) -> None:
    expected = units - len(range(0, units, REFUSED_EVERY))
    if kept != (expected, expected):
        raise SystemExit(f"kept {kept}, expected {expected} rows and as many events")


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--units", type=int, default=20_000)
    chosen = parser.parse_args()
    rounds, units = (1, 500) if chosen.quick else (chosen.rounds, chosen.units)
    found: dict[str, list[float]] = {
        OURS: [],
        PER_UNIT: [],
        RAW: [],
    }
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            found[OURS].append(asyncio.run(qiao(Path(folder), units)))
            found[PER_UNIT].append(asyncio.run(per_unit(Path(folder), min(units, max(1_000, units // 20)))))
            found[RAW].append(raw(Path(folder), units))
    ratios = [
        Ratio("group commit / SQLModel + aiosqlite", OURS, (PER_UNIT,), "≥ 10"),
        Ratio("group commit / sqlite3", OURS, (RAW,), "≥ 0.75"),
    ]
    show("durable units per second, 64 callers, 5 % refusing", found, ratios, unit="units/s")


if __name__ == "__main__":
    main()
