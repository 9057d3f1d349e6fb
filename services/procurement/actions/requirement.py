"""The requirement is put to the public before it is fixed, and the opinions are answered (条例 15)."""

from datetime import date
from uuid import UUID

from sqlmodel import col, select

from services.procurement.actions.notice import issue
from services.procurement.actions.plan import MoreAdoptedThanGiven
from services.procurement.actions.record import Law, keep_deviations, once, project_of, require
from services.procurement.domain import announcement
from services.procurement.domain.limit import check_not_before, due_on
from services.procurement.labels import PROVIDER_KINDS
from services.procurement.store import Consultation
from shared.errors import WrongState
from shared.files import require_file
from shared.rules import Rules
from shared.work import Work


class StillConsulting(WrongState):
    """The public may still write until the last day has passed."""

    code = "still-consulting"


def publish_requirement(
    project_id: UUID, *, closes_on: date, document: UUID, reason: str, work: Work, today: date, rules: Rules
) -> dict[str, UUID]:
    """Ask the public about the requirement."""
    project = project_of(work, project_id)
    require(project.opened_on, "项目尚未立项")
    law = Law(rules, project.division)
    law("public_opinion")
    period = law("public_opinion_period")
    once(consultation_of(work, project_id), "采购需求已征求意见")
    early = check_not_before(period, due_on(today, period), closes_on, "征求意见截止日", field="closes_on", reason=reason)
    require_file(work, document)
    kinds = [PROVIDER_KINDS[kind] for kind in project.provider_kinds]
    told = announcement.requirement(project.heading(), project.requirement, closes_on=closes_on, provider_kinds=kinds)
    notice_id = issue(work, project, "requirement_opinion", told, closes_on=closes_on)
    work.add(Consultation(project_id=project_id, notice_id=notice_id, document=document, opened_on=today, closes_on=closes_on))
    keep_deviations(work, project_id, early)
    return {"notice_id": notice_id}


def answer_opinions(
    project_id: UUID, *, opinions: int, adopted: int, summary: str, document: UUID, work: Work, today: date, rules: Rules
) -> None:
    """Answer what the public has written, after the last day for it."""
    project = project_of(work, project_id)
    Law(rules, project.division)("public_opinion")
    consultation = require(consultation_of(work, project_id), "采购需求尚未征求意见")
    once(consultation.answered_on, "公众意见已答复")
    if today <= consultation.closes_on:
        raise StillConsulting(f"征求意见至 {consultation.closes_on} 截止，期满后答复")
    if adopted > opinions:
        raise MoreAdoptedThanGiven("采纳条数不能多于意见条数", field="adopted")
    require_file(work, document)
    consultation.answered_on, consultation.received, consultation.adopted = today, opinions, adopted
    consultation.answer, consultation.answer_document = summary, document


def consultation_of(work: Work, project_id: UUID) -> Consultation | None:
    return work.first(select(Consultation).where(Consultation.project_id == project_id).order_by(col(Consultation.opened_on)))
