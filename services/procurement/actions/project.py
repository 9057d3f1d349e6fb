"""Opening a project: proposed by one officer, checked against catalogue and negative list by another."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from uuid import UUID

from services.procurement.actions.budget import budget_of
from services.procurement.actions.record import Law, keep_deviations, once, other_than, project_of, require
from services.procurement.domain.duty import DUTIES, duties
from services.procurement.domain.limit import against
from services.procurement.domain.matter import Matter, check_matters
from services.procurement.domain.party import check_open_to_all_kinds
from services.procurement.store import Project, Screening
from shared.access import Actor
from shared.errors import RuleRefusal
from shared.events.procurement import ProjectOpened
from shared.files import require_file
from shared.plugins import Hooks
from shared.rules import Rules
from shared.work import Work


class NotInCatalogue(RuleRefusal):
    code = "not-in-catalogue"


def propose_project(
    project_id: UUID,
    *,
    project_no: str,
    matters: Sequence[Matter],
    requirement: str,
    provider_kinds: Sequence[str],
    is_specialised: bool,
    reason: str,
    work: Work,
    today: date,
    actor: Actor,
    rules: Rules,
) -> None:
    """Say what is to be bought, from whom it may be bought, under which number."""
    project = project_of(work, project_id)
    law = Law(rules, project.division)
    law("budget_before_spending")
    require(budget_of(work, project_id).handed_down_on, "预算尚未下达，不得开展采购")
    once(project.opened_on, "项目已立项")
    check_open_to_all_kinds(frozenset(provider_kinds), law("provider_kinds"), law("no_discrimination"))
    project.project_no, project.requirement, project.is_specialised = project_no, requirement, is_specialised
    project.matters = [asdict(matter) for matter in matters]
    project.provider_kinds = list(provider_kinds)
    project.proposed_by, project.proposed_on, project.proposal_reason = actor.account, today, reason
    project.fiscal_year, project.state = today.year, "proposed"


def open_project(
    project_id: UUID,
    *,
    is_in_catalogue: bool,
    negative_list: Mapping[str, bool],
    opinion: str,
    work: Work,
    today: date,
    actor: Actor,
    rules: Rules,
    hooks: Hooks,
) -> None:
    """The second person checks catalogue and negative list, and opens the project."""
    project = project_of(work, project_id)
    once(project.opened_on, "项目已立项")
    require(project.proposed_on, "项目尚未提请立项")
    other_than(actor.account, project.proposed_by, "目录和负面清单的核对应由提请立项以外的人员办理")
    law = Law(rules, project.division)
    catalogue, listed = law("purchase_in_catalogue"), law("negative_list")
    outside = None
    if not is_in_catalogue:
        outside = against(
            catalogue,
            f"事项未列入指导性目录（{catalogue.citation}）",
            NotInCatalogue,
            field="is_in_catalogue",
            reason=project.proposal_reason,
        )
    matters = project.matters_named()
    found = [finding for matter in matters for answer in hooks.negative_findings(matter=matter, rule=listed) for finding in answer]
    against_list = check_matters(matters, found, negative_list, listed, reason=project.proposal_reason)
    work.add(
        Screening(
            project_id=project_id,
            is_in_catalogue=is_in_catalogue,
            negative_list=dict(negative_list),
            opinion=opinion,
            checked_on=today,
            checked_by=actor.account,
        )
    )
    keep_deviations(work, project_id, outside, against_list)
    project.duties = [asdict(duty) for duty in duties([rule for rule in DUTIES if law.if_in_force(rule)])]
    project.opened_on, project.opened_by, project.state = today, actor.account, "opened"
    work.emit(opened(project, today))


def opened(project: Project, today: date) -> ProjectOpened:
    return ProjectOpened(
        project_id=project.id,
        project_no=project.project_no,
        title=project.title,
        buyer=project.buyer["name"],
        procuring_entity=project.entity_name,
        division=project.division,
        budget=project.budget_fen,
        opened_on=today,
    )


def file_implementation_plan(project_id: UUID, *, document: UUID, work: Work, today: date, rules: Rules) -> None:
    """File the procurement implementation plan (实施计划) with the finance department."""
    project = project_of(work, project_id)
    Law(rules, project.division)("implementation_plan_filed")
    require(project.opened_on, "项目尚未立项")
    once(project.plan_filed_on, "实施计划已备案")
    require_file(work, document)
    project.plan_filed_on, project.plan_document = today, document
