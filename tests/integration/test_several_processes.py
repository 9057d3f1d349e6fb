"""PostgreSQL with several processes on one store: nothing is done twice, and what is said about one record keeps its order."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from nats.js.client import JetStreamContext
from sqlalchemy import func, select

from shared.access.credentials import admit_admin
from shared.events.intake import SurveyProgressed
from shared.jobs import Job, JobRunner
from shared.store.store import Store
from shared.telemetry import Telemetry
from shared.work import Reader, Work
from tests.faults.provisioned import js
from tests.faults.town import TOWN, House, eventually, house, numbers, open_store, progressed, say
from tests.faults.town import Heard as Done
from tests.servers import NatsServer

__all__ = ["js"]

pytestmark = pytest.mark.integration

SURVEY, OTHER = UUID(int=1), UUID(int=2)
CHUNKS = 40
CONSUMERS = len(list(TOWN.consumers("procurement")))


@asynccontextmanager
async def process_of(url: str) -> AsyncIterator[Store]:
    """The store as one more process has it: with connections and threads of its own."""
    store = open_store(url, "intake")
    yield store
    await asyncio.to_thread(store.stop)


class Slow:
    """A unit that says a number, has the database number it, and then does not commit until it may."""

    def __init__(self, survey: UUID, number: int) -> None:
        self.has_said, self.may_commit = threading.Event(), threading.Event()
        self._event = progressed(survey, number)

    def __call__(self, work: Work) -> None:
        work.emit(self._event)
        work.rows(select(work.kernel.outbox.c.seq))
        self.has_said.set()
        assert self.may_commit.wait(20)


async def test_the_relay_cannot_overtake_an_earlier_event_that_is_not_committed_yet(
    js: JetStreamContext, nats_server: NatsServer, postgres_url: str
) -> None:
    """No unit here locks the record's row; the outbox itself makes the second wait. Another record does not."""
    slow = Slow(SURVEY, 1)
    async with process_of(postgres_url) as elsewhere, house("intake", postgres_url, nats_server.url) as intake:
        first = asyncio.create_task(elsewhere.run(slow))
        await asyncio.to_thread(slow.has_said.wait, 20)
        second = asyncio.create_task(intake.say(SURVEY, 2, 3))
        await intake.say(OTHER, 10, 11)
        await eventually(lambda: intake.store.read_now(sent) == [10])
        assert not second.done()

        slow.may_commit.set()
        await asyncio.gather(first, second)
        await eventually(lambda: intake.unsent() == 0)

    assert await on_the_bus(js) == [10, 1, 2]


def sent(reader: Reader) -> list[int]:
    """The numbers that the relay has marked."""
    outbox = reader.kernel.outbox.c
    return [number_of(row.data) for row in reader.rows(select(outbox.data).where(outbox.sent_at.is_not(None)))]


def number_of(data: str | bytes) -> int:
    return SurveyProgressed.model_validate_json(data).files_verified


async def on_the_bus(js: JetStreamContext) -> list[int]:
    """The numbers in the order of the stream."""
    count = (await js.stream_info("INTAKE")).state.messages
    return [number_of((await js.get_msg("INTAKE", seq=place)).data or b"") for place in range(1, count + 1)]


async def test_events_of_one_record_have_the_order_of_their_commits(postgres_url: str) -> None:
    """Whatever their units do between saying and committing."""
    committed: list[int] = []

    def speak(number: int, work: Work) -> None:
        say(SURVEY, number, number + 1, work)
        numbered = work.scalar(select(func.max(work.kernel.outbox.c.seq)))
        committed.append(int(numbered))

    async with process_of(postgres_url) as one, process_of(postgres_url) as another:
        await asyncio.gather(*(store.run(partial(speak, number)) for number in range(40) for store in (one, another)))

    assert committed == sorted(committed)
    assert len(set(committed)) == 80


async def test_a_job_is_done_once_although_two_processes_run_it(postgres_url: str) -> None:
    def chunk(subject_id: UUID, position: int, *, work: Work) -> int | None:
        say(subject_id, position, position + 1, work)
        work.rows(select(work.kernel.outbox.c.seq))
        work.add(Done(survey_id=subject_id, number=position, heard_at=work.now))
        return position + 1 if position + 1 < CHUNKS else None

    async with process_of(postgres_url) as one, process_of(postgres_url) as another:
        runners = [JobRunner(Runtime(store), {"count": Job(chunk)}, Telemetry("intake")) for store in (one, another)]
        for runner in runners:
            runner.start()
        job_id = await one.run(lambda work: work.start_job("count", SURVEY, CHUNKS))
        await eventually(lambda: one.read_now(partial(status_of, job_id)) == "done")
        for runner in runners:
            await runner.stop()

        assert one.read_now(numbers) == list(range(CHUNKS))


class Runtime:
    """Runs chunks that ask for nothing but their work."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def run_chunk(self, chunk: Callable[..., int | None], subject_id: UUID, position: int, prepared: Any, work: Work) -> int | None:
        return chunk(subject_id, position, work=work)

    async def read(self, query: Callable[..., Any], /, *args: Any) -> Any:
        return await self.store.read(partial(query, *args))


def status_of(job_id: UUID, reader: Reader) -> str:
    job = reader.kernel.job.c
    return str(reader.scalar(select(job.status).where(job.id == job_id)))


async def test_processes_that_start_together_admit_one_administrator(postgres_url: str) -> None:
    def admit(work: Work) -> None:
        admit_admin("hash of the token", work=work)

    async with process_of(postgres_url) as one, process_of(postgres_url) as another:
        await asyncio.gather(*(store.run(admit) for _ in range(8) for store in (one, another)))

        assert one.read_now(lambda reader: reader.scalar(select(func.count()).select_from(reader.kernel.token))) == 1


async def test_processes_share_the_consumers_and_take_over_what_another_leaves(
    js: JetStreamContext, nats_server: NatsServer, postgres_url: str
) -> None:
    async with house("procurement", postgres_url, nats_server.url) as one:
        await eventually(lambda: len(hearing(one)) == CONSUMERS)
        async with house("procurement", postgres_url, nats_server.url) as another:
            await eventually(lambda: sorted([*hearing(one), *hearing(another)]) == sorted(one.bus.health()["consumers"]))
            await eventually(lambda: abs(len(hearing(one)) - len(hearing(another))) <= 1)
            assert one.bus.health()["state"] == another.bus.health()["state"] == "ok"
        await eventually(lambda: len(hearing(one)) == CONSUMERS)


def hearing(lived: House) -> list[str]:
    return [name for name, told in lived.bus.health()["consumers"].items() if told["state"] == "ok"]
