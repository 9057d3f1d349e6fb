"""Routes from the first plan to the decided method."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from services.procurement import actions
from services.procurement.api.body import Amount, Body, Count, DocumentMayBeLate, Line, MayBeLate, Paragraph, Reason, WithDocument
from services.procurement.domain.budget import Line as BudgetLine
from services.procurement.domain.budget import YearPart
from services.procurement.domain.matter import Matter
from services.procurement.domain.method import Method
from services.procurement.domain.notice import Office
from services.procurement.domain.party import Party, ProviderKind
from shared.http.call import Call, allows, fields

router = APIRouter(prefix="/projects")


class DrawUpPlan(WithDocument):
    title: Line
    division: str
    buyer: Party
    procuring_entity: Party
    agent: Office
    summary: Paragraph
    roster_id: UUID | None = None
    reason: Reason = ""


class RevisePlan(WithDocument):
    summary: Paragraph
    reason: Line


class RecordOpinion(WithDocument):
    kind: Literal["expert", "price", "statistics"]
    body: Line
    points: Count
    adopted: Count
    summary: Paragraph


class SubmitBudget(WithDocument):
    amount_fen: Amount
    lines: Annotated[list[BudgetLine], Field(min_length=1, max_length=200)]
    years: Annotated[list[YearPart], Field(min_length=1, max_length=10)]
    catalogue_code: Line
    catalogue_name: Line
    item_code: Line
    duty_basis: Paragraph
    price_basis: Paragraph
    reason: Reason = ""


class ReviewBudget(WithDocument):
    opinion: Paragraph


class CongressApproval(WithDocument):
    body: Line


class Numbered(DocumentMayBeLate):
    document_no: Line


class ProposeProject(Body):
    project_no: Line
    matters: Annotated[list[Matter], Field(min_length=1, max_length=100)]
    requirement: Paragraph
    provider_kinds: Annotated[list[ProviderKind], Field(min_length=1)]
    is_specialised: bool = False
    reason: Reason = ""


class OpenProject(Body):
    is_in_catalogue: bool
    negative_list: dict[Literal["N1", "N2", "N3", "N4", "N5", "N6"], bool]
    opinion: Paragraph


class PublishRequirement(WithDocument):
    closes_on: date
    reason: Reason = ""


class AnswerOpinions(WithDocument):
    opinions: Count
    adopted: Count
    summary: Paragraph


class DecideMethod(Body):
    method: Method
    reason: Paragraph


@router.post("", status_code=201)
async def draw_up_plan(body: DrawUpPlan, call: Annotated[Call, allows("buyer")]) -> Response:
    return await call.act(actions.draw_up_plan, **fields(body))


@router.post("/{project_id}/plan-versions", status_code=201)
async def revise_plan(project_id: UUID, body: RevisePlan, call: Annotated[Call, allows("buyer")]) -> Response:
    return await call.act(actions.revise_plan, project_id, **fields(body))


@router.post("/{project_id}/opinions", status_code=201)
async def record_opinion(project_id: UUID, body: RecordOpinion, call: Annotated[Call, allows("buyer")]) -> Response:
    return await call.act(actions.record_opinion, project_id, **fields(body))


@router.post("/{project_id}/budget", status_code=201)
async def submit_budget(project_id: UUID, body: SubmitBudget, call: Annotated[Call, allows("department")]) -> Response:
    return await call.act(actions.submit_budget, project_id, **fields(body))


@router.post("/{project_id}/budget/review")
async def review_budget(project_id: UUID, body: ReviewBudget, call: Annotated[Call, allows("finance")]) -> Response:
    return await call.act(actions.review_budget, project_id, **fields(body))


@router.post("/{project_id}/budget/congress-approval")
async def record_congress_approval(project_id: UUID, body: CongressApproval, call: Annotated[Call, allows("finance")]) -> Response:
    return await call.act(actions.record_congress_approval, project_id, **fields(body))


@router.post("/{project_id}/budget/grant")
async def grant_budget(project_id: UUID, body: Numbered, call: Annotated[Call, allows("finance")]) -> Response:
    return await call.act(actions.grant_budget, project_id, **fields(body))


@router.post("/{project_id}/budget/hand-down")
async def hand_down_budget(project_id: UUID, body: Numbered, call: Annotated[Call, allows("department")]) -> Response:
    return await call.act(actions.hand_down_budget, project_id, **fields(body))


@router.post("/{project_id}/budget/publication")
async def publish_budget(project_id: UUID, body: MayBeLate, call: Annotated[Call, allows("department")]) -> Response:
    return await call.act(actions.publish_budget, project_id, **fields(body))


@router.post("/{project_id}/proposal")
async def propose_project(project_id: UUID, body: ProposeProject, call: Annotated[Call, allows("buyer")]) -> Response:
    return await call.act(actions.propose_project, project_id, **fields(body))


@router.post("/{project_id}/opening")
async def open_project(project_id: UUID, body: OpenProject, call: Annotated[Call, allows("reviewer")]) -> Response:
    return await call.act(actions.open_project, project_id, **fields(body))


@router.post("/{project_id}/implementation-plan")
async def file_implementation_plan(project_id: UUID, body: WithDocument, call: Annotated[Call, allows("buyer")]) -> Response:
    return await call.act(actions.file_implementation_plan, project_id, **fields(body))


@router.post("/{project_id}/requirement", status_code=201)
async def publish_requirement(project_id: UUID, body: PublishRequirement, call: Annotated[Call, allows("buyer")]) -> Response:
    return await call.act(actions.publish_requirement, project_id, **fields(body))


@router.post("/{project_id}/requirement/answer")
async def answer_opinions(project_id: UUID, body: AnswerOpinions, call: Annotated[Call, allows("buyer")]) -> Response:
    return await call.act(actions.answer_opinions, project_id, **fields(body))


@router.post("/{project_id}/method")
async def decide_method(project_id: UUID, body: DecideMethod, call: Annotated[Call, allows("buyer")]) -> Response:
    return await call.act(actions.decide_method, project_id, **fields(body))
