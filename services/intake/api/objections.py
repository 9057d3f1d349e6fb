"""Objections against a list."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Response

from services.intake import actions, store
from services.intake.api.body import Body, GivenReason, Paged
from shared.http.call import Call, allows, fields

router = APIRouter()


class RecordObjection(Body):
    kind: Literal["not_entitled", "omitted"]
    candidate_id: UUID | None = None
    """Whose place, of one who is not entitled."""
    person_id: UUID | None = None
    """Who was left out."""
    document: UUID | None = None


class DecideObjection(GivenReason):
    upheld: bool


@router.post("/programmes/{programme_id}/objections", status_code=201)
async def record_objection(programme_id: UUID, body: RecordObjection, call: Annotated[Call, allows("clerk")]) -> Response:
    return await call.act(actions.object_to_selection, programme_id, **fields(body))


@router.get("/programmes/{programme_id}/objections")
async def objections(
    programme_id: UUID, call: Annotated[Call, allows("clerk", "officer", "reviewer", "approver")], page: Paged
) -> Response:
    return await call.read(store.objections, programme_id, page=page)


@router.post("/objections/{objection_id}/decision")
async def decide_objection(objection_id: UUID, body: DecideObjection, call: Annotated[Call, allows("reviewer")]) -> Response:
    return await call.act(actions.decide_objection, objection_id, **fields(body))
