"""Rosters and the population they make."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.intake import actions, store
from services.intake.actions.roster import Purpose
from services.intake.api.body import Body, Category, DivisionCode, GivenReason, Line, Paged
from shared.http.call import Call, allows, fields

router = APIRouter()


class UploadRoster(Body):
    name: Line
    purpose: Purpose
    reference_on: date
    division: DivisionCode
    file: UUID
    survey_id: UUID | None = None
    category: Category | Literal[""] = ""


@router.post("/rosters", status_code=201)
async def upload_roster(body: UploadRoster, call: Annotated[Call, allows("clerk")]) -> Response:
    table = await call.find(actions.read_workbook, body.file)
    return await call.act(actions.upload_roster, rows=table.rows, columns=table.names, **fields(body))


@router.get("/rosters/{roster_id}")
async def roster(roster_id: UUID, call: Annotated[Call, allows("clerk", "officer", "auditor")]) -> Response:
    return await call.read(store.roster, roster_id)


@router.get("/rosters/{roster_id}/rows")
async def roster_rows(roster_id: UUID, call: Annotated[Call, allows("clerk", "officer")], page: Paged, faulty: bool = False) -> Response:
    return await call.read(store.staged_rows, roster_id, page=page, faulty=faulty)


@router.get("/rosters/{roster_id}/doubtful")
async def doubtful_rows(roster_id: UUID, call: Annotated[Call, allows("clerk", "officer")], page: Paged) -> Response:
    return await call.read(store.doubtful_rows, roster_id, page=page)


@router.get("/rosters/{roster_id}/differing")
async def differing_rows(roster_id: UUID, call: Annotated[Call, allows("clerk", "officer")], page: Paged) -> Response:
    return await call.read(store.differing_rows, roster_id, page=page)


@router.post("/rosters/{roster_id}/acceptance", status_code=202)
async def accept_roster(roster_id: UUID, call: Annotated[Call, allows("officer")]) -> Response:
    return await call.act(actions.accept_roster, roster_id)


@router.post("/rosters/{roster_id}/rejection")
async def reject_roster(roster_id: UUID, body: GivenReason, call: Annotated[Call, allows("officer")]) -> Response:
    return await call.act(actions.reject_roster, roster_id, reason=body.reason)


@router.get("/population")
async def population(
    call: Annotated[Call, allows("clerk", "officer", "auditor")],
    on: date | None = None,
    category: Annotated[list[Category] | None, Query(description="救助类别")] = None,
) -> Response:
    return await call.read(store.population, on=on or call.today, categories=tuple(category or ()))
