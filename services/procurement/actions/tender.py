"""Tenders and negotiations up to their deadline: documents, notice, sealed bids, and 废标 when too few have come."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, func, select

from services.procurement.actions.budget import budget_of
from services.procurement.actions.method import terms_of
from services.procurement.actions.notice import issue
from services.procurement.actions.panel import leader_only
from services.procurement.actions.record import Law, keep_deviations, once, project_of, require, tender_of
from services.procurement.domain import announcement
from services.procurement.domain.announcement import Invitation
from services.procurement.domain.method import OPEN_TENDER, MethodNotAllowed, MethodTerms
from services.procurement.domain.ranking import check_price_weight
from services.procurement.domain.tender import check_clarification, check_deadline, check_documents_period
from services.procurement.labels import METHODS, PROVIDER_KINDS
from services.procurement.store import Bid, Conversion, Project, Supplier, Tender
from shared.access import Actor
from shared.errors import RuleRefusal
from shared.files import require_file
from shared.plugins import Hooks
from shared.rules import Rules
from shared.work import Work


class WrongSuppliers(RuleRefusal):
    """Too few are invited, or others than the approval names."""

    code = "wrong-suppliers"


def publish_tender(
    project_id: UUID,
    *,
    documents_until: date,
    deadline: datetime,
    service_term: str,
    price_weight: int,
    place: str,
    document: UUID,
    reason: str,
    work: Work,
    today: date,
    rules: Rules,
    hooks: Hooks,
) -> dict[str, UUID]:
    """Publish an open tender: notice with the budget, documents, deadline."""
    project = _ready(work, project_id)
    _method_is(project, OPEN_TENDER)
    law, terms = Law(rules, project.division), terms_of(hooks, OPEN_TENDER)
    law("budget_in_documents")
    check_deadline(today, deadline, law(terms.period_rule))
    check_documents_period(today, documents_until, law("document_period"))
    weight = check_price_weight(price_weight, law("price_weight_open_tender"), reason=reason)
    require_file(work, document)
    tender = Tender(
        project_id=project_id,
        number=_next_number(work, project_id),
        method=OPEN_TENDER,
        state="issued",
        document=document,
        place=place,
        service_term=service_term,
        price_weight=price_weight,
        issued_on=today,
        documents_until=documents_until,
        deadline=deadline,
    )
    told = announcement.tender(
        project.heading(), _invitation(project, tender, documents_until, deadline, law, terms), price_weight=price_weight
    )
    tender.notice_id = issue(work, project, "tender", told, closes_on=documents_until)
    work.add(tender)
    keep_deviations(work, project_id, weight)
    return {"id": tender.id, "notice_id": tender.notice_id}


def prepare_negotiation(
    project_id: UUID,
    *,
    suppliers: Sequence[UUID],
    service_term: str,
    place: str,
    document: UUID,
    work: Work,
    rules: Rules,
    hooks: Hooks,
) -> UUID:
    """Draft the documents of a negotiation and name who is invited; the panel confirms them."""
    project = _ready(work, project_id)
    method = project.method
    terms = terms_of(hooks, method)
    if not terms.is_negotiated:
        raise MethodNotAllowed(f"本项目的采购方式是{METHODS[method]}", field="method")
    law = Law(rules, project.division)
    conversion = _approved(work, project)
    goes_on_with_two = conversion is not None and conversion.bidders == terms.bidders_after_two
    _check_invited(work, suppliers, conversion if goes_on_with_two else None, law)
    require_file(work, document)
    tender = Tender(
        project_id=project_id,
        number=_next_number(work, project_id),
        method=method,
        state="draft",
        goes_on_with_two=goes_on_with_two,
        invited=[str(supplier) for supplier in suppliers],
        document=document,
        place=place,
        service_term=service_term,
    )
    work.add(tender)
    return tender.id


def confirm_documents(tender_id: UUID, *, work: Work, today: date, actor: Actor, rules: Rules) -> None:
    """The panel confirms the negotiation documents before anybody gets them."""
    tender, project = tender_of(work, tender_id)
    leader_only(work, project.id, actor)
    once(tender.state != "draft", "谈判文件已确认")
    Law(rules, project.division)("documents_confirmed")
    tender.confirmed_on, tender.state = today, "confirmed"


def issue_documents(tender_id: UUID, *, deadline: datetime, work: Work, today: date, rules: Rules, hooks: Hooks) -> dict[str, UUID]:
    """Send the confirmed documents to everybody invited at the same time."""
    tender, project = tender_of(work, tender_id)
    require(tender.confirmed_on, "谈判文件尚未经谈判小组确认")
    once(tender.issued_on, "谈判文件已发出")
    law, terms = Law(rules, project.division), terms_of(hooks, tender.method)
    law("budget_in_documents")
    check_deadline(today, deadline, law(terms.period_rule))
    tender.issued_on, tender.documents_until, tender.deadline, tender.state = today, today, deadline, "issued"
    conversion = _approved(work, project)
    told = announcement.negotiation(
        project.heading(),
        _invitation(project, tender, today, deadline, law, terms),
        approved_on=conversion.approved_on if conversion else None,
        document_no=conversion.approval_no if conversion else "",
    )
    tender.notice_id = issue(work, project, "negotiation", told)
    return {"notice_id": tender.notice_id}


def clarify_documents(
    tender_id: UUID, *, deadline: datetime, text: str, document: UUID, work: Work, today: date, rules: Rules, hooks: Hooks
) -> None:
    """A clarification that may affect bids: enough time is left, or the deadline moves."""
    tender, project = tender_of(work, tender_id)
    require(tender.state == "issued", "采购文件尚未发出或者已经截止")
    law, terms = Law(rules, project.division), terms_of(hooks, tender.method)
    rule = law(terms.period_rule) if terms.is_negotiated else law("clarification_period")
    check_clarification(today, deadline, rule)
    require_file(work, document)
    tender.deadline = deadline
    told = announcement.correction(
        project.heading(),
        title=f"{project.title}采购文件",
        first_issued_on=require(tender.issued_on, "采购文件尚未发出"),
        changed=[("澄清内容", text), ("递交截止时间", deadline.isoformat())],
        reason="澄清采购文件",
        corrected_on=today,
    )
    issue(work, project, "correction", told)


def _ready(work: Work, project_id: UUID) -> Project:
    project = project_of(work, project_id)
    require(project.method, "采购方式尚未确定")
    budget_of(work, project_id)
    running = work.first(select(Tender).where(Tender.project_id == project_id, Tender.state != "failed"))
    once(running, "本项目已有正在进行的采购活动")
    return project


def _method_is(project: Project, method: str) -> None:
    if project.method != method:
        raise MethodNotAllowed(f"本项目的采购方式是{METHODS[project.method]}", field="method")


def _next_number(work: Work, project_id: UUID) -> int:
    return int(work.scalar(select(func.count()).where(Tender.project_id == project_id)) or 0) + 1


def _approved(work: Work, project: Project) -> Conversion | None:
    """The approval that brought the present method, None where none was needed."""
    return work.first(
        select(Conversion)
        .where(Conversion.project_id == project.id, Conversion.method == project.method, col(Conversion.approved_on).is_not(None))
        .order_by(col(Conversion.approved_on).desc())
    )


def _check_invited(work: Work, suppliers: Sequence[UUID], conversion: Conversion | None, law: Law) -> None:
    """Three or more; exactly the two bidders where the approval was given for them."""
    for supplier in suppliers:
        work.get(Supplier, supplier)
    if conversion is None:
        rule = law("negotiation_suppliers")
        if len(set(suppliers)) < rule.params["suppliers"]:
            raise WrongSuppliers(f"应当邀请不少于三家供应商（{rule.citation}）", rule=rule.id, article=rule.citation, field="suppliers")
        return
    rule = law("negotiation_with_two")
    bidders = _bidders(work, conversion.tender_id)
    if set(suppliers) != bidders:
        raise WrongSuppliers(
            f"经批准只能与递交投标文件的两家供应商谈判（{rule.citation}）", rule=rule.id, article=rule.citation, field="suppliers"
        )


def _bidders(work: Work, tender_id: UUID) -> set[UUID]:
    return {row[0] for row in work.rows(select(Bid.supplier_id).where(Bid.tender_id == tender_id))}


def _invitation(project: Project, tender: Tender, documents_until: date, deadline: datetime, law: Law, terms: MethodTerms) -> Invitation:
    return Invitation(
        requirement=project.requirement,
        service_term=tender.service_term,
        provider_kinds=[PROVIDER_KINDS[kind] for kind in project.provider_kinds],
        documents_until=documents_until,
        deadline=deadline,
        place=tender.place,
        notice_workdays=law(terms.notice_period_rule).params["workdays"],
    )
