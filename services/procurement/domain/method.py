"""Which method (采购方式) a purchase must or may use, and what follows a failed tender.

The threshold is strict: a budget *over* it must be tendered openly. Another method above it needs the finance
department's approval before anything starts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from shared.errors import RuleRefusal
from shared.money import Fen, yuan
from shared.rules import Rule

Method = Literal["open_tender", "invited_tender", "competitive_negotiation", "competitive_consultation", "inquiry", "single_source"]

OPEN_TENDER: Final = "open_tender"
SERVICE_ITEMS: Final = "C"
"""First letter of the procurement items (品目) that are services."""


class MethodNotAllowed(RuleRefusal):
    code = "method-not-allowed"


class MethodNotOffered(RuleRefusal):
    """No enabled plugin knows how to run this method."""

    code = "method-not-offered"


class SplitPurchase(RuleRefusal):
    """Several purchases of one item in one year avoid the open tender together (化整为零)."""

    code = "split-purchase"


@dataclass(frozen=True, slots=True)
class MethodTerms:
    """A method as data: what a plugin that offers it promises."""

    code: str
    title: str
    notice: Literal["tender", "negotiation"]
    notice_period_rule: str
    period_rule: str
    """The rule with the least time between documents and bids, in `days` or `workdays`."""
    panel_rule: str
    ranking_rule: str
    bidders_at_least: int
    bidders_after_two: int
    """The least number where the approval lets the buyer go on with the two bidders of a failed tender (74-27(2))."""
    is_negotiated: bool
    """Whether suppliers are met one by one and make a final offer."""


def is_over_threshold(budget: Fen, threshold: Rule) -> bool:
    """超过: strictly over."""
    return budget > int(threshold.params["amount_fen"])


def check_method(
    method: str, *, budget: Fen, item_code: str, threshold: Rule, approval: Rule, inquiry: Rule, names: Mapping[str, str]
) -> None:
    """Raises MethodNotAllowed for inquiry of services, and for anything but an open tender over the threshold."""
    if method == "inquiry" and item_code.startswith(SERVICE_ITEMS):
        raise MethodNotAllowed(
            f"询价只适用于货物，服务项目不得采用（{inquiry.citation}）", rule=inquiry.id, article=inquiry.citation, field="method"
        )
    if method != OPEN_TENDER and is_over_threshold(budget, threshold):
        limit = yuan(Fen(threshold.params["amount_fen"]))
        raise MethodNotAllowed(
            f"预算 {yuan(budget)} 元，超过 {limit} 元限额，应当公开招标（{threshold.citation}）；"
            f"采用{names.get(method, method)}须在采购活动开始前经设区的市以上财政部门批准（{approval.citation}）",
            rule=approval.id,
            article=approval.citation,
            field="method",
        )


def check_not_split(earlier: Sequence[Fen], budget: Fen, *, threshold: Rule, rule: Rule) -> None:
    """`earlier`: budgets of the same buyer, year and item bought without an open tender or an approval (条例 28)."""
    total = Fen(sum(earlier) + budget)
    if earlier and is_over_threshold(total, threshold):
        raise SplitPurchase(
            f"本年度同一品目已以非招标方式采购 {len(earlier)} 次，累计 {yuan(total)} 元，超过公开招标数额标准，"
            f"属于化整为零规避公开招标（{rule.citation}）",
            rule=rule.id,
            article=rule.citation,
            field="method",
        )


Route = Literal["correct_and_retender", "retender", "negotiate_with_two", "negotiate_with_three", "single_source_if_only_one"]


def routes_after_failure(*, bidders: int, documents_faulty: bool, retender_failed: bool = False) -> tuple[Route, ...]:
    """What may be applied for when a tender has failed (法 37; 74-27; domain rules 2.17). Any route but re-tender needs approval."""
    if documents_faulty:
        return ("correct_and_retender",)
    if bidders == 0 or retender_failed:
        return ("retender", "negotiate_with_three")
    if bidders == 2:  # 74-27(2): exactly two
        return ("retender", "negotiate_with_two")
    if bidders == 1:
        return ("retender", "single_source_if_only_one")
    return ("retender",)
