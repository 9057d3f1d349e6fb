"""One suite for both databases: a unit is all or nothing, and neither database may tell the difference."""

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel, col

from shared.access import SYSTEM
from shared.errors import Busy, NotFound, RuleRefusal
from shared.events.casework import PlanSigned
from shared.events.procurement import NoticeField, NoticeIssued
from shared.ids import new_id
from shared.store.append_only import statements
from shared.store.pooled import THREADS
from shared.store.queue import CAPACITY
from shared.store.store import Store
from shared.store.tables import APPEND_ONLY, kernel_tables
from shared.store.types import Amount, Exact, Instant, Json
from shared.work import ActedBeforeRecord, EventTooLarge, Reader, Work
from tests.faults.town import eventually

pytestmark = pytest.mark.integration

TODAY = date(2017, 3, 1)


class Table(SQLModel, registry=registry()):
    pass


class Purse(Table, table=True):
    id: UUID = Field(default_factory=new_id, primary_key=True)
    owner: str = Field(unique=True)
    fen: int = Amount()
    rate: Decimal = Exact(default=Decimal("0"))
    at: datetime = Instant(default_factory=lambda: datetime.now(UTC))
    tags: list[str] = Json(default_factory=list)


class Coin(Table, table=True):
    id: UUID = Field(default_factory=new_id, primary_key=True)
    purse_id: UUID = Field(foreign_key="purse.id", index=True)


KERNEL = kernel_tables(Table.metadata)


class NotEnough(RuleRefusal):
    code = "not-enough"


@pytest.fixture(params=["sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    url = f"sqlite:///{tmp_path / 'store.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    store = Store(url, KERNEL, Table.metadata, name="purse")
    with store.engine.begin() as connection:
        Table.metadata.create_all(connection)
        for statement in statements(APPEND_ONLY, connection.dialect.name):
            connection.exec_driver_sql(statement)
    store.start()
    yield store
    await asyncio.to_thread(store.stop)


def open_purse(owner: str, fen: int, work: Work) -> UUID:
    purse = Purse(owner=owner, fen=fen)
    work.add(purse)
    work.emit(PlanSigned(case_id=purse.id, contract_id=purse.id, signed_on=TODAY))
    return purse.id


def spend(purse_id: UUID, fen: int, work: Work) -> int:
    purse = work.get(Purse, purse_id)
    if purse.fen < fen:
        raise NotEnough("余额不足")
    purse.fen -= fen
    return purse.fen


def count(model: type[SQLModel], reader: Reader) -> int:
    return int(reader.scalar(select(func.count()).select_from(model)))


def events(reader: Reader) -> int:
    return int(reader.scalar(select(func.count()).select_from(reader.kernel.outbox)))


async def test_rows_and_events_are_kept_together(store: Store) -> None:
    purse_id = await store.run(partial(open_purse, "a", 100))

    assert (await store.read(lambda reader: reader.get(Purse, purse_id).fen)) == 100
    assert await store.read(events) == 1


async def test_a_refusing_unit_leaves_nothing_even_after_it_wrote_and_read(store: Store) -> None:
    def unit(work: Work) -> None:
        open_purse("a", 1, work)
        assert count(Purse, work) == 1
        open_purse("b", 1, work)
        raise NotEnough("不")

    with pytest.raises(NotEnough):
        await store.run(unit)

    assert await store.read(partial(count, Purse)) == 0
    assert await store.read(events) == 0


async def test_units_that_run_together_see_each_other_and_lose_no_update(store: Store) -> None:
    purse_id = await store.run(partial(open_purse, "a", 500))

    results = await asyncio.gather(*(store.run(partial(spend, purse_id, 1)) for _ in range(600)), return_exceptions=True)

    refused = [result for result in results if isinstance(result, NotEnough)]
    assert len(refused) == 100
    assert sorted(result for result in results if isinstance(result, int)) == list(range(500))


async def test_a_faulty_unit_takes_nobody_with_it(store: Store) -> None:
    await store.run(partial(open_purse, "taken", 1))

    names = ["x", "taken", "y", "taken", "z"]
    results = await asyncio.gather(*(store.run(partial(open_purse, name, 1)) for name in names), return_exceptions=True)

    assert [isinstance(result, IntegrityError) for result in results] == [False, True, False, True, False]
    assert await store.read(partial(count, Purse)) == 4


async def test_a_child_may_be_added_before_its_parent(store: Store) -> None:
    def unit(work: Work) -> None:
        purse = Purse(owner="a", fen=1)
        work.add(Coin(purse_id=purse.id), purse)

    await store.run(unit)

    assert await store.read(partial(count, Coin)) == 1


async def test_a_missing_parent_is_refused_by_the_database(store: Store) -> None:
    with pytest.raises(IntegrityError):
        await store.run(lambda work: work.add(Coin(purse_id=new_id())))


async def test_values_come_back_as_they_were(store: Store) -> None:
    beijing = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=8)))
    purse = Purse(owner="a", fen=12_345_678_901_234, rate=Decimal("83.590"), at=beijing, tags=["一"])
    purse_id = purse.id
    await store.run(lambda work: work.add(Purse(**purse.model_dump())))

    kept = await store.read(lambda reader: reader.get(Purse, purse_id))

    assert (kept.fen, str(kept.rate), kept.at, kept.at.tzinfo, kept.tags) == (12_345_678_901_234, "83.590", beijing, UTC, ["一"])


