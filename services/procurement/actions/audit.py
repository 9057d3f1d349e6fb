"""What was learnt: the audit of a project, and the local price standard drawn from it."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from uuid import UUID

from sqlmodel import col, func, select

from services.procurement.actions.notice import issue
from services.procurement.actions.plan import opinions_by_kind
from services.procurement.actions.record import Law, once, other_than, project_of, require
from services.procurement.domain import announcement
from services.procurement.domain.standard import StandardItem, check_items
from services.procurement.labels import OPINION_KINDS
from services.procurement.store import Audit, PriceStandard
from shared.access import Actor
from shared.files import require_file
from shared.rules import Rules
from shared.work import Work


def record_audit(
    project_id: UUID, *, conclusion: str, findings: int, summary: str, document: UUID, work: Work, today: date, actor: Actor
) -> dict[str, UUID]:
    """Record the audit of a closed project and publish its result."""
    project = project_of(work, project_id)
    require(project.closed_on, "项目尚未结项")
    require_file(work, document)
    told = announcement.audit(project.heading(), conclusion=conclusion, findings=findings, summary=summary, audited_on=today)
    audit = Audit(
        project_id=project_id,
        conclusion=conclusion,
        findings=findings,
        summary=summary,
        document=document,
        audited_on=today,
        audited_by=actor.account,
        notice_id=issue(work, project, "audit", told),
    )
    work.add(audit)
    return {"id": audit.id, "notice_id": audit.notice_id}


def draft_price_standard(
    *,
    project_id: UUID,
    items: Sequence[StandardItem],
    effective_on: date,
    document: UUID,
    work: Work,
    today: date,
    actor: Actor,
    rules: Rules,
) -> UUID:
    """Finance drafts a version of the local price standard out of an audited project."""
    project = project_of(work, project_id)
    require(work.first(select(Audit).where(Audit.project_id == project_id)), "项目尚未审计")
    Law(rules, project.division)("price_standard")
    check_items(items)
    require_file(work, document)
    version = int(work.scalar(select(func.max(PriceStandard.version)).where(col(PriceStandard.division) == project.division)) or 0) + 1
    standard = PriceStandard(
        project_id=project_id,
        division=project.division,
        version=version,
        items=[asdict(item) for item in items],
        effective_on=effective_on,
        document=document,
        drafted_on=today,
        drafted_by=actor.account,
    )
    work.add(standard)
    return standard.id


def issue_price_standard(standard_id: UUID, *, work: Work, today: date, actor: Actor) -> dict[str, object]:
    """The department issues what finance drafted."""
    standard = work.get(PriceStandard, standard_id)
    project = project_of(work, standard.project_id)
    once(standard.issued_on, "该版价格标准已发布")
    other_than(actor.account, standard.drafted_by, "起草人不得发布")
    items = [StandardItem(**item) for item in standard.items]
    opinions = "、".join(dict.fromkeys(OPINION_KINDS[kind] for kind in opinions_by_kind(work, project.id)))
    told = announcement.price_standard(
        [(item.title, item.unit, item.price_fen) for item in items],
        version=standard.version,
        effective_on=standard.effective_on,
        basis=f"{project.title}审计结果；{opinions}",
    )
    standard.issued_on, standard.issued_by, standard.notice_id = today, actor.account, issue(work, project, "price_standard", told)
    return {"version": standard.version, "notice_id": standard.notice_id}
