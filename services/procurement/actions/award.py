"""From the report to the award letter: delivered, confirmed in order, announced with the experts' names."""

from datetime import date
from uuid import UUID

from services.procurement.actions.method import terms_of
from services.procurement.actions.notice import issue
from services.procurement.actions.panel import members_of
from services.procurement.actions.record import Law, keep_deviations, once, require, tender_of
from services.procurement.domain import announcement
from services.procurement.domain.announcement import Result
from services.procurement.domain.challenge import notice_ends, window_ends
from services.procurement.domain.limit import check_within
from services.procurement.domain.report import check_first
from services.procurement.labels import METHODS
from services.procurement.store import Supplier
from shared.access import Actor
from shared.events.procurement import AwardDecided
from shared.files import require_file
from shared.money import Fen
from shared.plugins import Hooks
from shared.rules import Rules
from shared.work import Work


def deliver_report(tender_id: UUID, *, late_reason: str, work: Work, today: date, rules: Rules) -> None:
    """The agent brings the report to the buyer within two working days."""
    tender, project = tender_of(work, tender_id)
    reported_on = require(tender.reported_on, "评审报告尚未形成")
    once(tender.delivered_on, "评审报告已送交")
    late = check_within(Law(rules, project.division)("report_delivery"), reported_on, today, "送交评审报告", reason=late_reason)
    tender.delivered_on, tender.state = today, "delivered"
    keep_deviations(work, project.id, late)


def confirm_award(
    tender_id: UUID, *, supplier_id: UUID, late_reason: str, work: Work, today: date, actor: Actor, rules: Rules, hooks: Hooks
) -> dict[str, int]:
    """The buyer confirms the first in rank within five working days."""
    tender, project = tender_of(work, tender_id)
    delivered_on = require(tender.delivered_on, "评审报告尚未送交采购人")
    once(tender.awarded_on, "已确定成交供应商")
    law = Law(rules, project.division)
    first = [row["supplier_id"] for row in tender.ranking if row["rank"] == 1]
    check_first(str(supplier_id), first, law(terms_of(hooks, tender.method).ranking_rule))
    late = check_within(law("award_decision"), delivered_on, today, "确定成交供应商", reason=late_reason)
    supplier = work.get(Supplier, supplier_id)
    tender.supplier_id, tender.awarded_on, tender.awarded_by, tender.state = supplier_id, today, actor.account, "awarded"
    tender.amount_fen = next(row["price_fen"] for row in tender.ranking if row["supplier_id"] == str(supplier_id))
    project.state = "awarded"
    keep_deviations(work, project.id, late)
    work.emit(
        AwardDecided(project_id=project.id, awarded_on=today, provider=supplier.name, provider_uscc=supplier.uscc, amount=tender.amount_fen)
    )
    return {"amount_fen": tender.amount_fen}


def announce_award(
    tender_id: UUID, *, fee_fen: Fen, fee_standard: str, document: UUID, late_reason: str, work: Work, today: date, rules: Rules
) -> dict[str, object]:
    """Publish the result with documents and experts, and send the award letter; the time to challenge begins."""
    tender, project = tender_of(work, tender_id)
    awarded_on = require(tender.awarded_on, "尚未确定成交供应商")
    once(tender.announced_on, "成交结果已公告")
    law = Law(rules, project.division)
    late = check_within(law("award_notice"), awarded_on, today, "公告成交结果", reason=late_reason)
    period = law("award_notice_period")
    until = window_ends(notice_ends(today, period), law("challenge_window"))
    supplier = work.get(Supplier, require(tender.supplier_id, "尚未确定成交供应商"))
    require_file(work, document)
    result = Result(
        provider=supplier.office(),
        amount=Fen(tender.amount_fen),
        requirement=project.requirement,
        service_term=tender.service_term,
        experts=[member.name for member in members_of(work, project.id) if member.is_expert],
        fee=fee_fen,
        fee_standard=fee_standard,
        notice_workdays=period.params["workdays"],
        challenge_until=until,
    )
    told = announcement.award(project.heading(), result, method=METHODS[tender.method])
    tender.award_notice_id = issue(work, project, "award", told, closes_on=notice_ends(today, period))
    tender.announced_on, tender.challenge_until, tender.state = today, until, "announced"
    keep_deviations(work, project.id, late)
    return {"notice_id": tender.award_notice_id, "challenge_until": until}
