"""What the operator and the machines that watch look at."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated

from fastapi import APIRouter, Response
from sqlalchemy import func, select

from shared.access import ADMIN, AUDITOR
from shared.http.call import Call, allows
from shared.http.metrics import CONTENT_TYPE, Sample, exposition
from shared.http.routes.answer import in_json
from shared.plugins import Hooks
from shared.work import Reader

PROBE_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that may be unwell. `probe` answers "" or a sentence; `needed` ones decide whether the service is ready."""

    name: str
    probe: Callable[[], Awaitable[str]]
    needed: bool


def operator_routes(plugins: Hooks, checks: Sequence[Check], dead_letters: Callable[[], int]) -> APIRouter:
    router = APIRouter(prefix="/-")

    @router.get("/health/live")
    async def live() -> Response:
        return in_json({"status": "ok"})

    @router.get("/health/ready")
    async def ready() -> Response:
        unwell = [check.name for check in checks if check.needed and await _probe(check)]
        return in_json({"status": "unwell" if unwell else "ok"}, 503 if unwell else 200)

    @router.get("/health")
    async def health(call: Annotated[Call, allows(ADMIN, AUDITOR)]) -> Response:
        told = {check.name: await _probe(check) for check in checks}
        degraded = {name: why for name, why in told.items() if why} | {
            f"plugin {each.name}": each.problem for each in plugins.plugins if each.problem
        }
        return in_json({"status": "degraded" if degraded else "ok", "degraded": degraded})

    @router.get("/plugins")
    async def list_plugins(call: Annotated[Call, allows(ADMIN, AUDITOR)]) -> Response:
        return in_json({"plugins": [asdict(state) for state in plugins.plugins]})

    @router.get("/events")
    async def events(call: Annotated[Call, allows(ADMIN, AUDITOR)]) -> Response:
        return await call.read(_events, dead_letters())

    @router.get("/metrics")
    async def metrics(call: Annotated[Call, allows(ADMIN, AUDITOR)]) -> Response:
        counted = await call.runtime.read(_events, dead_letters())
        return Response(exposition([*_of_events(counted), *_of_plugins(plugins)]), media_type=CONTENT_TYPE)

    return router


def _of_events(counted: Mapping[str, int]) -> list[Sample]:
    waiting = Sample("qiao_events_waiting", "gauge", counted["kept"])
    return [waiting, *(Sample(f"qiao_events_{fate}", "counter", counted[fate]) for fate in ("published", "consumed", "dead_lettered"))]


def _of_plugins(plugins: Hooks) -> list[Sample]:
    samples = []
    for state in plugins.plugins:
        labels = {"plugin": state.name}
        samples.append(Sample("qiao_plugin_calls", "counter", state.calls, labels))
        samples.append(Sample("qiao_plugin_faults", "counter", state.faults, labels))
        samples.append(Sample("qiao_plugin_slowest_seconds", "gauge", state.slowest_ms / 1000, labels))
    return samples


async def _probe(check: Check) -> str:
    try:
        return await asyncio.wait_for(check.probe(), PROBE_SECONDS)
    except Exception as error:  # whatever a probe raises is what it has found
        return f"{type(error).__name__}"


def _events(dead_letters: int, *, reader: Reader) -> dict[str, int]:
    """How much this service has said and heard: published ones are on the bus, kept ones wait for it.

    Dead letters are those of this process since its start; `qiao bus dlq list` knows them all.
    """
    outbox, inbox = reader.kernel.outbox.c, reader.kernel.inbox
    sent = int(reader.scalar(select(func.count()).where(outbox.sent_at.is_not(None))))
    kept = int(reader.scalar(select(func.count()).where(outbox.sent_at.is_(None))))
    heard = int(reader.scalar(select(func.count()).select_from(inbox)))
    return {"published": sent, "kept": kept, "consumed": heard, "dead_lettered": dead_letters}
