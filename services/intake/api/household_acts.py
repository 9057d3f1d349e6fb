"""What happens to a household: who died, left, came, parted and leads."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from services.intake import actions
from services.intake.api.body import Body, DivisionCode, Line
from services.intake.domain.household import Basis
from shared.http.call import Call, allows

router = APIRouter(prefix="/households/{household_id}")

Recorder = Annotated[Call, allows("clerk", "officer")]
Relations = Annotated[dict[UUID, str], Field(min_length=1, max_length=50)]


class HouseholdActBody(Body):
    """发生日期与依据."""

    acted_on: date
    reason: Line

    @property
    def basis(self) -> Basis:
        return Basis(self.acted_on, self.reason)


class Departure(HouseholdActBody):
    person_id: UUID
    kind: Literal["died", "left", "restored"]


class Relocation(HouseholdActBody):
    division: DivisionCode


class ChangeOfHead(HouseholdActBody):
    """`relations`: each present member's relation to the new head, who is `head`."""

    relations: Relations


class Split(HouseholdActBody):
    """`relations`: of those who leave, to their new head."""

    household_no: Line
    relations: Relations


class Joining(HouseholdActBody):
    person_id: UUID
    household_no: Line
    relation: str


@router.post("/departures", status_code=201)
async def record_departure(household_id: UUID, body: Departure, call: Recorder) -> Response:
    """死亡登记, 迁出, or the correction of one."""
    return await call.act(actions.record_departure, household_id, person_id=body.person_id, kind=body.kind, basis=body.basis)


@router.post("/relocations", status_code=201)
async def relocate(household_id: UUID, body: Relocation, call: Recorder) -> Response:
    return await call.act(actions.relocate, household_id, division=body.division, basis=body.basis)


@router.post("/heads", status_code=201)
async def change_head(household_id: UUID, body: ChangeOfHead, call: Recorder) -> Response:
    return await call.act(actions.change_head, household_id, relations=body.relations, basis=body.basis)


@router.post("/splits", status_code=201)
async def split(household_id: UUID, body: Split, call: Recorder) -> Response:
    return await call.act(actions.split, household_id, household_no=body.household_no, relations=body.relations, basis=body.basis)


@router.post("/joinings", status_code=201)
async def join(household_id: UUID, body: Joining, call: Recorder) -> Response:
    terms = {"person_id": body.person_id, "household_no": body.household_no, "relation": body.relation}
    return await call.act(actions.join, household_id, basis=body.basis, **terms)
