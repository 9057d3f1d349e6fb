"""The negotiation itself: all members with one supplier at a time, the same chance for each, then the last offers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from shared.errors import RuleRefusal
from shared.money import Fen, yuan
from shared.rules import Rule


class TalkNotEqual(RuleRefusal):
    """Not all members were there, two suppliers at once, or somebody was not met."""

    code = "talk-not-equal"


class OfferNotValid(RuleRefusal):
    code = "offer-not-valid"


@dataclass(frozen=True, slots=True)
class Talk:
    """One supplier's turn."""

    supplier: str
    starts_at: time
    ends_at: time
    members: frozenset[str]


def check_talk(talk: Talk, before: Sequence[Talk], panel: frozenset[str], rule: Rule) -> None:
    """All members together with a single supplier (74-31)."""
    faults = []
    if talk.members != panel:
        faults.append("谈判小组所有成员应当集中参加")
    if talk.ends_at <= talk.starts_at:
        faults.append("结束时间应晚于开始时间")
    if any(talk.starts_at < other.ends_at and other.starts_at < talk.ends_at for other in before):
        faults.append("不得同时与两家供应商谈判")
    if faults:
        raise TalkNotEqual(f"{'；'.join(faults)}（{rule.citation}）", rule=rule.id, article=rule.citation, field="starts_at")


def check_all_met(suppliers: Sequence[str], talks: Sequence[Talk], rule: Rule) -> None:
    """Every supplier had as many turns as the others before anybody makes a last offer."""
    turns = {supplier: sum(talk.supplier == supplier for talk in talks) for supplier in suppliers}
    if not turns or min(turns.values()) == 0 or len(set(turns.values())) > 1:
        raise TalkNotEqual(f"应当给予所有供应商平等的谈判机会后再要求最后报价（{rule.citation}）", rule=rule.id, article=rule.citation)


def check_offer(price: Fen, budget: Fen, rule: Rule) -> None:
    """An offer above the budget cannot win."""
    if not 0 < price <= budget:
        raise OfferNotValid(
            f"报价 {yuan(price)} 元不在预算 {yuan(budget)} 元之内（{rule.citation}）",
            rule=rule.id,
            article=rule.citation,
            field="price_fen",
        )


def offers_needed(rule: Rule, *, bidders: int, goes_on_with_two: bool) -> int:
    """Three, or two where the approval let the buyer go on with the two bidders (74-33, 74-27(2))."""
    return int(rule.params["offers_after_two_bidders" if goes_on_with_two and bidders == 2 else "offers"])