async def test_a_naive_instant_is_refused(store: Store) -> None:
    naive = datetime(2026, 3, 1)  # noqa: DTZ001 the fault under test
    with pytest.raises(StatementError, match="time zone"):
        await store.run(lambda work: work.add(Purse(owner="a", fen=1, at=naive)))


async def test_what_a_unit_added_can_be_found_and_changed_in_it(store: Store) -> None:
    def unit(work: Work) -> None:
        purse_id = open_purse("a", 1, work)
        work.get(Purse, purse_id).fen = 2
        assert work.select(select(Purse))[0].fen == 2
        work.select(select(Purse))[0].fen = 3

    await store.run(unit)

    assert await store.read(lambda reader: reader.scalar(select(col(Purse.fen)))) == 3


async def test_the_record_of_an_act_cannot_be_edited(store: Store) -> None:
    def unit(work: Work) -> None:
        open_purse("a", 1, work)
        work.record_act("open_purse")

    await store.run(unit, today=TODAY)

    with pytest.raises(DBAPIError, match="append-only"):
        await store.run(lambda work: work.execute(update(work.kernel.act).values(name="forged")))
    with pytest.raises(DBAPIError, match="append-only"):
        await store.run(lambda work: work.execute(work.kernel.act.delete()))


async def test_no_act_precedes_the_latest_of_its_own_record(store: Store) -> None:
    def act(work: Work) -> None:
        work.about("purse", "1")
        work.record_act("act")

    await store.run(act, today=TODAY)
    await store.run(act, today=TODAY)

    with pytest.raises(ActedBeforeRecord):
        await store.run(act, today=TODAY - timedelta(days=1))


async def test_an_event_over_256_kb_is_refused_before_it_is_kept(store: Store) -> None:
    notice = NoticeIssued(
        notice_id=new_id(), project_id=new_id(), kind="tender", version=1, title="大", issued_on=TODAY,
        fields=(NoticeField(label="正文", value="字" * 90_000),), content_hash="",
    )  # fmt: skip
    with pytest.raises(EventTooLarge):
        await store.run(lambda work: work.emit(notice))


async def test_a_missing_row_says_so(store: Store) -> None:
    with pytest.raises(NotFound):
        await store.run(partial(spend, new_id(), 1))


async def occupied(store: Store, until: threading.Event) -> list[asyncio.Task[None]]:
    """Units that hold everybody who writes, until they may end."""
    begun: list[None] = []

    def hold(work: Work) -> None:
        begun.append(None)
        until.wait(20)

    blocked = [asyncio.create_task(store.run(hold)) for _ in range(THREADS)]
    await eventually(lambda: len(begun) == (1 if store.is_sqlite else THREADS))
    return blocked


async def test_a_full_queue_is_busy_and_a_cancelled_unit_is_skipped(store: Store) -> None:
    hold = threading.Event()
    blocked = await occupied(store, hold)
    waiting = [asyncio.create_task(store.run(partial(open_purse, str(number), 1))) for number in range(CAPACITY)]
    await eventually(lambda: store.waiting_units == CAPACITY)

    with pytest.raises(Busy):
        await asyncio.gather(*(store.run(partial(open_purse, f"over {number}", 1)) for number in range(10)))
    for task in waiting[5:]:
        task.cancel()
    hold.set()
    await asyncio.gather(*blocked, *waiting, return_exceptions=True)

    assert await store.read(partial(count, Purse)) == 5


async def test_a_unit_past_its_deadline_is_not_begun(store: Store) -> None:
    hold = threading.Event()
    blocked = await occupied(store, hold)
    late = asyncio.create_task(store.run(partial(open_purse, "late", 1), deadline=0.01))
    await asyncio.sleep(0.1)
    hold.set()

    with pytest.raises(Busy):
        await late
    await asyncio.gather(*blocked)
    assert await store.read(partial(count, Purse)) == 0


async def test_new_rows_wake_those_who_wait_for_them_and_nobody_else(store: Store) -> None:
    woken: list[str] = []
    store.on_new(Purse.__table__, lambda: woken.append("purse"))  # type: ignore[attr-defined]  # SQLModel adds it
    store.on_new(store.kernel.outbox, lambda: woken.append("outbox"))

    await store.run(lambda work: count(Purse, work))
    assert woken == []
    await store.run(lambda work: work.add(Purse(owner="a", fen=1)))
    assert woken == ["purse"]
    with pytest.raises(ZeroDivisionError):
        await store.run(partial(open_purse_and_fail, "b"))

    assert woken == ["purse"]


def open_purse_and_fail(name: str, work: Work) -> None:
    """Writes its row, and then refuses."""
    open_purse(name, 1, work)
    count(Purse, work)
    raise ZeroDivisionError


async def test_a_unit_may_also_run_in_the_calling_thread(store: Store) -> None:
    purse_id = await asyncio.to_thread(store.run_now, partial(open_purse, "a", 7), actor=SYSTEM)

    assert await asyncio.to_thread(store.read_now, lambda reader: reader.get(Purse, purse_id).fen) == 7
