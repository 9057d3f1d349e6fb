"""Households by number, and a household's file, each opening of which is logged."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic_core import to_json

from services.intake import actions, store
from services.intake.actions.person import Purpose
from services.intake.api.body import Body, Category, Paged
from shared.errors import Malformed
from shared.http.call import Call, allows
from shared.sentences import S_

router = APIRouter()


@router.get("/households")
async def households(
    call: Annotated[Call, allows("clerk", "officer", "reviewer", "auditor")],
    page: Paged,
    division: Annotated[str, Query(pattern=r"^(\d{12})?$")] = "",
    category: Category | None = None,
    flag: Annotated[str, Query(max_length=60)] = "",
) -> Response:
    """With a flag, those where somebody who is present has it today."""
    chosen = next((each for each in actions.known_flags(call.runtime.hooks) if each.code == flag), None)
    if flag and chosen is None:
        raise Malformed(S_("没有这一特殊标识"), field="flag")
    return await call.read(store.households, page=page, division=division, category=category or "", flag=chosen)


@router.get("/households/{household_id}/file")
async def household_file(
    household_id: UUID, purpose: Purpose, call: Annotated[Call, allows("clerk", "officer", "reviewer")], as_of: date | None = None
) -> Response:
    """With `as_of`, who was in it on that day. A reading is recorded, so it is a unit; it is no act that a repeat would double."""
    read: Any = await call.runtime.run(
        actions.read_household_file, household_id, purpose=purpose, as_of=as_of, actor=call.actor, today=call.today
    )
    return Response(to_json(read), media_type="application/json")


class GivenAttachment(Body):
    """`file`: the id of a file that was handed in; `kind`: a code of `labels.ATTACHMENT`."""

    file: UUID
    kind: str


@router.get("/households/{household_id}/attachments")
async def attachments(household_id: UUID, call: Annotated[Call, allows("clerk", "officer", "reviewer")], page: Paged) -> Response:
    return await call.read(store.attachments, household_id, page=page)


@router.post("/households/{household_id}/attachments", status_code=201)
async def attach(household_id: UUID, body: GivenAttachment, call: Annotated[Call, allows("clerk", "officer")]) -> Response:
    return await call.act(actions.attach, household_id, file=body.file, kind=body.kind)
