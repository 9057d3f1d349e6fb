"""Questions to procurement's store: the project as a whole, and what other departments and the report ask for."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, false, or_
from sqlmodel import col, select

from services.procurement.store.budget import Budget
from services.procurement.store.closing import Audit, Dossier, PriceStandard
from services.procurement.store.contract import Acceptance, Contract, Payment
from services.procurement.store.expert import Draw, Expert, Member
from services.procurement.store.notice import Notice
from services.procurement.store.project import Consultation, DeviationKept, MethodDecision, Opinion, Plan, Project, Screening
from services.procurement.store.tender import Argument, Challenge, Conversion, Supplier, Tender
from shared.access import Actor
from shared.divisions import level
from shared.errors import NotFound
from shared.http.paging import Listing, Page, listing
from shared.work import Reader

LEGAL = "legal"


def projects(*, reader: Reader, actor: Actor, page: Page, state: str = "") -> Listing:
    statement = _within(select(Project), actor)
    if state:
        statement = statement.where(col(Project.state) == state)
    shown = {"id", "project_no", "title", "division", "state", "method", "budget_fen", "planned_on", "opened_on", "closed_on"}
    return listing(reader, statement, page, sort=(Project.planned_on, Project.id), item=lambda row: row.model_dump(include=shown))


def project(project_id: UUID, *, reader: Reader, actor: Actor) -> dict[str, Any]:
    """Everything that belongs to the project but tender, draw and contract, which have pages of their own."""
    found = reach(reader, project_id, actor)
    contract = contract_of(reader, project_id)
    return {
        **found.model_dump(),
        "plans": _all(reader, Plan, project_id, Plan.version),
        "opinions": _all(reader, Opinion, project_id, Opinion.received_on),
        "budget": _one(reader, Budget, project_id),
        "screening": _one(reader, Screening, project_id),
        "consultation": _one(reader, Consultation, project_id),
        "decisions": _all(reader, MethodDecision, project_id, MethodDecision.number),
        "tenders": [
            {"id": tender.id, "number": tender.number, "method": tender.method, "state": tender.state}
            for tender in _tenders(reader, project_id)
        ],
        "conversion": _one(reader, Conversion, project_id),
        "challenges": _all(reader, Challenge, project_id, Challenge.received_on),
        "draw_id": reader.scalar(select(Draw.id).where(Draw.project_id == project_id)),
        "contract_id": contract.id if contract else None,
        "dossier": _one(reader, Dossier, project_id),
        "audits": _all(reader, Audit, project_id, Audit.audited_on),
    }


def summary(project_id: UUID, *, reader: Reader, actor: Actor) -> dict[str, Any]:
    """The purchase in the terms of the Open Contracting Data Standard, and the figures of the report."""
    found = reach(reader, project_id, actor)
    tenders, contract = _tenders(reader, project_id), contract_of(reader, project_id)
    paid = _paid(reader, project_id)
    years = sorted({payment.paid_on.year for payment in paid if payment.paid_on})
    failed = [tender for tender in tenders if tender.failed_on]
    return {
        "project_id": found.id,
        "project_no": found.project_no,
        "title": found.title,
        "state": found.state,
        "buyer": found.buyer["name"],
        "procuring_entity": found.entity_name,
        "budget_fen": found.budget_fen,
        "contract_id": contract.id if contract else None,
        "closed_on": found.closed_on,
        "procurement": {
            "methods": [decision.method for decision in _decisions(reader, project_id)],
            "failed_bids": len(failed),
            "bidders_at_deadline": failed[0].bidders if failed else (tenders[0].bidders if tenders else None),
            "conversion_approved_on": _approved_on(reader, project_id),
            "panel": _panel(reader, project_id),
            "amount_fen": contract.amount_fen if contract else None,
            "payments_fen": [payment.amount_fen for payment in paid],
            "payments_by_year_fen": {
                str(year): sum(payment.amount_fen for payment in paid if payment.paid_on and payment.paid_on.year == year) for year in years
            },
        },
    }


def notices(project_id: UUID, *, reader: Reader, actor: Actor, page: Page) -> Listing:
    reach(reader, project_id, actor)
    statement = select(Notice).where(Notice.project_id == project_id)
    return listing(
        reader,
        statement,
        page,
        sort=(Notice.issued_on, Notice.id),
        item=lambda row: (
            row.model_dump(exclude={"id", "notice_id", "fields"})
            | {"id": row.notice_id, "fields": [{"label": label, "value": value} for label, value in row.fields]}
        ),
    )


def deviations(project_id: UUID, *, reader: Reader, actor: Actor, page: Page) -> Listing:
    reach(reader, project_id, actor)
    statement = select(DeviationKept).where(DeviationKept.project_id == project_id)
    return listing(reader, statement, page, sort=(DeviationKept.acted_on, DeviationKept.id), item=lambda row: row.model_dump())


def experts(*, reader: Reader, page: Page) -> Listing:
    return listing(reader, select(Expert), page, sort=(Expert.registered_on, Expert.number), item=lambda row: row.model_dump())


def suppliers(*, reader: Reader, page: Page) -> Listing:
    return listing(reader, select(Supplier), page, sort=(Supplier.registered_on, Supplier.id), item=lambda row: row.model_dump())


def price_standards(*, reader: Reader, actor: Actor, page: Page) -> Listing:
    reached = _within(select(Project.id), actor)
    statement = select(PriceStandard).where(col(PriceStandard.project_id).in_(reached))
    return listing(reader, statement, page, sort=(PriceStandard.drafted_on, PriceStandard.id), item=lambda row: row.model_dump())


def payments(contract_id: UUID, *, reader: Reader, actor: Actor, page: Page) -> Listing:
    contract = reader.get(Contract, contract_id)
    reach(reader, contract.project_id, actor)
    statement = select(Payment).where(Payment.contract_id == contract_id)
    return listing(reader, statement, page, sort=(Payment.applied_on, Payment.id), item=lambda row: row.model_dump())


def reach(reader: Reader, project_id: UUID, actor: Actor) -> Project:
    """The project if the actor's divisions contain it. Raises NotFound otherwise."""
    found = reader.get(Project, project_id)
    if not actor.reaches(found.division):
        raise NotFound("没有找到该项目")
    return found


