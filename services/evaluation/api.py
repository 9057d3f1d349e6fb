"""JSON routes of evaluation: input into one call of an action, its outcome into one answer."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.evaluation import actions, store
from services.evaluation.actions.sheets import Given
from services.evaluation.domain.findings import Party
from services.evaluation.domain.independence import Declaration
from services.evaluation.domain.rounds import RoundKind
from shared.errors import Malformed
from shared.events.evaluation import ContextFigure
from shared.http.call import Call, allows, fields
from shared.http.paging import Page, page

router = APIRouter(prefix="/api/v1", tags=["evaluation"])

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Paragraph = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Mark = Annotated[Decimal, Field(ge=0, le=100, max_digits=6, decimal_places=3)]
DimensionCode = Annotated[str, StringConstraints(pattern=r"^D\d{1,2}$")]
READERS = ("buyer", "finance", "evaluator", "assessor", "expert", "community", "provider", "auditor")
Paged = Annotated[Page, Depends(page)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CommissionEvaluator(Body):
    contract_id: UUID
    body: Line
    body_uscc: Line
    fee: Annotated[int, Field(gt=0, description="分")]
    declaration: Declaration
    document: UUID | None = None


class RegisterAssessor(Body):
    contract_id: UUID
    dimension: Literal["D3", "D4"]
    account: Line
    name: Line
    organisation: Line
    has_guided_plan: bool = False
    disclosure: Annotated[str, StringConstraints(max_length=1000)] = ""


class OpenRound(Body):
    contract_id: UUID
    kind: RoundKind
    evidence_until: date


class DrawSample(Body):
    seed: Annotated[str, StringConstraints(max_length=200)]
    per_group: Annotated[int, Field(ge=1, le=1000)] | None = None


class SheetBody(Body):
    marks: dict[str, Mark]
    assessor: Annotated[str, StringConstraints(strip_whitespace=True, max_length=64)] = ""
    comment: Annotated[str, StringConstraints(max_length=2000)] = ""


class RecordSheets(Body):
    dimension: DimensionCode
    sheets: Annotated[list[SheetBody], Field(min_length=1, max_length=100)]


class CorrectSheet(Body):
    marks: Mapping[str, Mark]
    reason: Line


class TextBody(Body):
    text: Paragraph


class DecideAppeal(Body):
    is_upheld: bool
    reason: Paragraph


class IssueFinding(Body):
    party: Party
    dimension: DimensionCode
    text: Paragraph


class RecordContext(Body):
    project_id: UUID
    topic: Literal["petitions"]
    year: Annotated[int, Field(ge=2000, le=2100)]
    figures: Annotated[list[ContextFigure], Field(min_length=1, max_length=10)]
    source: Line


@router.post("/commissions", status_code=201)
async def commission_evaluator(body: CommissionEvaluator, call: Annotated[Call, allows("buyer")]) -> Response:
    return await call.act(actions.commission_evaluator, **fields(body))


@router.get("/commissions")
async def commissions(call: Annotated[Call, allows(*READERS)], page: Paged) -> Response:
    return await call.read(store.commissions, page=page)


@router.post("/assessors", status_code=201)
async def register_assessor(body: RegisterAssessor, call: Annotated[Call, allows("evaluator")]) -> Response:
    return await call.act(actions.register_assessor, **fields(body))


@router.post("/rounds", status_code=201)
async def open_round(body: OpenRound, call: Annotated[Call, allows("evaluator")]) -> Response:
    return await call.act(actions.open_round, **fields(body))


@router.get("/rounds")
async def rounds(call: Annotated[Call, allows(*READERS)], page: Paged, contract_id: UUID | None = None) -> Response:
    return await call.read(store.rounds, page=page, contract_id=contract_id)


@router.get("/rounds/{round_id}")
async def round_shown(round_id: UUID, call: Annotated[Call, allows(*READERS)]) -> Response:
    return await call.read(store.round_shown, round_id)


@router.post("/rounds/{round_id}/sample", status_code=201)
async def draw_sample(round_id: UUID, body: DrawSample, call: Annotated[Call, allows("buyer")]) -> Response:
    return await call.act(actions.draw_sample, round_id, **fields(body))


@router.get("/rounds/{round_id}/sample")
async def sample(round_id: UUID, call: Annotated[Call, allows("evaluator", "buyer", "auditor")], page: Paged) -> Response:
    return await call.read(store.sample, round_id, page=page)


@router.get("/rounds/{round_id}/ballots")
async def ballots(round_id: UUID, call: Annotated[Call, allows("evaluator")]) -> Response:
    return await call.read(store.ballots, round_id)


@router.post("/rounds/{round_id}/sheets", status_code=201)
async def record_sheets(
    round_id: UUID, body: RecordSheets, call: Annotated[Call, allows("buyer", "finance", "evaluator", "assessor", "expert", "community")]
) -> Response:
    given = [Given(sheet.marks, sheet.assessor, sheet.comment) for sheet in body.sheets]
    return await call.act(actions.record_sheets, round_id, dimension=body.dimension, sheets=given)


@router.get("/rounds/{round_id}/sheets")
async def sheets(round_id: UUID, call: Annotated[Call, allows(*READERS)], page: Paged, dimension: str = "") -> Response:
    return await call.read(store.sheets, round_id, page=page, dimension=dimension)


@router.post("/sheets/{sheet_id}/corrections", status_code=201)
async def correct_sheet(
    sheet_id: UUID, body: CorrectSheet, call: Annotated[Call, allows("buyer", "finance", "evaluator", "assessor", "expert", "community")]
) -> Response:
    return await call.act(actions.correct_sheet, sheet_id, **fields(body))


@router.post("/rounds/{round_id}/score")
async def score_round(round_id: UUID, call: Annotated[Call, allows("evaluator")]) -> Response:
    return await call.act(actions.score_round, round_id)


@router.post("/rounds/{round_id}/notification")
async def notify_round(round_id: UUID, call: Annotated[Call, allows("evaluator")]) -> Response:
    return await call.act(actions.notify_round, round_id)


@router.post("/rounds/{round_id}/conclusion")
async def conclude_round(round_id: UUID, call: Annotated[Call, allows("evaluator")]) -> Response:
    return await call.act(actions.conclude_round, round_id)


@router.post("/rounds/{round_id}/rectification")
async def accept_rectification(round_id: UUID, call: Annotated[Call, allows("evaluator")]) -> Response:
    return await call.act(actions.accept_rectification, round_id)


@router.get("/rounds/{round_id}/sensitivity")
async def sensitivity(
    round_id: UUID,
    call: Annotated[Call, allows("evaluator", "buyer", "finance", "auditor")],
    weights: Annotated[str, Query(description="按方案次序的权重，如 20,10,30,10,20,10", max_length=100)],
) -> Response:
    try:
        chosen = [int(weight) for weight in weights.split(",")]
    except ValueError as fault:
        raise Malformed("权重应为逗号分隔的整数", field="weights") from fault
    return await call.read(actions.sensitivity, round_id, weights=chosen)


@router.post("/rounds/{round_id}/appeals", status_code=201)
async def file_appeal(round_id: UUID, body: TextBody, call: Annotated[Call, allows("provider")]) -> Response:
    return await call.act(actions.file_appeal, round_id, text=body.text)


@router.get("/appeals")
async def appeals(call: Annotated[Call, allows(*READERS)], page: Paged, round_id: UUID | None = None) -> Response:
    return await call.read(store.appeals, page=page, round_id=round_id)


@router.post("/appeals/{appeal_id}/decision")
async def decide_appeal(appeal_id: UUID, body: DecideAppeal, call: Annotated[Call, allows("buyer")]) -> Response:
    return await call.act(actions.decide_appeal, appeal_id, **fields(body))


@router.post("/rounds/{round_id}/findings", status_code=201)
async def issue_finding(round_id: UUID, body: IssueFinding, call: Annotated[Call, allows("evaluator")]) -> Response:
    return await call.act(actions.issue_finding, round_id, **fields(body))


@router.get("/findings")
async def findings(call: Annotated[Call, allows(*READERS)], page: Paged, round_id: UUID | None = None) -> Response:
    return await call.read(store.findings, page=page, round_id=round_id)


@router.post("/findings/{finding_id}/answer")
async def answer_finding(finding_id: UUID, body: TextBody, call: Annotated[Call, allows("provider", "finance", "buyer")]) -> Response:
    return await call.act(actions.answer_finding, finding_id, text=body.text)


@router.post("/findings/{finding_id}/closing")
async def close_finding(finding_id: UUID, body: TextBody, call: Annotated[Call, allows("evaluator")]) -> Response:
    return await call.act(actions.close_finding, finding_id, text=body.text)


@router.post("/contexts", status_code=201)
async def record_context(body: RecordContext, call: Annotated[Call, allows("buyer")]) -> Response:
    return await call.act(actions.record_context, **fields(body))


@router.get("/contexts")
async def contexts(call: Annotated[Call, allows(*READERS)], page: Paged, project_id: UUID | None = None) -> Response:
    return await call.read(store.contexts, page=page, project_id=project_id)


@router.get("/contracts")
async def contracts(call: Annotated[Call, allows(*READERS)], page: Paged) -> Response:
    return await call.read(store.contracts, page=page)
