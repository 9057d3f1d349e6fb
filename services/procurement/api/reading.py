"""Routes that only read."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from services.procurement.api.body import EVERY_ROLE, Paged
from services.procurement.store import activity, views
from shared.http.call import Call, allows

router = APIRouter()

Reading = Annotated[Call, allows(*EVERY_ROLE)]


@router.get("/projects")
async def projects(call: Reading, page: Paged, state: str = "") -> Response:
    return await call.read(views.projects, page=page, state=state)


@router.get("/projects/{project_id}")
async def project(project_id: UUID, call: Reading) -> Response:
    return await call.read(views.project, project_id)


@router.get("/projects/{project_id}/summary")
async def summary(project_id: UUID, call: Reading) -> Response:
    return await call.read(views.summary, project_id)


@router.get("/projects/{project_id}/notices")
async def notices(project_id: UUID, call: Reading, page: Paged) -> Response:
    return await call.read(views.notices, project_id, page=page)


@router.get("/projects/{project_id}/deviations")
async def deviations(project_id: UUID, call: Reading, page: Paged) -> Response:
    return await call.read(views.deviations, project_id, page=page)


@router.get("/tenders/{tender_id}")
async def tender(tender_id: UUID, call: Reading) -> Response:
    return await call.read(activity.tender, tender_id)


@router.get("/draws/{draw_id}")
async def draw(draw_id: UUID, call: Reading) -> Response:
    return await call.read(activity.draw, draw_id)


@router.get("/contracts/{contract_id}")
async def contract(contract_id: UUID, call: Reading) -> Response:
    return await call.read(activity.contract, contract_id)


@router.get("/contracts/{contract_id}/progress")
async def progress(contract_id: UUID, call: Reading) -> Response:
    return await call.read(activity.progress, contract_id)


@router.get("/contracts/{contract_id}/payments")
async def payments(contract_id: UUID, call: Reading, page: Paged) -> Response:
    return await call.read(views.payments, contract_id, page=page)


@router.get("/experts")
async def experts(call: Annotated[Call, allows("agent", "supervision", "auditor")], page: Paged) -> Response:
    return await call.read(views.experts, page=page)


@router.get("/suppliers")
async def suppliers(call: Reading, page: Paged) -> Response:
    return await call.read(views.suppliers, page=page)


@router.get("/price-standards")
async def price_standards(call: Reading, page: Paged) -> Response:
    return await call.read(views.price_standards, page=page)
