"""Lists by keyset: every row once, in order, whatever the sort column is."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Date, Integer, MetaData, String, Table, Uuid, create_engine, insert, select
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from shared.errors import Malformed
from shared.http.paging import Listing, Page, _open, _seal, listing
from shared.store.tables import kernel_tables
from shared.work import Reader


class Row(SQLModel, registry=registry()):
    """Tables of this test alone."""


class Visit(Row, table=True):
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    on: date
    place: str


METADATA = MetaData()
DRAW = Table("draw", METADATA, Column("id", Integer, primary_key=True), Column("on", Date), Column("key", Uuid), Column("name", String))
KERNEL = kernel_tables(MetaData())


@pytest.fixture
def reader() -> Iterator[Reader]:
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    Row.metadata.create_all(engine)
    with engine.connect() as connection:
        yield Reader(connection, KERNEL, today=date(2017, 3, 1))
    engine.dispose()


def fill(reader: Reader, days: list[int]) -> None:
    rows = [{"id": number, "on": date(2017, 3, day), "key": uuid4(), "name": f"{number}"} for number, day in enumerate(days)]
    if rows:
        reader._connection.execute(insert(DRAW), rows)


def every(reader: Reader, limit: int, *, newest_first: bool) -> list[int]:
    """The ids of all pages."""
    found: list[int] = []
    after: str | None = None
    while True:
        answer = listing(
            reader,
            select(DRAW.c.id, DRAW.c.on),
            Page(after, limit),
            sort=(DRAW.c.on, DRAW.c.id),
            item=lambda row: row.id,
            newest_first=newest_first,
        )
        assert len(answer.items) <= limit
        found += answer.items
        after = answer.next
        if after is None:
            return found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(days=st.lists(st.integers(1, 5), max_size=25), limit=st.integers(1, 7), newest_first=st.booleans())
def test_pages_together_are_the_whole_list_in_order(reader: Reader, days: list[int], limit: int, newest_first: bool) -> None:
    reader._connection.execute(DRAW.delete())
    fill(reader, days)
    in_order = sorted(range(len(days)), key=lambda number: (days[number], number), reverse=newest_first)

    assert every(reader, limit, newest_first=newest_first) == in_order


def test_row_that_comes_in_between_neither_repeats_nor_hides_another(reader: Reader) -> None:
    fill(reader, [2, 3, 4])
    first = listing(reader, select(DRAW.c.id, DRAW.c.on), Page(None, 2), sort=(DRAW.c.on, DRAW.c.id), item=lambda row: row.id)
    reader._connection.execute(insert(DRAW).values(id=9, on=date(2017, 3, 1), key=uuid4(), name=""))
    second = listing(reader, select(DRAW.c.id, DRAW.c.on), Page(first.next, 2), sort=(DRAW.c.on, DRAW.c.id), item=lambda row: row.id)

    assert (first.items, second.items, second.next) == ([0, 1], [2], None)


def test_models_are_listed_as_models(reader: Reader) -> None:
    rows = [{"id": uuid4(), "on": date(2017, 3, day), "place": f"{day}"} for day in (3, 1, 2)]
    reader._connection.execute(insert(Visit.__table__), rows)  # type: ignore[attr-defined]  # SQLModel adds it

    def page_of(after: str | None) -> Listing:
        return listing(reader, select(Visit), Page(after, 2), sort=(Visit.on, Visit.id), item=lambda visit: visit.place)

    first = page_of(None)

    assert first.items == ["1", "2"]
    assert page_of(first.next).items == ["3"]


@pytest.mark.parametrize("after", ["!", "e30", "W10", "WzEsMl0", "W1sicyJdXQ", "WyJ4IiwieSJd", "中文"])
def test_place_that_was_never_given_out_is_refused(after: str) -> None:
    with pytest.raises(Malformed, match="after"):
        _open(after)


@pytest.mark.parametrize(
    "value",
    ["黄石", 7, uuid4(), date(2017, 3, 1), datetime(2017, 3, 1, 8, tzinfo=UTC), Decimal("0.10")],
)
def test_place_keeps_its_type(value: Any) -> None:
    assert _open(_seal([value, 1])) == [value, 1]
