"""JSON routes of intake: input into one call of an action, its outcome into one answer."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import to_json

from services.intake import actions, store
from services.intake.actions.enrolment import Asked
from services.intake.actions.person import Purpose as ReadingPurpose
from services.intake.actions.roster import Purpose
from services.intake.actions.survey import Visited
from services.intake.domain.enrolment import MOST_AT_ONCE, Answer
from services.intake.domain.selection import Band, GroupQuota
from services.intake.domain.survey import MOST_VISITS, VisitReport
from shared.http.call import Call, allows, fields
from shared.http.paging import Page, page

router = APIRouter(prefix="/api/v1", tags=["intake"])

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
DivisionCode = Annotated[str, StringConstraints(pattern=r"^\d{12}$")]
Category = Literal["urban_allowance", "rural_allowance", "urban_destitute", "rural_destitute"]
STAFF = ("clerk", "officer", "reviewer", "approver", "surveyor", "auditor")
Paged = Annotated[Page, Depends(page)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class UploadRoster(Body):
    name: Line
    purpose: Purpose
    reference_on: date
    division: DivisionCode
    file: UUID
    survey_id: UUID | None = None


class OpenSurvey(Body):
    project_id: UUID
    name: Line
    division: DivisionCode
    due_on: date


class VisitBody(Body):
    file_id: UUID
    visited_on: date
    kind: Literal["home", "phone", "neighbour"]
    investigators: Annotated[list[Line], Field(max_length=6)]
    living_members: Annotated[int, Field(ge=0, le=30)]
    housing: Literal["owned", "rented", "public", "lodging", "none"]
    needs: dict[str, int]


class RecordVisits(Body):
    visits: Annotated[list[VisitBody], Field(min_length=1, max_length=MOST_VISITS)]


class AcceptSurvey(Body):
    remark: str = ""


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
    categories: list[Category] = []
    groups: list[GroupBody]


class Reason(Body):
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] = ""


class GivenReason(Body):
    reason: Line


class RecordObjection(Body):
    kind: Literal["not_entitled", "omitted"]
    candidate_id: UUID | None = None
    document: UUID | None = None


class DecideObjection(GivenReason):
    upheld: bool


class ConsentBody(Body):
    candidate_id: UUID
    given: bool
    version: Line
    signed_on: date
    signer: Literal["self", "guardian"]
    guardian_relation: str = ""
    told_no_loss: bool
    document: UUID | None = None


class RecordConsents(Body):
    consents: Annotated[list[ConsentBody], Field(min_length=1, max_length=MOST_AT_ONCE)]


class Enrol(Body):
    candidate_ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_AT_ONCE)]


class Withdraw(Body):
    reason: Literal["consent_withdrawn", "moved", "died"]


@router.post("/rosters", status_code=201)
async def upload_roster(body: UploadRoster, call: Annotated[Call, allows("clerk")]) -> Response:
    table = await call.runtime.read(actions.read_workbook, body.file)
    return await call.act(actions.upload_roster, rows=len(table.rows), **fields(body))


@router.get("/rosters/{roster_id}")
async def roster(roster_id: UUID, call: Annotated[Call, allows("clerk", "officer", "auditor")]) -> Response:
    return await call.read(store.roster, roster_id)


@router.get("/rosters/{roster_id}/rows")
async def roster_rows(roster_id: UUID, call: Annotated[Call, allows("clerk", "officer")], page: Paged, faulty: bool = False) -> Response:
    return await call.read(store.staged_rows, roster_id, page=page, faulty=faulty)


@router.post("/rosters/{roster_id}/acceptance", status_code=202)
async def accept_roster(roster_id: UUID, call: Annotated[Call, allows("officer")]) -> Response:
    return await call.act(actions.accept_roster, roster_id)


@router.post("/rosters/{roster_id}/rejection", status_code=202)
async def reject_roster(roster_id: UUID, body: GivenReason, call: Annotated[Call, allows("officer")]) -> Response:
    return await call.act(actions.reject_roster, roster_id, reason=body.reason)


@router.get("/population")
async def population(
    call: Annotated[Call, allows("clerk", "officer", "auditor")],
    on: date | None = None,
    category: Annotated[list[Category] | None, Query(description="救助类别")] = None,
) -> Response:
    return await call.read(store.population, on=on or call.today, categories=tuple(category or ()))


@router.post("/surveys", status_code=201)
async def open_survey(body: OpenSurvey, call: Annotated[Call, allows("officer")]) -> Response:
    return await call.act(actions.open_survey, **fields(body))


@router.get("/surveys/{survey_id}")
async def survey(survey_id: UUID, call: Annotated[Call, allows(*STAFF)]) -> Response:
    return await call.read(store.survey, survey_id)


@router.get("/surveys/{survey_id}/files")
async def survey_files(
    survey_id: UUID, call: Annotated[Call, allows("surveyor", "clerk", "officer")], page: Paged, status: Literal["", "due", "verified"] = ""
) -> Response:
    return await call.read(store.survey_files, survey_id, page=page, status=status)


@router.post("/surveys/{survey_id}/visits", status_code=201)
async def record_visits(survey_id: UUID, body: RecordVisits, call: Annotated[Call, allows("surveyor")]) -> Response:
    visits = [Visited(visit.file_id, _report(visit)) for visit in body.visits]
    return await call.act(actions.record_visits, survey_id, visits=visits)


@router.post("/surveys/{survey_id}/acceptance")
async def accept_survey(survey_id: UUID, body: AcceptSurvey, call: Annotated[Call, allows("officer")]) -> Response:
    return await call.act(actions.accept_survey, survey_id, remark=body.remark)


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


@router.post("/programmes/{programme_id}/objections", status_code=201)
async def record_objection(programme_id: UUID, body: RecordObjection, call: Annotated[Call, allows("clerk")]) -> Response:
    return await call.act(actions.object_to_selection, programme_id, **fields(body))


@router.get("/programmes/{programme_id}/objections")
async def objections(
    programme_id: UUID, call: Annotated[Call, allows("clerk", "officer", "reviewer", "approver")], page: Paged
) -> Response:
    return await call.read(store.objections, programme_id, page=page)


@router.post("/objections/{objection_id}/decision")
async def decide_objection(objection_id: UUID, body: DecideObjection, call: Annotated[Call, allows("reviewer")]) -> Response:
    return await call.act(actions.decide_objection, objection_id, **fields(body))


@router.post("/programmes/{programme_id}/confirmation")
async def confirm(programme_id: UUID, body: GivenReason, call: Annotated[Call, allows("approver")]) -> Response:
    return await call.act(actions.confirm_selection, programme_id, reason=body.reason)


@router.post("/programmes/{programme_id}/consents", status_code=201)
async def record_consents(programme_id: UUID, body: RecordConsents, call: Annotated[Call, allows("clerk")]) -> Response:
    return await call.act(actions.record_consents, programme_id, consents=[_asked(consent) for consent in body.consents])


@router.post("/programmes/{programme_id}/enrolments", status_code=201)
async def enrol(programme_id: UUID, body: Enrol, call: Annotated[Call, allows("officer")]) -> Response:
    return await call.act(actions.enrol, programme_id, candidate_ids=body.candidate_ids)


@router.post("/programmes/{programme_id}/completion")
async def complete(programme_id: UUID, call: Annotated[Call, allows("officer")]) -> Response:
    return await call.act(actions.complete_enrolment, programme_id)


@router.get("/programmes/{programme_id}/recipients")
async def recipients(
    programme_id: UUID, call: Annotated[Call, allows("clerk", "officer", "auditor")], page: Paged, group: str = ""
) -> Response:
    return await call.read(store.recipients, programme_id, page=page, group=group)


@router.post("/recipients/{recipient_id}/withdrawal")
async def withdraw(recipient_id: UUID, body: Withdraw, call: Annotated[Call, allows("clerk", "officer")]) -> Response:
    return await call.act(actions.withdraw, recipient_id, reason=body.reason)


@router.get("/persons/{person_id}/file")
async def person_file(person_id: UUID, purpose: ReadingPurpose, call: Annotated[Call, allows("clerk", "officer", "reviewer")]) -> Response:
    """A reading is recorded, so it is a unit; it is no act that a repeat would double."""
    read: Any = await call.runtime.run(actions.read_person_file, person_id, purpose=purpose, actor=call.actor, today=call.today)
    return Response(to_json(read), media_type="application/json")


@router.get("/persons/{person_id}/readings")
async def readings(person_id: UUID, call: Annotated[Call, allows("officer", "auditor")], page: Paged) -> Response:
    return await call.read(actions.readings, person_id, page=page)


def _report(visit: VisitBody) -> VisitReport:
    return VisitReport(visit.visited_on, visit.kind, tuple(visit.investigators), visit.living_members, visit.housing, visit.needs)


def _quota(group: GroupBody) -> GroupQuota:
    band = group.band
    return GroupQuota(group.code, group.quota, group.reserve, Band(band.from_age, band.to_age, band.minimum) if band else None)


def _asked(consent: ConsentBody) -> Asked:
    answer = Answer(consent.given, consent.version, consent.signed_on, consent.signer, consent.guardian_relation, consent.told_no_loss)
    return Asked(consent.candidate_id, answer, consent.document)
