"""From a failed tender to another method: argument, application, consent, approval; nothing starts before the last."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel import col, func, select

from services.procurement.actions.method import decide, terms_of
from services.procurement.actions.record import Law, once, other_than, project_of, require, tender_of
from services.procurement.domain.challenge import window_ends
from services.procurement.domain.conversion import ChallengePending, FailedTender, check_application, check_argument
from services.procurement.store import Argument, Challenge, Conversion, Expert, Tender
from shared.access import Actor
from shared.errors import WrongState
from shared.files import require_file
from shared.plugins import Hooks
from shared.rules import Rules
from shared.work import Work


class OtherTender(WrongState):
    """The tender belongs to another project."""

    code = "other-tender"


def record_argument(
    tender_id: UUID,
    *,
    experts: Sequence[str],
    has_unreasonable_clause: bool,
    summary: str,
    document: UUID,
    work: Work,
    today: date,
    rules: Rules,
) -> UUID:
    """Record what three experts of the pool found in the documents of the failed tender."""
    tender, project = tender_of(work, tender_id)
    require(tender.failed_on, "本次采购没有废标")
    once(argument_of(work, tender_id), "专家论证意见已登记")
    check_argument(experts, Law(rules, project.division)("conversion_dossier"))
    for number in experts:
        work.get(Expert, number)
    require_file(work, document)
    argument = Argument(
        tender_id=tender_id,
        experts=list(experts),
        has_unreasonable_clause=has_unreasonable_clause,
        summary=summary,
        document=document,
        argued_on=today,
    )
    work.add(argument)
    return argument.id


def apply_for_conversion(
    project_id: UUID,
    *,
    tender_id: UUID,
    method: str,
    reason: str,
    challenge_statement: str,
    document: UUID,
    work: Work,
    today: date,
    actor: Actor,
    rules: Rules,
    hooks: Hooks,
) -> UUID:
    """Apply for another method, once the time to challenge the failed tender has run out."""
    project = project_of(work, project_id)
    tender = work.get(Tender, tender_id)
    if tender.project_id != project_id:
        raise OtherTender("该采购活动不属于本项目")
    once(conversion_of(work, project_id), "已申请变更采购方式")
    law = Law(rules, project.division)
    law("conversion_application")
    law("after_failed_tender")
    with_two = law("negotiation_with_two")
    argument = argument_of(work, tender_id)
    failed = FailedTender(
        bidders=tender.bidders or 0,
        is_notice_published=tender.failure_notice_id is not None,
        arguing_experts=len(set(argument.experts)) if argument else 0,
        has_unreasonable_clause=argument.has_unreasonable_clause if argument else None,
        open_challenges=open_challenges(work, project_id),
    )
    check_application(failed, method, dossier=law("conversion_dossier"), with_two=with_two)
    window = law("challenge_window")
    last = window_ends(require(tender.failure_noticed_on, "废标公告尚未发布"), window)
    if today <= last:
        raise ChallengePending(f"质疑期至 {last} 届满，届满后方可申请（{window.citation}）", rule=window.id, article=window.citation)
    terms_of(hooks, method)
    require_file(work, document)
    conversion = Conversion(
        project_id=project_id,
        tender_id=tender_id,
        method=method,
        reason=reason,
        challenge_statement=challenge_statement,
        document=document,
        bidders=failed.bidders,
        applied_on=today,
        applied_by=actor.account,
    )
    work.add(conversion)
    return conversion.id


def consent_to_conversion(project_id: UUID, *, opinion: str, document: UUID, work: Work, today: date, actor: Actor, rules: Rules) -> None:
    """The buyer's department (主管预算单位) consents before finance is asked."""
    project = project_of(work, project_id)
    Law(rules, project.division)("conversion_consent")
    conversion = require(conversion_of(work, project_id), "尚未申请变更采购方式")
    once(conversion.consented_on, "主管预算单位已同意")
    other_than(actor.account, conversion.applied_by, "申请人不得办理同意手续")
    require_file(work, document)
    conversion.consented_on, conversion.consented_by = today, actor.account
    conversion.consent_opinion, conversion.consent_document = opinion, document


def approve_conversion(project_id: UUID, *, document_no: str, document: UUID, work: Work, today: date, actor: Actor, rules: Rules) -> None:
    """Finance approves; from now on, and not before, the other method may start."""
    project = project_of(work, project_id)
    law = Law(rules, project.division)
    conversion = require(conversion_of(work, project_id), "尚未申请变更采购方式")
    require(conversion.consented_on, "主管预算单位尚未同意")
    once(conversion.approved_on, "变更采购方式已批准")
    other_than(actor.account, conversion.applied_by, "申请人不得批准")
    other_than(actor.account, conversion.consented_by, "同意人不得批准")
    require_file(work, document)
    law("method_approver")
    rule = law(
        "negotiation_with_two" if conversion.bidders == law("negotiation_with_two").params["bidders"] else "negotiation_after_failure"
    )
    conversion.approved_on, conversion.approved_by = today, actor.account
    conversion.approval_no, conversion.approval_document = document_no, document
    decide(work, project, conversion.method, rule=rule, reason=conversion.reason, today=today, actor=actor, approved_on=today)


def conversion_of(work: Work, project_id: UUID) -> Conversion | None:
    return work.first(select(Conversion).where(Conversion.project_id == project_id).order_by(col(Conversion.applied_on).desc()))


def argument_of(work: Work, tender_id: UUID) -> Argument | None:
    return work.first(select(Argument).where(Argument.tender_id == tender_id))


def open_challenges(work: Work, project_id: UUID) -> int:
    """Challenges without an answer, and answered ones that may still change the result."""
    unanswered = col(Challenge.answered_on).is_(None) | col(Challenge.affects_result).is_(True)
    return int(work.scalar(select(func.count()).where(Challenge.project_id == project_id, unanswered)) or 0)
