"""A tender's dates and its deadline: enough time before, nothing opened after with too few."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.procurement.domain.limit import Deviation, check_not_before
from shared.clock import ZONE
from shared.errors import RuleRefusal
from shared.rules import Rule
from shared.workdays import add_workdays


class BidLate(RuleRefusal):
    code = "bid-late"


class BidTwice(RuleRefusal):
    code = "bid-twice"


@dataclass(frozen=True, slots=True)
class DeadlineOutcome:
    """What the deadline leaves: bids to open, or too few and nothing opened."""

    bidders: int
    is_failed: bool


def local_day(moment: datetime) -> date:
    """The business date of an instant."""
    return moment.astimezone(ZONE).date()


def earliest_deadline(issued_on: date, rule: Rule) -> date:
    """Full days lie between: issued on 1 March with 20 days, not before 21 March (T-05)."""
    if "workdays" in rule.params:
        return add_workdays(issued_on, rule.params["workdays"])
    return issued_on + timedelta(days=rule.params["days"])


def check_deadline(issued_on: date, deadline: datetime, rule: Rule) -> Deviation | None:
    return check_not_before(rule, earliest_deadline(issued_on, rule), local_day(deadline), "递交截止日", field="deadline")


def check_documents_period(issued_on: date, until: date, rule: Rule) -> Deviation | None:
    return check_not_before(rule, earliest_deadline(issued_on, rule), until, "采购文件提供截止日", field="documents_until")


def check_clarification(clarified_on: date, deadline: datetime, rule: Rule) -> Deviation | None:
    """A clarification that may matter leaves the full period, or the deadline moves."""
    return check_not_before(rule, earliest_deadline(clarified_on, rule), local_day(deadline), "澄清后的截止日", field="deadline")


def check_bid(received_at: datetime, deadline: datetime, *, today: date, is_second: bool, rule: Rule) -> None:
    """Only time, bidder and sealed hash are kept; a late or a second bid is not taken."""
    if local_day(received_at) != today:
        raise BidLate(f"递交时间 {local_day(received_at)} 与办理日期 {today} 不一致", field="received_at")
    if received_at > deadline:
        raise BidLate(f"已过递交截止时间，不予接收（{rule.citation}）", rule=rule.id, article=rule.citation, field="received_at")
    if is_second:
        raise BidTwice("该供应商已递交，如需更换请先撤回", field="supplier_id")


def outcome(bidders: int, *, at_least: int) -> DeadlineOutcome:
    return DeadlineOutcome(bidders=bidders, is_failed=bidders < at_least)
