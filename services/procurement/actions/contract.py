"""The contract: signed in time as awarded, published, filed, its price in milestones and its scheme frozen."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from uuid import UUID

from sqlmodel import col, select

from services.procurement.actions.conversion import open_challenges
from services.procurement.actions.notice import issue
from services.procurement.actions.record import Law, contract_of, keep_deviations, once, project_of, require
from services.procurement.domain import announcement
from services.procurement.domain.challenge import check_none_pending
from services.procurement.domain.contract import ContractTerms, Term, check_price, check_scheme, check_supplement, check_term
from services.procurement.domain.limit import Deviation, check_within
from services.procurement.labels import METHODS
from services.procurement.store import Contract, Milestone, Project, Supplement, Supplier, Tender
from shared.access import Actor
from shared.events.procurement import ContractSigned, MilestoneTerms
from shared.files import require_file
from shared.money import Fen
from shared.rules import Rules
from shared.work import Work


def sign_contract(
    project_id: UUID,
    *,
    terms: ContractTerms,
    document: UUID,
    data_agreement: UUID,
    late_reason: str,
    work: Work,
    today: date,
    actor: Actor,
    rules: Rules,
) -> dict[str, object]:
    """Sign what was awarded, within thirty days and after the time to challenge."""
    project = project_of(work, project_id)
    once(contract_for(work, project_id), "合同已签订")
    tender = _announced(work, project_id)
    law = Law(rules, project.division)
    late = _check_time(work, tender, law, today, late_reason)
    check_price(Fen(tender.amount_fen), terms.milestones, law("contract_follows_award"))
    check_term(Term(terms.starts_on, terms.ends_on), today, limit=law.if_in_force("contract_term"), grounds=terms.term_grounds)
    check_scheme(terms.scheme, law("frozen_scheme"))
    law("data_agreement")
    for file in (document, data_agreement):
        require_file(work, file)
    supplier = work.get(Supplier, require(tender.supplier_id, "尚未确定成交供应商"))
    contract = _contract(
        terms, tender, supplier, signed_on=today, signed_by=actor.account, document=document, data_agreement=data_agreement
    )
    rows = [
        Milestone(contract_id=contract.id, project_id=project_id, position=n, code=one.code, terms=one.model_dump(mode="json"))
        for n, one in enumerate(terms.milestones, start=1)
    ]
    project.state = "contracted"
    work.add(contract, *rows)
    keep_deviations(work, project_id, late)
    work.emit(signed(project, contract, terms.milestones))
    return {"id": contract.id, "scheme_hash": contract.scheme_hash, "milestones": {row.code: row.id for row in rows}}


def signed(project: Project, contract: Contract, milestones: Sequence[MilestoneTerms]) -> ContractSigned:
    return ContractSigned(
        contract_id=contract.id,
        contract_no=contract.contract_no,
        project_id=project.id,
        title=project.title,
        division=project.division,
        provider=contract.provider["name"],
        provider_uscc=contract.provider_uscc,
        amount=contract.amount_fen,
        signed_on=contract.signed_on,
        starts_on=contract.starts_on,
        ends_on=contract.ends_on,
        clients_at_least=contract.clients_at_least,
        workers=contract.workers,
        worker_capacity=contract.worker_capacity,
        scheme=contract.frozen_scheme(),
        scheme_hash=contract.scheme_hash,
        milestones=tuple(milestones),
    )


def publish_contract(contract_id: UUID, *, late_reason: str, work: Work, today: date, rules: Rules) -> dict[str, UUID]:
    """Publish the contract within two working days."""
    contract, project = contract_of(work, contract_id)
    once(contract.notice_id, "合同已公告")
    late = check_within(Law(rules, project.division)("contract_publication"), contract.signed_on, today, "合同公告", reason=late_reason)
    told = announcement.contract(
        project.heading(), contract.agreement(terms_of_milestones(work, contract.id), METHODS[contract.method]), published_on=today
    )
    contract.notice_id, contract.published_on = issue(work, project, "contract", told), today
    keep_deviations(work, project.id, late)
    return {"notice_id": contract.notice_id}


def file_contract(contract_id: UUID, *, document: UUID, late_reason: str, work: Work, today: date, rules: Rules) -> None:
    """File a copy with the finance department within seven working days."""
    contract, project = contract_of(work, contract_id)
    once(contract.filed_on, "合同已备案")
    late = check_within(Law(rules, project.division)("contract_filing"), contract.signed_on, today, "合同备案", reason=late_reason)
    require_file(work, document)
    contract.filed_on, contract.filing_document = today, document
    keep_deviations(work, project.id, late)


def accept_plan(contract_id: UUID, *, document: UUID, work: Work, today: date) -> None:
    """Accept the agency's implementation plan (实施方案)."""
    contract, _ = contract_of(work, contract_id)
    once(contract.plan_accepted_on, "实施方案已验收")
    require_file(work, document)
    contract.plan_accepted_on, contract.plan_document = today, document