def contract_of(reader: Reader, project_id: UUID) -> Contract | None:
    return reader.first(select(Contract).where(Contract.project_id == project_id))


def acceptance_shown(reader: Reader, contract_id: UUID) -> dict[str, Any] | None:
    found = reader.first(select(Acceptance).where(Acceptance.contract_id == contract_id))
    return found.model_dump() if found else None


def arguments(reader: Reader, tender_id: UUID) -> list[dict[str, Any]]:
    return [row.model_dump() for row in reader.select(select(Argument).where(Argument.tender_id == tender_id))]


def _within(statement: Select[Any], actor: Actor) -> Select[Any]:
    """Projects of the actor's divisions: equal up to the level of each."""
    if actor.is_system:
        return statement
    starts = [col(Project.division).startswith(division[: level(division)]) for division in actor.divisions]
    return statement.where(or_(false(), *starts))


def _all(reader: Reader, model: Any, project_id: UUID, sort: Any) -> list[dict[str, Any]]:
    return [row.model_dump() for row in reader.select(select(model).where(model.project_id == project_id).order_by(sort))]


def _one(reader: Reader, model: Any, project_id: UUID) -> dict[str, Any] | None:
    found = reader.first(select(model).where(model.project_id == project_id))
    return found.model_dump() if found else None


def _tenders(reader: Reader, project_id: UUID) -> Sequence[Tender]:
    return reader.select(select(Tender).where(Tender.project_id == project_id).order_by(col(Tender.number)))


def _decisions(reader: Reader, project_id: UUID) -> Sequence[MethodDecision]:
    return reader.select(select(MethodDecision).where(MethodDecision.project_id == project_id).order_by(col(MethodDecision.number)))


def _paid(reader: Reader, project_id: UUID) -> Sequence[Payment]:
    return reader.select(
        select(Payment).where(Payment.project_id == project_id, Payment.state == "paid").order_by(col(Payment.paid_on), col(Payment.id))
    )


def _approved_on(reader: Reader, project_id: UUID) -> date | None:
    found = reader.first(select(Conversion).where(Conversion.project_id == project_id, col(Conversion.approved_on).is_not(None)))
    return found.approved_on if found else None


def _panel(reader: Reader, project_id: UUID) -> dict[str, int]:
    members = reader.select(select(Member).where(Member.project_id == project_id))
    return {
        "size": len(members),
        "experts": sum(member.is_expert for member in members),
        "legal": sum(member.category == LEGAL for member in members),
    }
