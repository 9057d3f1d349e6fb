"""Two small services on a real bus: intake says how far surveys are, procurement keeps every number it hears.

The bus and fault tests use them in this process and, with `python -m tests.faults.town`, in processes that can be killed.
"""

import asyncio
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from nats.aio.msg import Msg
from opentelemetry.trace import NoOpTracer, Tracer
from sqlalchemy import func, select
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from shared import relay
from shared.bus.link import Bus
from shared.bus.options import Options
from shared.bus.topology import QIAO, Limits, Topology
from shared.events.event import Event
from shared.events.intake import SurveyProgressed
from shared.ids import new_id
from shared.store.append_only import statements
from shared.store.store import Store
from shared.store.tables import APPEND_ONLY, kernel_tables
from shared.store.types import Instant
from shared.work import Reader, Work

WINDOW = 2.0
ACK_WAIT = 2.0
TOWN = Topology(heard=QIAO.heard, asked=QIAO.asked, limits=Limits(duplicate_window=WINDOW, ack_wait=ACK_WAIT))
FAST = Options(
    tries=4,
    first_delay=0.05,
    delay_growth=1.5,
    longest_delay=0.2,
    fetch=0.5,
    watch=0.1,
    look=1.0,
    graceful=5.0,
    ask=30.0,
    publish=1.0,
    sweep=0.2,
    relay_delay=0.05,
    relay_longest=0.3,
    held=0.3,
)
ON = date(2016, 3, 1)
SURVEYS = [UUID(int=number) for number in range(7)]


class Table(SQLModel, registry=registry()): ...


class Heard(Table, table=True):
    """One effect of one event; the key is its own, so that an effect made twice shows."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    survey_id: UUID
    number: int
    heard_at: datetime = Instant()


KERNEL = kernel_tables(Table.metadata)


def open_store(url: str, name: str) -> Store:
    """A store with its tables, started."""
    store = Store(url, KERNEL, Table.metadata, name=name)
    with store.engine.begin() as connection:
        if not connection.dialect.has_table(connection, "heard"):
            Table.metadata.create_all(connection)
            for statement in statements(APPEND_ONLY, connection.dialect.name):
                connection.exec_driver_sql(statement)
    store.start()
    return store


def progressed(survey_id: UUID, number: int) -> SurveyProgressed:
    return SurveyProgressed(
        survey_id=survey_id, project_id=survey_id, files_due=100_000, files_verified=number, people=0, is_accepted=False
    )


def say(survey_id: UUID, first: int, last: int, work: Work) -> None:
    """A unit that says a stretch of numbers."""
    for number in range(first, last):
        work.emit(progressed(survey_id, number))


def keep(event: SurveyProgressed, *, work: Work) -> None:
    """The reaction."""
    work.add(Heard(survey_id=event.survey_id, number=event.files_verified, heard_at=datetime.now(UTC)))


def numbers(reader: Reader) -> list[int]:
    """What has been heard, in order of arrival."""
    heard = Table.metadata.tables["heard"].c
    return [row.number for row in reader.rows(select(heard.number).order_by(heard.heard_at, heard.id))]


def said_numbers(reader: Reader) -> list[int]:
    """What has been committed to be said."""
    outbox = reader.kernel.outbox.c
    return [SurveyProgressed.model_validate_json(row.data).files_verified for row in reader.rows(select(outbox.data))]


def unsent(reader: Reader) -> int:
    outbox = reader.kernel.outbox.c
    return int(reader.scalar(select(func.count()).where(outbox.sent_at.is_(None))))


class House:
    """One service of the town."""

    def __init__(self, store: Store, bus: Bus) -> None:
        self.store = store
        self.bus = bus

    async def say(self, survey_id: UUID, first: int, last: int, *, today: date = ON) -> None:
        await self.store.run(partial(say, survey_id, first, last), today=today)

    def heard(self) -> list[int]:
        return self.store.read_now(numbers)

    def unsent(self) -> int:
        return self.store.read_now(unsent)


@asynccontextmanager
async def house(
    name: str,
    store_url: str,
    nats_url: str,
    *,
    reactions: dict[type[Event], Callable[..., Any]] | None = None,
    tracer: Tracer | None = None,
    options: Options = FAST,
    **more: Any,
) -> AsyncIterator[House]:
    """A service of the town, running until the end of the block."""
    store = open_store(store_url, name)
    bus = Bus(name, nats_url, store, reactions=reactions or {}, tracer=tracer or NoOpTracer(), options=options, topology=TOWN, **more)
    await bus.start()
    try:
        yield House(store, bus)
    finally:
        await bus.stop()
        store.stop()


def store_of(folder: Path, name: str) -> str:
    """Address of a SQLite file."""
    return f"sqlite:///{folder}/{name}.db"


async def eventually(holds: Callable[[], bool | Awaitable[bool]], *, within: float = 60.0) -> None:
    """Wait until it holds; longer than a busy machine needs. Raises AssertionError when it does not in time."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        held = holds()
        if held if isinstance(held, bool) else await held:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"did not come true within {within} s")


# as a process of its own


class Resident:
    """A service of the town in a process that can be killed."""

    def __init__(self, process: Process) -> None:
        self._process = process

    @classmethod
    async def live(cls, name: str, store_url: str, nats_url: str, *flags: str) -> "Resident":
        command = ("-m", "tests.faults.town", name, store_url, nats_url, *flags)
        resident = cls(await asyncio.create_subprocess_exec(sys.executable, *command, stdin=PIPE, stdout=PIPE))
        await resident.hear("ready")
        return resident

    def say(self, first: int, last: int) -> None:
        """Have it say numbers; it answers `said` when all are committed."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{first} {last}\n".encode())

    async def hear(self, word: str) -> None:
        """Wait for a word of it."""
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            if line.decode().strip() == word:
                return
        raise AssertionError(f"it ended before it said {word!r}")

    async def stop(self) -> None:
        """As a rolling restart does: what runs is finished, and the right to relay and to hear is given back."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()

    async def kill(self) -> None:
        """As `kill -9` does: nothing is finished, nothing is told."""
        self._process.kill()
        await self._process.communicate()


async def _live(name: str, store_url: str, nats_url: str, *flags: str) -> None:
    if "stalls" in flags:
        setattr(Msg, "ack", _tell_and_wait)  # noqa: B010  # it stands still between commit and acknowledgement, to be killed there
    if "never marks" in flags:
        setattr(relay, "_mark_sent", _tell_and_hang)  # noqa: B010  # it stands still between publish and mark
    reactions: dict[type[Event], Callable[..., Any]] = {SurveyProgressed: keep} if name == "procurement" else {}
    async with house(name, store_url, nats_url, reactions=reactions) as lived:
        print("ready", flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            first, last = (int(part) for part in line.split())
            for number in range(first, last):
                await lived.say(SURVEYS[number % len(SURVEYS)], number, number + 1)
            print("said", flush=True)


async def _tell_and_wait(message: Msg) -> None:
    print("committed", flush=True)
    await asyncio.Event().wait()


def _tell_and_hang(sent: dict[int, int], work: Work) -> None:
    print("published", flush=True)
    time.sleep(1_000)


if __name__ == "__main__":
    asyncio.run(_live(*sys.argv[1:]))
