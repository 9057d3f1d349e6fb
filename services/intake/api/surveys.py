"""Surveys, their files and visits."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field, StrictBool, StrictInt, StringConstraints

from services.intake import actions, store
from services.intake.actions.visit import Visited
from services.intake.api.body import STAFF, Body, Category, DivisionCode, Line, Paged
from services.intake.domain.campaign import MOST_SURVEYORS, TeamTerms
from services.intake.domain.survey import BEYOND, MOST_VISITS, MemberReport, VisitReport
from services.intake.domain.survey_form import LONGEST_TEXT, MOST_CHOICES, MOST_QUESTIONS, MOST_SECTIONS
from shared.http.call import Call, allows, fields

router = APIRouter()

Answer = StrictBool | StrictInt | Annotated[str, Field(max_length=LONGEST_TEXT)] | Annotated[list[str], Field(max_length=MOST_CHOICES)]
Answers = Annotated[dict[str, Answer], Field(max_length=MOST_QUESTIONS * MOST_SECTIONS)]
"""By place in the form, `section.question`: a code, several codes, a number, a truth or a text."""


class OpenSurvey(Body):
    project_id: UUID
    name: Line
    division: DivisionCode
    due_on: date
    categories: tuple[Category, ...] = ()


class TeamBody(Body):
    name: Line
    surveyors: Annotated[list[Line], Field(max_length=MOST_SURVEYORS)]
    divisions: Annotated[list[DivisionCode], Field(max_length=500)]


class CallBody(Body):
    file_id: UUID
    called_on: date
    reason: Literal["not_home", "refused", "moved", "wrong_address"]


class MemberBody(Body):
    """What was answered of a member. `beyond`: codes of `labels.DAILY`, none of them for somebody who can do all; null: nobody looked."""

    person_id: UUID
    beyond: Annotated[list[str], Field(max_length=6)] | None = None
    answers: Answers = Field(default_factory=dict)


class VisitBody(Body):
    file_id: UUID
    visited_on: date
    kind: Literal["home", "phone", "neighbour", "community"]
    investigators: Annotated[list[Line], Field(max_length=6)]
    living_members: Annotated[int, Field(ge=0, le=30)]
    housing: Literal["owned", "rented", "public", "lodging", "none"]
    needs: dict[str, int]
    members: Annotated[list[MemberBody], Field(max_length=30, default_factory=list)]
    answers: Answers = Field(default_factory=dict)


class RecordVisits(Body):
    visits: Annotated[list[VisitBody], Field(min_length=1, max_length=MOST_VISITS)]


class AcceptSurvey(Body):
    remark: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] = ""


@router.post("/surveys", status_code=201)
async def open_survey(body: OpenSurvey, call: Annotated[Call, allows("officer")]) -> Response:
    return await call.act(actions.open_survey, **fields(body))


@router.get("/surveys/{survey_id}")
async def survey(survey_id: UUID, call: Annotated[Call, allows(*STAFF)]) -> Response:
    return await call.read(store.survey, survey_id)


@router.get("/surveys/{survey_id}/files")
async def survey_files(
    survey_id: UUID,
    call: Annotated[Call, allows("surveyor", "clerk", "officer")],
    page: Paged,
    status: Literal["", "due", "opened", "verified"] = "",
) -> Response:
    return await call.read(store.survey_files, survey_id, page=page, status=status)


@router.get("/surveys/{survey_id}/teams")
async def teams(survey_id: UUID, call: Annotated[Call, allows("surveyor", "clerk", "officer", "auditor")]) -> Response:
    return await call.read(store.teams, survey_id)


@router.post("/surveys/{survey_id}/teams", status_code=201)
async def set_team(survey_id: UUID, body: TeamBody, call: Annotated[Call, allows("officer")]) -> Response:
    team = TeamTerms(body.name, tuple(body.surveyors), tuple(body.divisions))
    return await call.act(actions.set_team, survey_id, team=team)


@router.get("/surveys/{survey_id}/missing")
async def missing(survey_id: UUID, call: Annotated[Call, allows("clerk", "officer", "auditor")]) -> Response:
    return await call.read(store.missing, survey_id)


@router.get("/survey-form")
async def survey_form(call: Annotated[Call, allows(*STAFF)], division: DivisionCode | None = None) -> Response:
    """Sections and questions of a visit, with a version that changes with every word; in a division with what was imported there."""
    return await call.read(actions.survey_form, division or "")


@router.get("/survey-files/{file_id}")
async def survey_file(file_id: UUID, call: Annotated[Call, allows("surveyor", "clerk", "officer", "auditor")]) -> Response:
    """Whom a visit asks what, and the visits and calls so far; nothing that says who lives there."""
    return await call.read(actions.visit_sheet, file_id)


@router.post("/survey-calls", status_code=201)
async def record_call(body: CallBody, call: Annotated[Call, allows("surveyor")]) -> Response:
    return await call.act(actions.record_call, body.file_id, called_on=body.called_on, reason=body.reason)


@router.post("/surveys/{survey_id}/visits", status_code=201)
async def record_visits(survey_id: UUID, body: RecordVisits, call: Annotated[Call, allows("surveyor")]) -> Response:
    visits = [Visited(visit.file_id, _report(visit)) for visit in body.visits]
    return await call.act(actions.record_visits, survey_id, visits=visits)


@router.post("/surveys/{survey_id}/acceptance")
async def accept_survey(survey_id: UUID, body: AcceptSurvey, call: Annotated[Call, allows("officer")]) -> Response:
    return await call.act(actions.accept_survey, survey_id, remark=body.remark)


def _report(visit: VisitBody) -> VisitReport:
    return VisitReport(
        visited_on=visit.visited_on,
        kind=visit.kind,
        investigators=tuple(visit.investigators),
        living_members=visit.living_members,
        housing=visit.housing,
        needs=visit.needs,
        answers=visit.answers,
        members=tuple(MemberReport(each.person_id, _answers(each)) for each in visit.members),
    )


def _answers(member: MemberBody) -> dict[str, Any]:
    return dict(member.answers) if member.beyond is None else {**member.answers, BEYOND: member.beyond}
