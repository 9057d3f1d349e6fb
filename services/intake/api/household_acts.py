"""What happens to a household: who is new, died, left, came, parted and leads, and of which category it is."""

from datetime import date
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from services.intake import actions
from services.intake.api.body import Body, Category, DivisionCode, Line
from services.intake.domain.admission import Cause
from services.intake.domain.household import Basis
from shared.http.call import Call, allows

router = APIRouter(prefix="/households")
ONE: Final = "/{household_id}"

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


class Newcomer(HouseholdActBody):
    """`cause`: a code of `labels.ADMISSION`; `identity_number`: 18 digits, of a newborn too."""

    cause: Cause
    identity_number: Line
    name: Line
    phone: Annotated[str, Field(max_length=200)] = ""
    address: Annotated[str, Field(max_length=200)] = ""

    def said(self, relation: str = "") -> dict[str, str]:
        """By the fields of `domain.admission.FIELDS`."""
        told = {name: getattr(self, name) for name in ("identity_number", "name", "phone", "address")}
        return told | {"relation": relation}


class Admission(Newcomer):
    """`relation` to the head: a code or a word."""

    relation: Line


class Founding(Newcomer):
    """建户: a household with its head. Without `household_no` it gets a number."""

    division: DivisionCode
    category: Category
    household_no: Annotated[str, Field(max_length=200)] = ""


class Recategorisation(HouseholdActBody):
    category: Category


@router.post("", status_code=201)
async def found_household(body: Founding, call: Recorder) -> Response:
    terms = {"division": body.division, "category": body.category, "household_no": body.household_no}
    return await call.act(actions.found_household, **terms, newcomer=body.said(), cause=body.cause, basis=body.basis)


@router.post(ONE + "/members", status_code=201)
async def admit(household_id: UUID, body: Admission, call: Recorder) -> Response:
    """新增成员. `warnings` in the answer are what is unlikely, and done all the same."""
    return await call.act(actions.admit, household_id, newcomer=body.said(body.relation), cause=body.cause, basis=body.basis)


@router.post(ONE + "/category", status_code=201)
async def recategorise(household_id: UUID, body: Recategorisation, call: Recorder) -> Response:
    return await call.act(actions.recategorise, household_id, category=body.category, basis=body.basis)


@router.post(ONE + "/departures", status_code=201)
async def record_departure(household_id: UUID, body: Departure, call: Recorder) -> Response:
    """死亡登记, 迁出, or the correction of one."""
    return await call.act(actions.record_departure, household_id, person_id=body.person_id, kind=body.kind, basis=body.basis)


@router.post(ONE + "/relocations", status_code=201)
async def relocate(household_id: UUID, body: Relocation, call: Recorder) -> Response:
    return await call.act(actions.relocate, household_id, division=body.division, basis=body.basis)


@router.post(ONE + "/heads", status_code=201)
async def change_head(household_id: UUID, body: ChangeOfHead, call: Recorder) -> Response:
    return await call.act(actions.change_head, household_id, relations=body.relations, basis=body.basis)


@router.post(ONE + "/splits", status_code=201)
async def split(household_id: UUID, body: Split, call: Recorder) -> Response:
    return await call.act(actions.split, household_id, household_no=body.household_no, relations=body.relations, basis=body.basis)


@router.post(ONE + "/joinings", status_code=201)
async def join(household_id: UUID, body: Joining, call: Recorder) -> Response:
    terms = {"person_id": body.person_id, "household_no": body.household_no, "relation": body.relation}
    return await call.act(actions.join, household_id, basis=body.basis, **terms)
