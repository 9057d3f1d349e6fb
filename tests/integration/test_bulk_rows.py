"""Rows written in bulk read back exactly as rows written one by one, in every column type that a table of ours has."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import registry
from sqlmodel import JSON, Field, SQLModel, col
from sqlmodel import Text as LongText

from services.casework.app import SERVICE as CASEWORK
from services.disclosure.app import SERVICE as DISCLOSURE
from services.evaluation.app import SERVICE as EVALUATION
from services.intake.app import SERVICE as INTAKE
from services.procurement.app import SERVICE as PROCUREMENT
from shared.errors import RuleRefusal
from shared.ids import new_id
from shared.store.bulk import FEW, way_of
from shared.store.store import Store
from shared.store.tables import kernel_tables
from shared.store.types import Amount, CompactUuid, Exact, Instant
from shared.work import Reader, Work

pytestmark = pytest.mark.integration

MANY = 3 * FEW
SHANGHAI = timezone(timedelta(hours=8))


class Table(SQLModel, registry=registry()):
    pass


class Box(Table, table=True):
    id: UUID = Field(default_factory=new_id, primary_key=True)


class Kept(Table, table=True):
    """A column of every type, and each once more where it may be empty."""

    number: int = Field(primary_key=True)
    box_id: UUID = Field(foreign_key="box.id")
    other_id: UUID | None
    short_id: UUID = Field(sa_type=CompactUuid)
    no_id: UUID | None = Field(sa_type=CompactUuid)
    name: str
    nickname: str | None
    remark: str | None = Field(sa_type=LongText)
    fen: int = Amount()
    count: int | None
    is_head: bool
    is_known: bool | None
    day: date
    last_day: date | None
    at: datetime = Instant()
    later: datetime | None = Instant()
    opens: time
    rate: Decimal | None = Exact()
    found: Any = Field(sa_type=JSON)
    body: bytes
    packed: bytes | None


KERNEL = kernel_tables(Table.metadata)
STATEMENT = insert(Kept)


@pytest.fixture(params=["sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    url = f"sqlite:///{tmp_path / 'store.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    store = Store(url, KERNEL, Table.metadata, name="boxes")
    Table.metadata.create_all(store.engine)
    store.start()
    yield store
    await asyncio.to_thread(store.stop)


def rows(box: UUID, first: int) -> list[dict[str, Any]]:
    """Full and empty ones, with what a line of COPY would have to escape."""
    full = {
        "box_id": box,
        "other_id": new_id(),
        "short_id": new_id(),
        "no_id": new_id(),
        "name": "桥\t\\N\\.\n\r'\"",
        "nickname": "",
        "remark": "\\",
        "fen": 2**62,
        "count": -1,
        "is_head": True,
        "is_known": False,
        "day": date(2016, 2, 29),
        "last_day": date(9999, 12, 31),
        "at": datetime(2016, 3, 1, 0, 30, 0, 123456, tzinfo=SHANGHAI),
        "later": datetime(2016, 3, 1, tzinfo=UTC),
        "opens": time(8, 30),
        "rate": Decimal("91.12500"),
        "found": {"街道": ["东方山", None, 1.5, "\\N"], "n": {}},
        "body": bytes(range(256)),
        "packed": b"",
    }
    nullable = ("other_id", "no_id", "nickname", "remark", "count", "is_known", "last_day", "later", "rate", "packed")
    empty = {**full, **dict.fromkeys(nullable), "found": None, "is_head": False, "body": b"\\x00", "name": ""}
    return [{"number": first + number, **(empty if number % 2 else full)} for number in range(MANY)]


def keep(written: Sequence[dict[str, Any]], work: Work) -> None:
    work.insert(Kept, written)


def keep_alone(row: dict[str, Any], work: Work) -> None:
    work.execute(STATEMENT, [row])


def open_box(work: Work) -> UUID:
    box = Box()
    work.add(box)
    return box.id


def count(reader: Reader) -> int:
    return int(reader.scalar(select(func.count()).select_from(Kept)))


def stored(reader: Reader, first: int) -> list[tuple[Any, ...]]:
    """As the driver reads them, past every type of SQLAlchemy."""
    found = reader.rows(
        text("SELECT * FROM kept WHERE number >= :first AND number < :last ORDER BY number").bindparams(first=first, last=first + MANY)
    )
    return [tuple(row)[1:] for row in found]


async def test_a_row_is_stored_as_if_it_had_been_inserted_by_itself(store: Store) -> None:
    box = await store.run(open_box)
    in_bulk = rows(box, 0)
    alone = [{**row, "number": row["number"] + 1_000} for row in in_bulk]

    await store.run(partial(keep, in_bulk))
    for row in alone:
        await store.run(partial(keep_alone, row))

    assert await store.read(partial(stored, first=0)) == await store.read(partial(stored, first=1_000))
    read = await store.read(
        lambda reader: [row.model_dump() for row in reader.select(select(Kept).where(col(Kept.number) < MANY).order_by(col(Kept.number)))]
    )
    assert read == in_bulk


@pytest.mark.parametrize("service", [INTAKE, PROCUREMENT, CASEWORK, EVALUATION, DISCLOSURE], ids=lambda service: service.name)
def test_every_type_of_a_service_is_among_those_tried_here(service: Any) -> None:
    tried = {type(column.type) for table in Table.metadata.tables.values() for column in table.columns}

    assert {type(column.type) for table in service.table.metadata.tables.values() for column in table.columns} <= tried


async def test_what_the_unit_added_before_is_there_first(store: Store) -> None:
    def unit(work: Work) -> int:
        box = Box()
        work.add(box)
        work.insert(Kept, rows(box.id, 0))
        return count(work)

    assert await store.run(unit) == MANY


async def test_a_refusing_unit_takes_its_bulk_rows_back(store: Store) -> None:
    box = await store.run(open_box)

    def unit(work: Work) -> None:
        work.insert(Kept, rows(box, 0))
        raise RuleRefusal("不")

    with pytest.raises(RuleRefusal):
        await store.run(unit)

    assert await store.read(count) == 0


async def test_the_database_refuses_in_bulk_as_it_does_one_by_one(store: Store) -> None:
    box = await store.run(open_box)
    twice = [*rows(box, 0), *rows(box, 0)]

    with pytest.raises(IntegrityError):
        await store.run(partial(keep, twice))
    with pytest.raises(IntegrityError):
        await store.run(partial(keep, rows(new_id(), 0)))

    assert await store.read(count) == 0
    await store.run(partial(keep, rows(box, 0)))
    assert await store.read(count) == MANY


async def test_a_value_that_does_not_fit_is_refused_before_anything_is_written(store: Store) -> None:
    box = await store.run(open_box)
    naive = [{**row, "at": datetime(2016, 3, 1)} for row in rows(box, 0)]  # noqa: DTZ001  naive on purpose

    with pytest.raises(StatementError):
        await store.run(partial(keep, naive))

    assert await store.read(count) == 0


async def test_rows_that_leave_something_to_the_model_take_the_ordinary_way(store: Store) -> None:
    assert way_of(Table.metadata.tables["box"], (), store.engine.dialect) is None

    await store.run(lambda work: work.insert(Box, [{} for _ in range(MANY)]))

    assert await store.read(lambda reader: reader.scalar(select(func.count()).select_from(Box))) == MANY


async def test_rows_of_different_shape_are_all_kept(store: Store) -> None:
    box = await store.run(open_box)
    mixed = rows(box, 0)
    mixed[-1] = {**mixed[-1], "nobody": "knows"}

    await store.run(partial(keep, mixed))

    assert await store.read(count) == MANY
