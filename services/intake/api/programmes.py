"""Programmes: groups, screening, the list and its confirmation."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field, StringConstraints
from pydantic_core import to_json

from services.intake import actions, store
from services.intake.api.body import STAFF, Body, Category, DivisionCode, GivenReason, Line, Paged
from services.intake.domain.selection import Band, GroupQuota
from shared.http.call import Call, allows, fields

router = APIRouter()


class BandBody(Body):
    from_age: Annotated[int, Field(ge=0, le=130)]
    to_age: Annotated[int, Field(ge=0, le=130)]
    minimum: Annotated[int, Field(ge=0)]


class GroupBody(Body):
    code: Line
    quota: int
    reserve: int
    band: BandBody | None = None


class OpenProgramme(Body):
    project_id: UUID
    survey_id: UUID
    name: Line
    division: DivisionCode
    reference_on: date
    top_up_until: date
    seed: Line
    categories: Annotated[list[Category], Field(default_factory=list)]
    groups: list[GroupBody]


class Reason(Body):
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] = ""


@router.get("/groups")
async def groups(call: Annotated[Call, allows(*STAFF)]) -> Response:
    found = actions.definitions_of(call.runtime.hooks)
    shown = [{"code": each.code, "name": each.name, "criteria": [condition.text for condition in each.conditions]} for each in found]
    return Response(to_json(shown), media_type="application/json")


@router.post("/programmes", status_code=201)
async def open_programme(body: OpenProgramme, call: Annotated[Call, allows("officer")]) -> Response:
    return await call.act(actions.open_programme, **fields(body) | {"groups": [_quota(group) for group in body.groups]})


@router.get("/programmes/{programme_id}")
async def programme(programme_id: UUID, call: Annotated[Call, allows(*STAFF)]) -> Response:
    return await call.read(store.programme, programme_id)


@router.post("/programmes/{programme_id}/screening", status_code=202)
async def start_screening(programme_id: UUID, body: Reason, call: Annotated[Call, allows("officer")]) -> Response:
    return await call.act(actions.start_screening, programme_id, reason=body.reason)


@router.get("/programmes/{programme_id}/fairness")
async def fairness(programme_id: UUID, call: Annotated[Call, allows("officer", "reviewer", "approver", "auditor")]) -> Response:
    return await call.read(actions.fairness_view, programme_id)


@router.get("/programmes/{programme_id}/proof")
async def proof(programme_id: UUID, call: Annotated[Call, allows("officer", "reviewer", "approver", "auditor")]) -> Response:
    return await call.read(actions.prove, programme_id)


@router.get("/programmes/{programme_id}/report")
async def report(programme_id: UUID, call: Annotated[Call, allows("officer", "auditor")]) -> Response:
    return await call.read(actions.report, programme_id)


@router.post("/programmes/{programme_id}/proposal")
async def propose(programme_id: UUID, call: Annotated[Call, allows("officer")]) -> Response:
    return await call.act(actions.propose_selection, programme_id)


@router.get("/programmes/{programme_id}/candidates")
async def candidates(
    programme_id: UUID,
    call: Annotated[Call, allows("clerk", "officer", "reviewer", "approver")],
    page: Paged,
    group: str = "",
    state: str = "",
) -> Response:
    return await call.read(store.candidates, programme_id, page=page, group=group, state=state)


@router.post("/programmes/{programme_id}/confirmation")
async def confirm(programme_id: UUID, body: GivenReason, call: Annotated[Call, allows("approver")]) -> Response:
    return await call.act(actions.confirm_selection, programme_id, reason=body.reason)


def _quota(group: GroupBody) -> GroupQuota:
    band = group.band
    return GroupQuota(group.code, group.quota, group.reserve, Band(band.from_age, band.to_age, band.minimum) if band else None)
