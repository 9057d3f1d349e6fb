"""How far long work has come, as server-sent events: a page shows it without being asked for again.

A stream lasts two seconds and the browser opens the next, so that no open page holds up a service that is stopping.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from sqlalchemy import or_, select

from shared.errors import NotFound
from shared.http.call import Call, allows
from shared.http.routes.records import is_told
from shared.jobs import UNFINISHED, Progress
from shared.sentences import S_

if TYPE_CHECKING:
    from shared.access import Actor
    from shared.service import Service
    from shared.web.console import Console
    from shared.work import Reader

STREAM_SECONDS: Final = 2.0
LOOK_SECONDS: Final = 0.25
RETRY_MILLISECONDS: Final = 250


def latest_job(id: UUID, *, reader: "Reader") -> Progress | None:
    """The job of this id, or the latest job of the thing that has it."""
    job = reader.kernel.job.c
    columns = (job.id, job.kind, job.subject_id, job.status, job.position, job.total, job.problem)
    rows = reader.rows(select(*columns).where(or_(job.id == id, job.subject_id == id)).order_by(job.started_at.desc()).limit(1))
    return Progress(**rows[0]._mapping) if rows else None


def progress_routes(console: "Console") -> APIRouter:
    router = APIRouter(route_class=console.route_class)

    @router.get("/jobs/{id}/events")
    async def events(request: Request, id: UUID, call: Annotated[Call, allows()]) -> StreamingResponse:
        first = await call.find(_reached_job, id, service=call.runtime.service)
        return StreamingResponse(_told(call, first), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    return router


def _reached_job(id: UUID, *, reader: "Reader", actor: "Actor", service: "Service") -> Progress:
    found = latest_job(id, reader=reader)
    if found is None or not is_told(found, service, reader=reader, actor=actor):
        raise NotFound(S_("没有该任务"))
    return found


async def _told(call: Call, job: Progress) -> AsyncIterator[str]:
    """One event per change, counts only: neither what the work is about nor whose it is."""
    until, said = monotonic() + STREAM_SECONDS, ""
    yield f"retry: {RETRY_MILLISECONDS}\n\n"
    while True:
        text = json.dumps({"status": job.status, "position": job.position, "total": job.total})
        if text != said:
            yield f"data: {text}\n\n"
            said = text
        if job.status not in UNFINISHED or monotonic() >= until:
            return
        await asyncio.sleep(LOOK_SECONDS)
        found: Progress | None = await call.find(latest_job, job.id)
        job = found or job
