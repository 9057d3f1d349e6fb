"""Sealed bids and the deadline. Too few: nothing is opened, everything goes back sealed, everybody is told why."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import func, select

from services.procurement.actions.method import terms_of
from services.procurement.actions.notice import issue
from services.procurement.actions.plan import advisers_of
from services.procurement.actions.record import Law, keep_deviations, once, require, tender_of
from services.procurement.domain import announcement
from services.procurement.domain.limit import check_within
from services.procurement.domain.party import check_independent
from services.procurement.domain.tender import check_bid, local_day, outcome
from services.procurement.store import Bid, Supplier, Tender
from shared.errors import RuleRefusal, WrongState
from shared.events.procurement import TenderFailed
from shared.plugins import Hooks
from shared.rules import Rules
from shared.work import Work


class NotInvited(RuleRefusal):
    code = "not-invited"


class DeadlineNotReached(WrongState):
    """Bids may still come."""

    code = "deadline-not-reached"


def receive_bid(
    tender_id: UUID, *, supplier_id: UUID, received_at: datetime, sealed_hash: str, work: Work, today: date, rules: Rules
) -> UUID:
    """Take a sealed bid: who, when, and the hash of the sealed envelope. Nothing else is asked or kept."""
    tender, project = tender_of(work, tender_id)
    require(tender.state == "issued", "采购文件尚未发出或者已经截止")
    deadline = require(tender.deadline, "尚未规定截止时间")
    law = Law(rules, project.division)
    check_independent(work.get(Supplier, supplier_id).name, advisers_of(work, project.id), law("provider_independence"))
    if tender.invited and str(supplier_id) not in tender.invited:
        raise NotInvited("该供应商不在邀请之列", field="supplier_id")
    second = work.first(select(Bid).where(Bid.tender_id == tender_id, Bid.supplier_id == supplier_id))
    check_bid(received_at, deadline, today=today, is_second=second is not None, rule=law("late_bid"))
    bid = Bid(tender_id=tender_id, supplier_id=supplier_id, received_at=received_at, sealed_hash=sealed_hash)
    work.add(bid)
    return bid.id


def close_tender(tender_id: UUID, *, work: Work, today: date, rules: Rules, hooks: Hooks) -> dict[str, object]:
    """The deadline: enough bids are opened; fewer are returned sealed and the tender has failed (法 36)."""
    tender, project = tender_of(work, tender_id)
    deadline = require(tender.deadline, "尚未规定截止时间")
    once(tender.state != "issued", "已经截止")
    if work.now < deadline or today < local_day(deadline):
        raise DeadlineNotReached("尚未到截止时间")
    terms = terms_of(hooks, tender.method)
    count = int(work.scalar(select(func.count()).where(Bid.tender_id == tender_id)) or 0)
    tender.bidders = count
    result = outcome(count, at_least=terms.bidders_after_two if tender.goes_on_with_two else terms.bidders_at_least)
    if not result.is_failed:
        tender.opened_on, tender.state = today, "opened"
        return {"bidders": count, "outcome": "opened"}
    law = Law(rules, project.division)
    rule = law("failed_tender")
    for id in ("no_opening_below_three", "too_few_bidders"):
        law(id)
    tender.failed_on, tender.state = today, "failed"
    for bid in work.select(select(Bid).where(Bid.tender_id == tender_id)):
        bid.returned_on = today
    work.emit(TenderFailed(project_id=project.id, failed_on=today, bidders=count, article=rule.citation))
    return {"bidders": count, "outcome": "failed"}


def announce_failure(tender_id: UUID, *, reason: str, late_reason: str, work: Work, today: date, rules: Rules) -> dict[str, UUID]:
    """Publish the failure and tell every bidder the reasons."""
    tender, project = tender_of(work, tender_id)
    failed_on = require(tender.failed_on, "本次采购没有废标")
    once(tender.failure_notice_id, "废标公告已发布")
    law = Law(rules, project.division)
    keep_deviations(work, project.id, check_within(law("termination_notice"), failed_on, today, "废标公告", reason=late_reason))
    rule = law("failed_tender")
    told = announcement.termination(project.heading(), bidders=tender.bidders or 0, reason=reason, article=rule.citation)
    tender.failure_notice_id, tender.failure_reason, tender.failure_noticed_on = issue(work, project, "termination", told), reason, today
    for bid in work.select(select(Bid).where(Bid.tender_id == tender_id)):
        bid.told, bid.told_on = f"递交投标文件的供应商不足三家，予以废标（{rule.citation}）；{reason}", today
    return {"notice_id": tender.failure_notice_id}


def bidders_of(work: Work, tender: Tender) -> list[Supplier]:
    """Who handed in a bid, in the order of the names."""
    found = [work.get(Supplier, bid.supplier_id) for bid in work.select(select(Bid).where(Bid.tender_id == tender.id))]
    return sorted(found, key=lambda supplier: supplier.name)
