"""What the operator and the machines that watch look at."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated

from fastapi import APIRouter, Header, Response
from sqlalchemy import func, select

from shared.access import ADMIN, AUDITOR
from shared.http.call import Call, allows
from shared.http.routes.answer import in_json
from shared.plugins import Hooks
from shared.telemetry.metrics import Metrics
from shared.work import Reader

PROBE_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that may be unwell. `probe` answers "" or a sentence; `needed` ones decide whether the service is ready."""

    name: str
    probe: Callable[[], Awaitable[str]]
    needed: bool


def operator_routes(plugins: Hooks, checks: Sequence[Check], dead_letters: Callable[[], int], metrics: Metrics) -> APIRouter:
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
    async def tell_metrics(call: Annotated[Call, allows(ADMIN, AUDITOR)], accept: Annotated[str, Header()] = "") -> Response:
        text, content_type = await asyncio.to_thread(metrics.exposition, accept)
        return Response(text, headers={"Content-Type": content_type})

    return router


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
