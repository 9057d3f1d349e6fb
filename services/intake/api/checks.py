"""Checks (核查) of households outside a campaign, and who is due for one."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field, StringConstraints

from services.intake import actions
from services.intake.api.body import Body, Line, Paged
from services.intake.domain.check import LONGEST_NOTE, Check
from services.intake.store.check import due_checks
from shared.http.call import Call, allows

router = APIRouter()


class CheckBody(Body):
    """`investigators`: work numbers; at a door (`home`) two of them at least. `note`: what was found, kept sealed."""

    checked_on: date
    occasion: Literal["regular", "reported", "changed", "other"]
    kind: Literal["home", "phone", "neighbour", "community"]
    outcome: Literal["unchanged", "changed", "not_met"]
    investigators: Annotated[list[Line], Field(max_length=6)]
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_NOTE)] = ""


@router.get("/checks/due")
async def checks_due(call: Annotated[Call, allows("clerk", "officer", "auditor")], page: Paged) -> Response:
    """Households on 低保 by number, with the day of the last visit or check; nothing that says who lives there."""
    return await call.read(due_checks, page=page)


@router.post("/households/{household_id}/checks", status_code=201)
async def record_check(household_id: UUID, body: CheckBody, call: Annotated[Call, allows("clerk", "officer")]) -> Response:
    found = Check(body.checked_on, body.occasion, body.kind, body.outcome, tuple(body.investigators), body.note)
    return await call.act(actions.record_check, household_id, found=found)
