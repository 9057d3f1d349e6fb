"""Long work in chunks: each chunk is a unit of its own with a recorded position, so it resumes where it stopped.

A job's chunk takes the subject and the position and returns the next position, or None when it is finished:
`chunk(subject_id, position, *, work, …) -> int | None`, at most 500 rows. What takes long and only reads (a workbook, a
screening) is prepared once beside the writer, `prepare(subject_id, *, reader, …)`, and handed to each chunk as `prepared`.
What is done outside the store (a file destroyed) follows the commit: `beside(subject_id, runtime)` runs before each chunk, so also
before the first one after a kill, and is such that done twice is done once; a job that needs it ends with a chunk that does nothing.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import select, update

from shared.access import SYSTEM
from shared.bus.ending import end, pause
from shared.bus.faults import is_away
from shared.errors import Busy, Refusal
from shared.sentences import S_
from shared.store.store import Store
from shared.telemetry import Telemetry
from shared.work import Reader, Work

SWEEP_SECONDS = 1.0
UNFINISHED = ("waiting", "running")


@dataclass(frozen=True, slots=True)
class Job:
    """A kind of long work, as a service declares it."""

    chunk: Callable[..., int | None]
    prepare: Callable[..., Any] | None = None
    beside: Callable[[UUID, Any], Awaitable[None]] | None = None
    about: str = ""
    """What its subject is, a key of `Service.reach`: who does not reach that is not told of the job. "": everybody may look."""


class Runs(Protocol):
    """What runs a job's functions with what they ask for: the service's runtime."""

    store: Store

    def run_chunk(self, chunk: Callable[..., int | None], subject_id: UUID, position: int, prepared: Any, work: Work) -> int | None: ...

    def read(self, query: Callable[..., Any], /, *args: Any) -> Awaitable[Any]: ...


log = logging.getLogger("qiao.jobs")


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a job stands."""

    id: UUID
    kind: str
    subject_id: UUID
    status: str
    position: int
    total: int
    problem: str


def progress(job_id: UUID, *, reader: Reader) -> Progress | None:
    """A job as its user sees it."""
    job = reader.kernel.job.c
    rows = reader.rows(select(job.id, job.kind, job.subject_id, job.status, job.position, job.total, job.problem).where(job.id == job_id))
    return Progress(**rows[0]._mapping) if rows else None


class JobRunner:
    """Runs the jobs of one store, one chunk at a time, behind the ordinary units."""

    def __init__(self, runtime: Runs, jobs: Mapping[str, Job], telemetry: Telemetry) -> None:
        self._runtime = runtime
        self._store = runtime.store
        self._jobs = jobs
        self._telemetry = telemetry
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        loop = asyncio.get_running_loop()

        def wake() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._wake.set)

        self._store.on_new(self._store.kernel.job, wake)
        self._task = loop.create_task(self._run(), name="jobs")

    async def stop(self) -> None:
        if self._task is not None:
            await end(self._task)

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                for waiting in await self._store.read(_unfinished):
                    with self._telemetry.span(f"job {waiting.kind}", parent=waiting.traceparent):
                        await self._finish(waiting)
            except Exception as error:
                if not is_away(error):
                    raise
                log.warning("jobs wait for the store", extra={"error": type(error).__name__})
                await asyncio.sleep(SWEEP_SECONDS)
            await pause(self._wake, SWEEP_SECONDS)

    async def _finish(self, waiting: Any) -> None:
        """Run what is left of a job. Whatever a chunk raises ends the job and is its problem; it must not end the others."""
        job = self._jobs[waiting.kind]
        try:
            prepared = await self._runtime.read(job.prepare, waiting.subject_id) if job.prepare else None
            position: int | None = waiting.position
            while position is not None:
                if job.beside is not None:
                    await job.beside(waiting.subject_id, self._runtime)
                unit = self._unit(waiting.id, job.chunk, waiting.subject_id, position, prepared)
                position = await self._store.run(unit, actor=SYSTEM, today=waiting.businesstime, bulk=True, deadline=3600)
        except Busy:
            await asyncio.sleep(SWEEP_SECONDS)
        except Refusal as refusal:
            await self._store.run(partial(_fail, waiting.id, refusal.message), bulk=True, deadline=3600)
        except Exception as error:
            if is_away(error):
                raise
            log.exception("a job failed", extra={"job": str(waiting.id), "kind": waiting.kind})
            await self._store.run(partial(_fail, waiting.id, S_("系统出现故障，已记录")), bulk=True, deadline=3600)

    def _unit(
        self, job_id: UUID, chunk: Callable[..., int | None], subject_id: UUID, position: int, prepared: Any
    ) -> Callable[[Work], int | None]:
        def unit(work: Work) -> int | None:
            job = work.kernel.job
            standing = work.rows(select(job.c.position, job.c.status).where(job.c.id == job_id).with_for_update())[0]
            if standing.status not in UNFINISHED:
                return None
            if standing.position != position:  # another process did this chunk: go on from where it stopped
                return int(standing.position)
            next_position = self._runtime.run_chunk(chunk, subject_id, position, prepared, work)
            done = (
                {"status": "done", "position": job.c.total} if next_position is None else {"status": "running", "position": next_position}
            )
            work.execute(update(job).where(job.c.id == job_id).values(**done, changed_at=work.now))
            return next_position

        unit.__qualname__ = f"{chunk.__name__}[{position}]"
        return unit


def _unfinished(reader: Reader) -> Any:
    job = reader.kernel.job.c
    columns = (job.id, job.kind, job.subject_id, job.position, job.businesstime, job.traceparent)
    return reader.rows(select(*columns).where(job.status.in_(UNFINISHED)).order_by(job.started_at))


def _fail(job_id: UUID, problem: str, work: Work) -> None:
    job = work.kernel.job
    work.execute(update(job).where(job.c.id == job_id).values(status="failed", problem=problem, changed_at=work.now))
