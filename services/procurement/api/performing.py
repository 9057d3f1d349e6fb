"""Routes of the contract: signed, published, verified, paid, accepted, closed, audited; and of corrections."""

from dataclasses import fields as dataclass_fields
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from services.procurement import actions
from services.procurement.api.body import Amount, Body, Count, DocumentMayBeLate, Empty, Line, MayBeLate, Paragraph, Reason, WithDocument
from services.procurement.domain.acceptance import RequirementResult
from services.procurement.domain.closing import Paper
from services.procurement.domain.contract import ContractTerms
from services.procurement.domain.standard import StandardItem
from shared.events.procurement import MilestoneTerms, NoticeField, Scheme
from shared.http.call import Call, allows, fields

router = APIRouter()


class SignContract(DocumentMayBeLate):
    contract_no: Line
    starts_on: date
    ends_on: date
    clients_at_least: Count
    workers: Count
    worker_capacity: Count
    payment_workdays: Annotated[int, Field(ge=1, le=60)]
    scheme: Scheme
    milestones: Annotated[tuple[MilestoneTerms, ...], Field(min_length=1, max_length=20)]
    acceptance_plan: Paragraph
    term_grounds: frozenset[Line] = frozenset()
    data_agreement: UUID

    def terms(self) -> ContractTerms:
        return ContractTerms(**{field.name: getattr(self, field.name) for field in dataclass_fields(ContractTerms)})


class SignSupplement(WithDocument):
    amount_fen: Amount
    reason: Paragraph


class ApplyForPayment(WithDocument):
    invoice_no: Line


class ReleasePayment(DocumentMayBeLate):
    voucher_no: Line


class RecordAcceptance(WithDocument):
    members: Annotated[list[Line], Field(min_length=1, max_length=50)]
    representatives: Count
    satisfied: Count
    opinion: Reason
    results: Annotated[list[RequirementResult], Field(max_length=100)]
    conclusion: Literal["passed", "failed"]


class FileDossier(Body):
    acceptance_report: UUID
    documents: Annotated[list[Paper], Field(max_length=500)]


class RecordAudit(WithDocument):
    conclusion: Paragraph
    findings: Count
    summary: Paragraph


class DraftPriceStandard(WithDocument):
    project_id: UUID
    items: Annotated[list[StandardItem], Field(min_length=1, max_length=200)]
    effective_on: date


class CorrectNotice(Body):
    fields: Annotated[list[NoticeField], Field(min_length=1, max_length=50)]
    reason: Line


@router.post("/projects/{project_id}/contract", status_code=201)
async def sign_contract(project_id: UUID, body: SignContract, call: Annotated[Call, allows("buyer")]) -> Response:
    papers = {"document": body.document, "data_agreement": body.data_agreement}
    return await call.act(actions.sign_contract, project_id, terms=body.terms(), late_reason=body.late_reason, **papers)


@router.post("/contracts/{contract_id}/publication")
async def publish_contract(contract_id: UUID, body: MayBeLate, call: Annotated[Call, allows("buyer")]) -> Response:
    return await call.act(actions.publish_contract, contract_id, **fields(body))


@router.post("/contracts/{contract_id}/filing")
async def file_contract(contract_id: UUID, body: DocumentMayBeLate, call: Annotated[Call, allows("buyer")]) -> Response:
    return await call.act(actions.file_contract, contract_id, **fields(body))


@router.post("/contracts/{contract_id}/implementation-plan")
async def accept_plan(contract_id: UUID, body: WithDocument, call: Annotated[Call, allows("buyer")]) -> Response:
    return await call.act(actions.accept_plan, contract_id, **fields(body))


@router.post("/contracts/{contract_id}/supplements", status_code=201)
async def sign_supplement(contract_id: UUID, body: SignSupplement, call: Annotated[Call, allows("buyer")]) -> Response:
    return await call.act(actions.sign_supplement, contract_id, **fields(body))


@router.post("/milestones/{milestone_id}/verification")
async def verify_milestone(milestone_id: UUID, body: Empty, call: Annotated[Call, allows("buyer")]) -> Response:
    return await call.act(actions.verify_milestone, milestone_id)


@router.post("/milestones/{milestone_id}/payments", status_code=201)
async def apply_for_payment(milestone_id: UUID, body: ApplyForPayment, call: Annotated[Call, allows("buyer")]) -> Response:
    return await call.act(actions.apply_for_payment, milestone_id, **fields(body))


@router.post("/payments/{payment_id}/approval")
async def approve_payment(payment_id: UUID, body: Empty, call: Annotated[Call, allows("department")]) -> Response:
    return await call.act(actions.approve_payment, payment_id)


@router.post("/payments/{payment_id}/release")
async def release_payment(payment_id: UUID, body: ReleasePayment, call: Annotated[Call, allows("treasury")]) -> Response:
    return await call.act(actions.release_payment, payment_id, **fields(body))


@router.post("/contracts/{contract_id}/acceptance", status_code=201)
async def record_acceptance(contract_id: UUID, body: RecordAcceptance, call: Annotated[Call, allows("buyer")]) -> Response:
    return await call.act(actions.record_acceptance, contract_id, **fields(body))


@router.post("/contracts/{contract_id}/acceptance-publication")
async def publish_acceptance(contract_id: UUID, body: MayBeLate, call: Annotated[Call, allows("buyer")]) -> Response:
    return await call.act(actions.publish_acceptance, contract_id, **fields(body))


@router.post("/projects/{project_id}/dossier", status_code=201)
async def file_dossier(project_id: UUID, body: FileDossier, call: Annotated[Call, allows("buyer")]) -> Response:
    return await call.act(actions.file_dossier, project_id, **fields(body))


@router.post("/projects/{project_id}/dossier/confirmation")
async def confirm_dossier(project_id: UUID, body: Empty, call: Annotated[Call, allows("department")]) -> Response:
    return await call.act(actions.confirm_dossier, project_id)


@router.post("/projects/{project_id}/closing")
async def close_project(project_id: UUID, body: Empty, call: Annotated[Call, allows("buyer")]) -> Response:
    return await call.act(actions.close_project, project_id)


@router.post("/projects/{project_id}/audits", status_code=201)
async def record_audit(project_id: UUID, body: RecordAudit, call: Annotated[Call, allows("auditor")]) -> Response:
    return await call.act(actions.record_audit, project_id, **fields(body))


@router.post("/price-standards", status_code=201)
async def draft_price_standard(body: DraftPriceStandard, call: Annotated[Call, allows("finance")]) -> Response:
    return await call.act(actions.draft_price_standard, **fields(body))


@router.post("/price-standards/{standard_id}/issue")
async def issue_price_standard(standard_id: UUID, body: Empty, call: Annotated[Call, allows("department")]) -> Response:
    return await call.act(actions.issue_price_standard, standard_id)


@router.post("/notices/{notice_id}/corrections", status_code=201)
async def correct_notice(notice_id: UUID, body: CorrectNotice, call: Annotated[Call, allows("agent", "buyer", "department")]) -> Response:
    return await call.act(actions.correct_notice, notice_id, **fields(body))
