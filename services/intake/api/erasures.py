"""Erasure of personal data, what retention says is due, and the copy for the person."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic_core import to_json

from services.intake import actions
from services.intake.actions.erasure import Reason, Scope
from services.intake.api.body import Body, GivenReason, Paged
from services.intake.store.erasure import erasures
from services.intake.store.erasure_batch import erasure_batch
from shared.http.call import Call, allows

router = APIRouter()
VIEWERS = ("clerk", "officer", "auditor")


class ProposedErasure(Body):
    scope: Scope
    reason: Reason


@router.post("/persons/{person_id}/erasure", status_code=201)
async def propose_erasure(person_id: UUID, body: ProposedErasure, call: Annotated[Call, allows("clerk", "officer")]) -> Response:
    return await call.act(actions.propose_erasure, person_id, scope=body.scope, reason=body.reason)


@router.get("/persons/{person_id}/copy")
async def copy_for_subject(person_id: UUID, call: Annotated[Call, allows("officer")]) -> Response:
    """A reading is recorded, so it is a unit; it is no act that a repeat would double."""
    found: Any = await call.runtime.run(actions.copy_for_subject, person_id, actor=call.actor, today=call.today)
    return Response(to_json(found), media_type="application/json")


@router.get("/erasures")
async def list_erasures(call: Annotated[Call, allows(*VIEWERS)], page: Paged, status: str = "") -> Response:
    return await call.read(erasures, page=page, status=status)


@router.post("/erasures/{erasure_id}/confirmation")
async def confirm_erasure(erasure_id: UUID, call: Annotated[Call, allows("officer")]) -> Response:
    answer = await call.act(actions.confirm_erasure, erasure_id)
    await actions.overwrite_erased(erasure_id, call.runtime)
    return answer


@router.post("/erasures/{erasure_id}/refusal")
async def refuse_erasure(erasure_id: UUID, body: GivenReason, call: Annotated[Call, allows("officer")]) -> Response:
    return await call.act(actions.refuse_erasure, erasure_id, reason=body.reason)


@router.get("/retention")
async def retention(call: Annotated[Call, allows("officer", "auditor")]) -> Response:
    return await call.read(actions.retention)


@router.post("/retention/batches", status_code=202)
async def ask_due_erasures(call: Annotated[Call, allows("clerk", "officer")]) -> Response:
    return await call.act(actions.ask_due_erasures)


@router.get("/retention/batches/{batch_id}")
async def batch_of_erasures(batch_id: UUID, call: Annotated[Call, allows(*VIEWERS)]) -> Response:
    return await call.read(erasure_batch, batch_id)


@router.post("/retention/batches/{batch_id}/confirmation", status_code=202)
async def confirm_due_erasures(batch_id: UUID, call: Annotated[Call, allows("officer")]) -> Response:
    return await call.act(actions.confirm_due_erasures, batch_id)


@router.get("/retention/{scope}")
async def retention_due(scope: Scope, call: Annotated[Call, allows("officer", "auditor")], page: Paged) -> Response:
    return await call.read(actions.retention_due, scope, page=page)
