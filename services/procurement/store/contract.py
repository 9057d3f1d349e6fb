"""Contracts, milestones, payments, acceptance."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import Field

from services.procurement.domain.acceptance import RecipientsOpinion, RequirementResult
from services.procurement.domain.announcement import Agreement
from services.procurement.domain.notice import Office
from services.procurement.store.table import Table
from shared.events.procurement import MilestoneTerms, Scheme
from shared.ids import new_id
from shared.money import Fen
from shared.store.types import Amount, Json


class Contract(Table, table=True):
    id: UUID = Field(default_factory=new_id, primary_key=True)
    project_id: UUID = Field(unique=True, index=True)
    tender_id: UUID
    contract_no: str = Field(unique=True)
    supplier_id: UUID
    provider: dict[str, str] = Json()
    provider_uscc: str
    method: str
    amount_fen: int = Amount()
    signed_on: date
    signed_by: str
    starts_on: date
    ends_on: date
    clients_at_least: int
    workers: int
    worker_capacity: int
    payment_workdays: int
    scheme: dict[str, Any] = Json()
    scheme_hash: str
    data_agreement: UUID
    acceptance_plan: str
    document: UUID
    notice_id: UUID | None = None
    published_on: date | None = None
    filed_on: date | None = None
    filing_document: UUID | None = None
    plan_accepted_on: date | None = None
    plan_document: UUID | None = None
    data_returned_on: date | None = None
    certificate_hash: str = ""

    def frozen_scheme(self) -> Scheme:
        return Scheme.model_validate(self.scheme)

    def agreement(self, milestones: list[MilestoneTerms], method: str) -> Agreement:
        return Agreement(
            contract_no=self.contract_no,
            provider=Office(self.provider["name"], self.provider["address"], self.provider["contact"]),
            amount=Fen(self.amount_fen),
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            signed_on=self.signed_on,
            clients_at_least=self.clients_at_least,
            workers=self.workers,
            method=method,
            milestones=milestones,
            scheme_hash=self.scheme_hash,
        )


class Supplement(Table, table=True):
    id: UUID = Field(default_factory=new_id, primary_key=True)
    contract_id: UUID = Field(index=True)
    amount_fen: int = Amount()
    reason: str
    document: UUID
    signed_on: date


class Milestone(Table, table=True):
    id: UUID = Field(default_factory=new_id, primary_key=True)
    contract_id: UUID = Field(index=True)
    project_id: UUID = Field(index=True)
    position: int
    code: str
    terms: dict[str, Any] = Json()
    verified_on: date | None = None
    verified_by: str = ""

    def frozen_terms(self) -> MilestoneTerms:
        return MilestoneTerms.model_validate(self.terms)


class Payment(Table, table=True):
    id: UUID = Field(default_factory=new_id, primary_key=True)
    contract_id: UUID = Field(index=True)
    project_id: UUID = Field(index=True)
    milestone_id: UUID = Field(unique=True)
    milestone: str
    amount_fen: int = Amount()
    state: str = "applied"
    invoice_no: str
    invoice_document: UUID
    due_on: date
    applied_on: date = Field(index=True)
    applied_by: str
    approved_on: date | None = None
    approved_by: str = ""
    paid_on: date | None = None
    paid_by: str = ""
    voucher_no: str = ""
    voucher_document: UUID | None = None


class Acceptance(Table, table=True):
    """Recipients' representatives are a number and an opinion; their names stay on the paper."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    contract_id: UUID = Field(unique=True, index=True)
    members: list[str] = Json()
    representatives: int
    satisfied: int
    opinion: str
    results: list[dict[str, str]] = Json()
    conclusion: str
    document: UUID
    accepted_on: date
    recorded_by: str
    notice_id: UUID | None = None
    published_on: date | None = None

    def recipients(self) -> RecipientsOpinion:
        return RecipientsOpinion(self.representatives, self.satisfied, self.opinion)

    def results_kept(self) -> list[RequirementResult]:
        return [RequirementResult(**result) for result in self.results]
