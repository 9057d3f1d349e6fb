"""Programmes: groups, screening, the list and its confirmation."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field, StringConstraints
from pydantic_core import to_json

from services.intake import actions, store
from services.intake.actions.person import Purpose as ReadingPurpose
from services.intake.actions.reserve import Gone
from services.intake.api.body import STAFF, Body, Category, DivisionCode, GivenReason, Line, Paged
from services.intake.domain.cel import LONGEST
from services.intake.domain.selection import Band, GroupQuota
from services.intake.domain.terms import GroupAsked
from shared.http.call import Call, allows, fields

router = APIRouter()


class BandBody(Body):
    from_age: Annotated[int, Field(ge=0, le=130)]
    to_age: Annotated[int, Field(ge=0, le=130)]
    minimum: Annotated[int, Field(ge=0)]


Expression = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST)]


class GroupBody(Body):
    """A group of a plugin by its code, or one of one's own: with a name and a criterion in CEL (docs/intake/programmes.md)."""

    code: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20)]
    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)] = ""
    expression: Expression = ""
    score: Expression = ""
    quota: int
    tolerance: int = 0
    reserve: int
    band: BandBody | None = None


class OpenProgramme(Body):
    project_id: UUID
    survey_id: UUID
    name: Line
    purpose: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)] = ""
    division: DivisionCode
    reference_on: date
    top_up_until: date
    seed: Line
    score: Expression = ""
    precedence: Expression = ""
    categories: Annotated[list[Category], Field(default_factory=list)]
    groups: list[GroupBody]


class AdjustQuota(GivenReason):
    code: str
    quota: int


class Departure(Body):
    reason: Gone


class Reason(Body):
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] = ""


@router.get("/groups")
async def groups(call: Annotated[Call, allows(*STAFF)]) -> Response:
    found = actions.definitions_of(call.runtime.hooks)
    shown = [{"code": each.code, "name": each.name, "criteria": [condition.text for condition in each.conditions]} for each in found]
    return Response(to_json(shown), media_type="application/json")


@router.get("/criteria/facts")
async def criterion_facts(call: Annotated[Call, allows(*STAFF)]) -> Response:
    """What a criterion may name."""
    return Response(to_json(actions.criterion_facts(call.runtime.hooks)), media_type="application/json")


@router.get("/criteria/count")
async def preview(
    call: Annotated[Call, allows("officer")],
    expression: Annotated[str, Query(max_length=LONGEST)],
    division: Annotated[str, Query(pattern=r"^\d{12}$")],
    reference_on: date,
    survey_id: UUID | None = None,
    category: Annotated[list[Category] | None, Query(description="救助类别")] = None,
) -> Response:
    """How many people a criterion would admit, before anybody is screened by it."""
    terms = {"division": division, "reference_on": reference_on, "survey_id": survey_id, "categories": tuple(category or ())}
    return await call.read(actions.preview, expression, **terms)


@router.get("/programmes")
async def programmes(call: Annotated[Call, allows(*STAFF)], page: Paged, status: str = "") -> Response:
    return await call.read(store.programmes, page=page, status=status)


@router.post("/programmes", status_code=201)
async def open_programme(body: OpenProgramme, call: Annotated[Call, allows("officer")]) -> Response:
    return await call.act(actions.open_programme, **fields(body) | {"groups": [_asked(group) for group in body.groups]})


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


@router.get("/programmes/{programme_id}/persons/{person_id}/explanation")
async def explanation(
    programme_id: UUID, person_id: UUID, purpose: ReadingPurpose, call: Annotated[Call, allows("clerk", "officer", "reviewer")]
) -> Response:
    """Why in, why out, and what would change it. A reading is recorded first."""
    await call.runtime.run(actions.note_explanation, programme_id, person_id, purpose=purpose, actor=call.actor, today=call.today)
    return await call.read(actions.explain, programme_id, person_id)


@router.get("/programmes/{programme_id}/notice")
async def public_notice(
    programme_id: UUID, call: Annotated[Call, allows("clerk", "officer", "reviewer", "approver", "auditor")]
) -> Response:
    """What is made public of the list: criteria, seed, proof and suppressed counts, no list of people."""
    return await call.read(actions.kept_notice, programme_id)


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


@router.post("/programmes/{programme_id}/quotas")
async def adjust_quota(programme_id: UUID, body: AdjustQuota, call: Annotated[Call, allows("officer")]) -> Response:
    return await call.act(actions.adjust_quota, programme_id, **fields(body))


@router.get("/programmes/{programme_id}/changes")
async def list_changes(
    programme_id: UUID, call: Annotated[Call, allows("clerk", "officer", "reviewer", "approver", "auditor")], page: Paged
) -> Response:
    """Who left the list, why, and who moved up."""
    return await call.read(store.list_changes, programme_id, page=page)


@router.post("/programmes/{programme_id}/candidates/{candidate_id}/departure")
async def strike(programme_id: UUID, candidate_id: UUID, body: Departure, call: Annotated[Call, allows("clerk", "officer")]) -> Response:
    """Somebody on the list does not want to be served, died, moved away or stands there twice, before the service began."""
    return await call.act(actions.strike, programme_id, candidate_id, reason=body.reason)


@router.post("/programmes/{programme_id}/confirmation")
async def confirm(programme_id: UUID, body: GivenReason, call: Annotated[Call, allows("approver")]) -> Response:
    return await call.act(actions.confirm_selection, programme_id, reason=body.reason)


def _asked(group: GroupBody) -> GroupAsked:
    band = Band(group.band.from_age, group.band.to_age, group.band.minimum) if group.band else None
    return GroupAsked(GroupQuota(group.code, group.quota, group.reserve, band), group.name, group.expression, group.score, group.tolerance)
