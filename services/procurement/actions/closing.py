"""结项: the dossier is filed by one and confirmed by another; the project closes when nothing is left to do."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel import select

from services.procurement.actions.record import Law, once, other_than, project_of, require
from services.procurement.domain.closing import Ending, Paper, check_finished, keep_until, missing
from services.procurement.store import Acceptance, Contract, Dossier, Project
from services.procurement.store.measure import paid_of, supplements_of
from shared.access import Actor
from shared.events.procurement import ProjectClosed
from shared.files import require_file
from shared.money import Fen
from shared.rules import Rules
from shared.work import Work


def file_dossier(
    project_id: UUID,
    *,
    acceptance_report: UUID,
    documents: Sequence[Paper],
    work: Work,
    today: date,
    actor: Actor,
    rules: Rules,
) -> UUID:
    """File the closing dossier: the acceptance report and the papers of the procurement, kept for fifteen years."""
    project = project_of(work, project_id)
    once(_dossier(work, project_id), "结项档案已提交")
    contract = require(_contract(work, project_id), "合同尚未签订")
    acceptance = work.first(select(Acceptance).where(Acceptance.contract_id == contract.id))
    require(require(acceptance, "尚未验收").published_on, "验收结果尚未公告")
    for file in (acceptance_report, *(paper.file for paper in documents)):
        require_file(work, file)
    dossier = Dossier(
        project_id=project_id,
        acceptance_report=acceptance_report,
        documents=[{"title": paper.title, "file": str(paper.file)} for paper in documents],
        filed_on=today,
        filed_by=actor.account,
        keep_until=keep_until(today, Law(rules, project.division)("file_retention")),
    )
    work.add(dossier)
    return dossier.id


def confirm_dossier(project_id: UUID, *, work: Work, today: date, actor: Actor) -> None:
    """The department confirms what the buyer has filed."""
    project = project_of(work, project_id)
    dossier = require(_dossier(work, project_id), "结项档案尚未提交")
    once(dossier.confirmed_on, "结项档案已确认")
    other_than(actor.account, dossier.filed_by, "提交人不得确认")
    dossier.confirmed_on, dossier.confirmed_by = today, actor.account
    close_if_finished(work, project, today)


def close_project(project_id: UUID, *, work: Work, today: date, rules: Rules) -> None:
    """Close by hand; names what is still missing."""
    project = project_of(work, project_id)
    once(project.closed_on, "项目已结项")
    contract = require(_contract(work, project_id), "合同尚未签订")
    check_finished(_ending(work, project_id, contract), Law(rules, project.division)("project_closing"))
    _close(work, project, contract, today)


def close_if_finished(work: Work, project: Project, today: date) -> None:
    """The last thing that was missing closes the project by itself."""
    contract = _contract(work, project.id)
    if project.closed_on is None and contract is not None and not missing(_ending(work, project.id, contract)):
        _close(work, project, contract, today)


def _close(work: Work, project: Project, contract: Contract, today: date) -> None:
    project.closed_on, project.state = today, "closed"
    work.emit(ProjectClosed(project_id=project.id, contract_id=contract.id, closed_on=today, paid=paid_of(work, contract.id)))


def _ending(work: Work, project_id: UUID, contract: Contract) -> Ending:
    acceptance = work.first(select(Acceptance).where(Acceptance.contract_id == contract.id))
    dossier = _dossier(work, project_id)
    return Ending(
        amount=Fen(contract.amount_fen + supplements_of(work, contract.id)),
        paid=paid_of(work, contract.id),
        has_passed_acceptance=acceptance is not None and acceptance.conclusion == "passed",
        has_filed_dossier=dossier is not None and dossier.confirmed_on is not None,
        has_data_returned=contract.data_returned_on is not None,
    )


def _dossier(work: Work, project_id: UUID) -> Dossier | None:
    return work.first(select(Dossier).where(Dossier.project_id == project_id))


def _contract(work: Work, project_id: UUID) -> Contract | None:
    return work.first(select(Contract).where(Contract.project_id == project_id))
