"""Long work in chunks: each chunk is a unit of its own with a recorded position, so it resumes where it stopped.

A job's function takes the subject and the position and returns the next position, or None when it is finished:
`fn(subject_id, position, *, work, …) -> int | None`, at most 500 rows a chunk.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from shared.access import SYSTEM
from shared.errors import Busy, Refusal
from shared.store.store import Store
from shared.telemetry import Telemetry
from shared.work import Reader, Work

SWEEP_SECONDS = 1.0

Chunk = Callable[[UUID, int, Work], int | None]

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

    def __init__(self, store: Store, chunks: Mapping[str, Chunk], telemetry: Telemetry) -> None:
        self._store = store
        self._chunks = chunks
        self._telemetry = telemetry
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        loop = asyncio.get_running_loop()

        def wake() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._wake.set)

        self._store.on_commit(wake)
        self._task = loop.create_task(self._run(), name="jobs")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            waiting = await self._store.read(_unfinished)
            for job_id, kind, subject_id, position, businesstime, traceparent in waiting:
                with self._telemetry.span(f"job {kind}", parent=traceparent):
                    await self._finish(job_id, kind, subject_id, position, businesstime)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), SWEEP_SECONDS)

    async def _finish(self, job_id: UUID, kind: str, subject_id: UUID, position: int, businesstime: date) -> None:
        next_position: int | None = position
        while next_position is not None:
            try:
                next_position = await self._store.run(
                    _chunk(self._chunks[kind], job_id, subject_id, next_position),
                    actor=SYSTEM,
                    today=businesstime,
                    bulk=True,
                    deadline=3600,
                )
            except Busy:
                await asyncio.sleep(SWEEP_SECONDS)
            except Refusal as refusal:
                await self._store.run(_failed(job_id, refusal.message), bulk=True, deadline=3600)
                return


def _unfinished(reader: Reader) -> Any:
    job = reader.kernel.job.c
    columns = (job.id, job.kind, job.subject_id, job.position, job.businesstime, job.traceparent)
    return reader.rows(select(*columns).where(job.status.in_(("waiting", "running"))).order_by(job.started_at))


def _chunk(chunk: Chunk, job_id: UUID, subject_id: UUID, position: int) -> Callable[[Work], int | None]:
    def unit(work: Work) -> int | None:
        job = work.kernel.job
        reached = work.scalar(select(job.c.position).where(job.c.id == job_id))
        if reached != position:  # another process did this chunk: go on from where it stopped
            return int(reached)
        next_position = chunk(subject_id, position, work)
        if next_position is None:
            changes: dict[str, Any] = {"status": "done", "position": job.c.total, "changed_at": work.now}
        else:
            changes = {"status": "running", "position": next_position, "changed_at": work.now}
        work.execute(update(job).where(job.c.id == job_id).values(**changes))
        return next_position

    return unit


def _failed(job_id: UUID, problem: str) -> Callable[[Work], None]:
    def unit(work: Work) -> None:
        job = work.kernel.job
        work.execute(update(job).where(job.c.id == job_id).values(status="failed", problem=problem, changed_at=work.now))

    return unit
