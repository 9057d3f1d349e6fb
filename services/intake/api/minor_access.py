"""Leave to read sensitive fields of a household's minors (未成年人网络保护条例 art 36)."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from services.intake import actions
from services.intake.actions.person import Purpose
from services.intake.api.body import Body, Paged
from services.intake.domain.minor_access import AccessAsked
from services.intake.store.minor_access import minor_accesses
from shared.http.call import Call, allows

router = APIRouter()

Decider = Annotated[Call, allows("officer", "approver")]


class AccessBody(Body):
    """For which purpose the file is opened, for how many days, and why the task needs it."""

    purpose: Purpose
    days: Annotated[int, Field(ge=1, le=366)]
    reason: Annotated[str, Field(min_length=1, max_length=200)]


@router.get("/minor-access")
async def list_access(
    call: Annotated[Call, allows("officer", "approver", "auditor")],
    page: Paged,
    state: Literal["asked", "approved", "refused", "all"] = "asked",
) -> Response:
    """Households by number; nothing of it says who anybody is."""
    return await call.read(minor_accesses, page=page, state=state)


@router.post("/households/{household_id}/minor-access", status_code=201)
async def ask_for_minors(household_id: UUID, body: AccessBody, call: Annotated[Call, allows("clerk", "officer", "reviewer")]) -> Response:
    return await call.act(actions.ask_for_minors, household_id, asked=AccessAsked(body.days, body.reason), purpose=body.purpose)


@router.post("/minor-access/{access_id}/approval")
async def approve_access(access_id: UUID, body: Body, call: Decider) -> Response:
    return await call.act(actions.approve_access, access_id)


@router.post("/minor-access/{access_id}/refusal")
async def refuse_access(access_id: UUID, body: Body, call: Decider) -> Response:
    return await call.act(actions.refuse_access, access_id)
