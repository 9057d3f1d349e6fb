"""A person's file and who read it."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field
from pydantic_core import to_json

from services.intake import actions
from services.intake.actions.person import Purpose as ReadingPurpose
from services.intake.api.body import Body, DivisionCode, Line, Paged
from services.intake.domain.circumstance import Circumstances
from services.intake.domain.correction import FIELDS
from services.intake.domain.household import Basis
from shared.http.call import Call, allows

router = APIRouter()


class SearchPeople(Body):
    text: Line
    purpose: ReadingPurpose
    division: DivisionCode | None = None


@router.post("/persons/search")
async def search_people(body: SearchPeople, call: Annotated[Call, allows("clerk", "officer", "reviewer")]) -> Response:
    """By POST, since what is searched for says who somebody is; no act, so it needs no key."""
    found: Any = await call.runtime.run(
        actions.search_people, body.text, purpose=body.purpose, division=body.division or "", actor=call.actor, today=call.today
    )
    return Response(to_json(found), media_type="application/json")


@router.get("/persons/{person_id}/file")
async def person_file(person_id: UUID, purpose: ReadingPurpose, call: Annotated[Call, allows("clerk", "officer", "reviewer")]) -> Response:
    """A reading is recorded, so it is a unit; it is no act that a repeat would double."""
    read: Any = await call.runtime.run(actions.read_person_file, person_id, purpose=purpose, actor=call.actor, today=call.today)
    return Response(to_json(read), media_type="application/json")


class ObservedCircumstances(Body):
    """特殊情况. `father` and `mother` are codes of `labels.PARENT`, `beyond` of `labels.DAILY`."""

    observed_on: date
    father: str = ""
    mother: str = ""
    beyond: Annotated[list[str], Field(max_length=6, default_factory=list)]
    has_lost_only_child: bool = False


@router.post("/persons/{person_id}/circumstances", status_code=201)
async def record_circumstances(
    person_id: UUID, body: ObservedCircumstances, call: Annotated[Call, allows("clerk", "surveyor", "officer")]
) -> Response:
    found = Circumstances(body.observed_on, body.father, body.mother, tuple(body.beyond), body.has_lost_only_child)
    return await call.act(actions.record_circumstances, person_id, found=found)


class CorrectionBody(Body):
    """更正. `fields`: keys of `domain.correction.FIELDS` with what the file says from now on; "" or 无 says that there is nothing."""

    acted_on: date
    reason: Line
    fields: Annotated[dict[str, Annotated[str, Field(max_length=200)]], Field(min_length=1, max_length=len(FIELDS))]


@router.post("/persons/{person_id}/corrections", status_code=201)
async def correct_person(person_id: UUID, body: CorrectionBody, call: Annotated[Call, allows("clerk", "officer")]) -> Response:
    return await call.act(actions.correct_person, person_id, given=body.fields, basis=Basis(body.acted_on, body.reason))


@router.get("/persons/{person_id}/readings")
async def readings(person_id: UUID, call: Annotated[Call, allows("officer", "auditor")], page: Paged) -> Response:
    return await call.read(actions.readings, person_id, page=page)
