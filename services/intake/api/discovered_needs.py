"""Needs that social workers found: the tasks, what was seen, and the acts on them."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import StringConstraints
from pydantic_core import to_json

from services.intake import actions
from services.intake.actions.discovered_need import Answer, Refusal
from services.intake.api.body import Body, Paged
from services.intake.store.discovered_need import need, needs
from shared.http.call import Call, allows, fields

router = APIRouter()
READERS = ("clerk", "officer")
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]


class AnswerNeed(Body):
    outcome: Answer
    note: Note = ""


class RefuseNeed(Body):
    reason: Refusal
    note: Note = ""


@router.get("/discovered-needs")
async def list_needs(
    call: Annotated[Call, allows(*READERS, "auditor")],
    page: Paged,
    state: Literal["", "waiting", "open", "taken", "answered", "refused"] = "",
    urgency: Literal["", "normal", "soon", "urgent"] = "",
    division: str = "",
) -> Response:
    return await call.read(needs, page=page, state=state, urgency=urgency, division=division)


@router.get("/discovered-needs/{need_id}")
async def one_need(need_id: UUID, call: Annotated[Call, allows(*READERS, "auditor")]) -> Response:
    return await call.read(need, need_id)


@router.get("/discovered-needs/{need_id}/report")
async def read_need(need_id: UUID, call: Annotated[Call, allows(*READERS)]) -> Response:
    """What the worker saw, as casework has it, and the notes; each reading is recorded."""
    found = await actions.read_need(need_id, call.runtime, actor=call.actor, today=call.today)
    return Response(to_json(found), media_type="application/json")


@router.post("/discovered-needs/{need_id}/taking")
async def take_need(need_id: UUID, call: Annotated[Call, allows(*READERS)]) -> Response:
    return await call.act(actions.take_need, need_id)


@router.post("/discovered-needs/{need_id}/answer")
async def answer_need(need_id: UUID, body: AnswerNeed, call: Annotated[Call, allows(*READERS)]) -> Response:
    return await call.act(actions.answer_need, need_id, **fields(body))


@router.post("/discovered-needs/{need_id}/refusal")
async def refuse_need(need_id: UUID, body: RefuseNeed, call: Annotated[Call, allows(*READERS)]) -> Response:
    return await call.act(actions.refuse_need, need_id, **fields(body))
