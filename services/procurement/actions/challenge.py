"""质疑: received within seven working days, answered within seven, and meanwhile no contract."""

from datetime import date
from uuid import UUID

from sqlmodel import col, select

from services.procurement.actions.record import Law, keep_deviations, once, project_of, require
from services.procurement.domain.challenge import check_in_window, window_ends
from services.procurement.domain.limit import check_within
from services.procurement.store import Challenge, Project, Supplier, Tender
from shared.files import require_file
from shared.rules import Rules
from shared.work import Work


def receive_challenge(
    project_id: UUID, *, supplier_id: UUID, stage: str, matters: str, document: UUID, work: Work, today: date, rules: Rules
) -> UUID:
    """Receive a written challenge while its window is open."""
    project = project_of(work, project_id)
    work.get(Supplier, supplier_id)
    law = Law(rules, project.division)
    check_in_window(today, _last_day(work, project, stage, law), law("challenge_window"))
    require_file(work, document)
    challenge = Challenge(
        project_id=project_id, supplier_id=supplier_id, stage=stage, matters=matters, document=document, received_on=today
    )
    work.add(challenge)
    return challenge.id


def answer_challenge(
    challenge_id: UUID, *, answer: str, affects_result: bool, document: UUID, late_reason: str, work: Work, today: date, rules: Rules
) -> None:
    """Answer within seven working days; one that may change the result keeps the contract from being signed."""
    challenge = work.get(Challenge, challenge_id)
    project = project_of(work, challenge.project_id)
    once(challenge.answered_on, "质疑已答复")
    late = check_within(Law(rules, project.division)("challenge_answer"), challenge.received_on, today, "答复质疑", reason=late_reason)
    require_file(work, document)
    challenge.answered_on, challenge.answer = today, answer
    challenge.affects_result, challenge.answer_document = affects_result, document
    keep_deviations(work, project.id, late)


def _last_day(work: Work, project: Project, stage: str, law: Law) -> date:
    """From the end of the documents' period, of the step, or of the result notice (条例 53)."""
    tender = require(
        work.first(select(Tender).where(Tender.project_id == project.id).order_by(col(Tender.number).desc())), "本项目尚未开展采购活动"
    )
    if stage == "result":
        return require(tender.challenge_until, "成交结果尚未公告")
    known = tender.documents_until if stage == "documents" else tender.failure_noticed_on or tender.reported_on or tender.opened_on
    return window_ends(require(known, "该环节尚未结束"), law("challenge_window"))
