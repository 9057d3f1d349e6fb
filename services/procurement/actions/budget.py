"""The budget item: submitted, reviewed, approved by the people's congress, granted, handed down, published."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from uuid import UUID

from sqlmodel import select

from services.procurement.actions.notice import issue
from services.procurement.actions.plan import opinions_by_kind
from services.procurement.actions.record import Law, keep_deviations, once, other_than, project_of, require
from services.procurement.domain import announcement
from services.procurement.domain.budget import Line, YearPart, check_balanced, check_opinions
from services.procurement.domain.limit import check_within
from services.procurement.labels import OPINION_KINDS
from services.procurement.store import Budget, Project
from shared.access import Actor
from shared.files import require_file
from shared.money import Fen
from shared.rules import Rules
from shared.work import Work


def submit_budget(
    project_id: UUID,
    *,
    amount_fen: Fen,
    lines: Sequence[Line],
    years: Sequence[YearPart],
    catalogue_code: str,
    catalogue_name: str,
    item_code: str,
    duty_basis: str,
    price_basis: str,
    document: UUID,
    reason: str,
    work: Work,
    today: date,
    actor: Actor,
    rules: Rules,
) -> UUID:
    """Submit the budget item with its project table (购买服务项目表)."""
    project = project_of(work, project_id)
    law = Law(rules, project.division)
    once(_found(work, project_id), "预算已申报")
    check_balanced(amount_fen, lines, years)
    deviation = check_opinions(opinions_by_kind(work, project_id), OPINION_KINDS, law("price_opinions"), reason=reason)
    require_file(work, document)
    budget = Budget(
        project_id=project_id,
        amount_fen=amount_fen,
        lines=[asdict(line) for line in lines],
        years=[asdict(part) for part in years],
        catalogue_code=catalogue_code,
        catalogue_name=catalogue_name,
        item_code=item_code,
        duty_basis=duty_basis,
        price_basis=price_basis,
        document=document,
        submitted_on=today,
        submitted_by=actor.account,
    )
    project.budget_fen, project.item_code = amount_fen, item_code
    work.add(budget)
    keep_deviations(work, project_id, deviation)
    return budget.id


def review_budget(project_id: UUID, *, opinion: str, document: UUID, work: Work, today: date, actor: Actor) -> None:
    """Finance reviews the item; nobody reviews what he has submitted himself."""
    project_of(work, project_id)
    budget = budget_of(work, project_id)
    once(budget.reviewed_on, "预算已审核")
    other_than(actor.account, budget.submitted_by, "预算的申报人不得审核本项预算")
    require_file(work, document)
    budget.reviewed_on, budget.reviewed_by = today, actor.account
    budget.review_opinion, budget.review_document = opinion, document


def record_congress_approval(project_id: UUID, *, body: str, document: UUID, work: Work, today: date, rules: Rules) -> None:
    """Record that the people's congress approved the budget: an act of others, with its paper."""
    project = project_of(work, project_id)
    Law(rules, project.division)("budget_before_spending")
    budget = budget_of(work, project_id)
    require(budget.reviewed_on, "预算尚未审核")
    once(budget.approved_on, "人大批准已登记")
    require_file(work, document)
    budget.approved_on, budget.approved_body, budget.approval_document = today, body, document


def grant_budget(project_id: UUID, *, document_no: str, document: UUID, late_reason: str, work: Work, today: date, rules: Rules) -> None:
    """批复: finance grants the department's budget within twenty days of the congress."""
    project = project_of(work, project_id)
    budget = budget_of(work, project_id)
    approved_on = require(budget.approved_on, "预算尚未经人民代表大会批准")
    once(budget.granted_on, "预算已批复")
    law = Law(rules, project.division)
    keep_deviations(work, project_id, check_within(law("budget_approval_days"), approved_on, today, "预算批复", reason=late_reason))
    require_file(work, document)
    budget.granted_on, budget.grant_no, budget.grant_document = today, document_no, document


def hand_down_budget(
    project_id: UUID, *, document_no: str, document: UUID, late_reason: str, work: Work, today: date, rules: Rules
) -> None:
    """The department hands the budget down to the procuring entity within fifteen days."""
    project = project_of(work, project_id)
    budget = budget_of(work, project_id)
    granted_on = require(budget.granted_on, "预算尚未批复")
    once(budget.handed_down_on, "预算已下达")
    law = Law(rules, project.division)
    keep_deviations(work, project_id, check_within(law("budget_hand_down_days"), granted_on, today, "预算下达", reason=late_reason))
    require_file(work, document)
    budget.handed_down_on, budget.hand_down_no, budget.hand_down_document = today, document_no, document


def publish_budget(project_id: UUID, *, late_reason: str, work: Work, today: date, rules: Rules) -> dict[str, UUID]:
    """Publish the budget and the catalogue of what will be bought, within twenty days of the grant."""
    project = project_of(work, project_id)
    budget = budget_of(work, project_id)
    granted_on = require(budget.handed_down_on and budget.granted_on, "预算尚未下达")
    once(budget.published_on, "预算已公开")
    law = Law(rules, project.division)
    keep_deviations(work, project_id, check_within(law("budget_publication_days"), granted_on, today, "预算公开", reason=late_reason))
    budget.published_on = today
    return {"budget_notice": _publish_amounts(work, project, budget), "catalogue_notice": _publish_catalogue(work, project, budget)}


def budget_of(work: Work, project_id: UUID) -> Budget:
    """The project's budget item. Raises StepMissing."""
    return require(_found(work, project_id), "未列入预算的项目不得实施：请先申报预算")


def _found(work: Work, project_id: UUID) -> Budget | None:
    return work.first(select(Budget).where(Budget.project_id == project_id))


def _publish_amounts(work: Work, project: Project, budget: Budget) -> UUID:
    told = announcement.budget(project.heading(), budget.lines_kept(), budget.years_kept(), document_no=budget.grant_no)
    return issue(work, project, "budget", told)


def _publish_catalogue(work: Work, project: Project, budget: Budget) -> UUID:
    told = announcement.catalogue(
        project.heading(), code=budget.catalogue_code, name=budget.catalogue_name, item_code=budget.item_code, duty_basis=budget.duty_basis
    )
    return issue(work, project, "catalogue", told)