def sign_supplement(contract_id: UUID, *, amount_fen: Fen, reason: str, document: UUID, work: Work, today: date, rules: Rules) -> UUID:
    """A supplement for the same object; all of them together at most a tenth of the original."""
    contract, project = contract_of(work, contract_id)
    earlier = [Fen(row[0]) for row in work.rows(select(Supplement.amount_fen).where(Supplement.contract_id == contract_id))]
    check_supplement(amount_fen, earlier, Fen(contract.amount_fen), Law(rules, project.division)("supplement_limit"))
    require_file(work, document)
    supplement = Supplement(contract_id=contract_id, amount_fen=amount_fen, reason=reason, document=document, signed_on=today)
    work.add(supplement)
    return supplement.id


def contract_for(work: Work, project_id: UUID) -> Contract | None:
    return work.first(select(Contract).where(Contract.project_id == project_id))


def terms_of_milestones(work: Work, contract_id: UUID) -> list[MilestoneTerms]:
    rows = work.select(select(Milestone).where(Milestone.contract_id == contract_id).order_by(col(Milestone.position)))
    return [row.frozen_terms() for row in rows]


def _contract(
    terms: ContractTerms, tender: Tender, supplier: Supplier, *, signed_on: date, signed_by: str, document: UUID, data_agreement: UUID
) -> Contract:
    return Contract(
        project_id=tender.project_id,
        tender_id=tender.id,
        contract_no=terms.contract_no,
        supplier_id=supplier.id,
        provider=asdict(supplier.office()),
        provider_uscc=supplier.uscc,
        method=tender.method,
        amount_fen=tender.amount_fen,
        signed_on=signed_on,
        signed_by=signed_by,
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
        clients_at_least=terms.clients_at_least,
        workers=terms.workers,
        worker_capacity=terms.worker_capacity,
        payment_workdays=terms.payment_workdays,
        scheme=terms.scheme.model_dump(mode="json"),
        scheme_hash=terms.scheme.digest(),
        data_agreement=data_agreement,
        acceptance_plan=terms.acceptance_plan,
        document=document,
    )


def _announced(work: Work, project_id: UUID) -> Tender:
    found = work.first(select(Tender).where(Tender.project_id == project_id, Tender.state == "announced"))
    return require(found, "成交结果尚未公告")


def _check_time(work: Work, tender: Tender, law: Law, today: date, late_reason: str) -> Deviation | None:
    """After the challenge window, within thirty days of the award letter."""
    window, suspends = law("challenge_window"), law("challenge_suspends")
    last = require(tender.challenge_until, "成交结果尚未公告")
    check_none_pending(today, last, open_challenges=open_challenges(work, tender.project_id), window=window, suspends=suspends)
    return check_within(law("contract_signing"), require(tender.announced_on, "成交结果尚未公告"), today, "签订合同", reason=late_reason)
