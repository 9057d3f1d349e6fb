"""Decide the method (采购方式) by the budget, the threshold of that date, and what was bought before in the same year."""

from datetime import date
from uuid import UUID

from sqlmodel import col, func, select

from services.procurement.actions.record import Law, once, project_of, require
from services.procurement.actions.requirement import consultation_of
from services.procurement.domain.method import OPEN_TENDER, MethodNotOffered, MethodTerms, check_method, check_not_split
from services.procurement.labels import METHODS
from services.procurement.store import MethodDecision, Project
from shared.access import Actor
from shared.events.procurement import MethodDecided
from shared.money import Fen
from shared.plugins import Hooks
from shared.rules import Rule, Rules
from shared.work import Work


def decide_method(
    project_id: UUID, *, method: str, reason: str, work: Work, today: date, actor: Actor, rules: Rules, hooks: Hooks
) -> dict[str, str]:
    """Decide the method; over the threshold only an open tender can be decided without an approval."""
    project = project_of(work, project_id)
    require(project.plan_filed_on, "采购实施计划尚未备案")
    consultation = require(consultation_of(work, project_id), "采购需求尚未征求公众意见")
    require(consultation.answered_on, "公众意见尚未答复")
    once(project.method, "采购方式已确定")
    law = Law(rules, project.division)
    threshold = law("open_tender_threshold")
    budget = Fen(project.budget_fen)
    check_method(
        method,
        budget=budget,
        item_code=project.item_code,
        threshold=threshold,
        approval=law("other_method_approval"),
        inquiry=law("inquiry_for_goods"),
        names=METHODS,
    )
    terms_of(hooks, method)
    if method != OPEN_TENDER:
        check_not_split(_bought_this_year(work, project), budget, threshold=threshold, rule=law("no_splitting"))
    decide(work, project, method, rule=threshold, reason=reason, today=today, actor=actor)
    return {"method": method, "rule": threshold.id, "article": threshold.citation}


def decide(
    work: Work, project: Project, method: str, *, rule: Rule, reason: str, today: date, actor: Actor, approved_on: date | None = None
) -> None:
    """Keep the decision and tell the others."""
    number = int(work.scalar(select(func.count()).where(MethodDecision.project_id == project.id)) or 0) + 1
    project.method, project.is_approved_exception, project.state = method, approved_on is not None, "procuring"
    work.add(
        MethodDecision(
            project_id=project.id,
            number=number,
            method=method,
            rule=rule.id,
            article=rule.citation,
            reason=reason,
            approved_on=approved_on,
            decided_on=today,
            decided_by=actor.account,
        )
    )
    work.emit(
        MethodDecided.model_validate(
            {
                "project_id": project.id,
                "method": method,
                "decided_on": today,
                "rule": rule.id,
                "article": rule.citation,
                "reason": reason,
                "approved_on": approved_on,
            }
        )
    )


def terms_of(hooks: Hooks, method: str) -> MethodTerms:
    """The first plugin's terms of a method. Raises MethodNotOffered."""
    answers: list[MethodTerms] = hooks.method_terms(method=method)
    if not answers:
        raise MethodNotOffered(f"本系统未启用「{METHODS.get(method, method)}」的办理插件", field="method")
    return answers[0]


def _bought_this_year(work: Work, project: Project) -> list[Fen]:
    """Budgets of the same buyer, year and item that were bought without an open tender or an approval."""
    same = (Project.entity_name == project.entity_name, Project.fiscal_year == project.fiscal_year, Project.item_code == project.item_code)
    others = work.rows(
        select(Project.budget_fen).where(
            *same, Project.id != project.id, col(Project.method).not_in(["", OPEN_TENDER]), col(Project.is_approved_exception).is_(False)
        )
    )
    return [Fen(row[0]) for row in others]
