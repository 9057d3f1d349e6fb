"""Who sits on a panel (评审小组): how many, how many experts among them, who leads, who must stay away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from services.procurement.domain.limit import Deviation, against
from shared.errors import RuleRefusal
from shared.money import Fen
from shared.rules import Rule
from shared.workdays import is_workday

ONE_DAY: Final = timedelta(days=1)
EXPERT_SHARE: Final = (2, 3)
"""Experts are at least two thirds of the panel (法 38; 74-7; 87-47)."""


class PanelNotLawful(RuleRefusal):
    code = "panel-not-lawful"


@dataclass(frozen=True, slots=True)
class Composition:
    members: int
    experts: int
    legal: int = 0


def experts_needed(members: int) -> int:
    """Two thirds, rounded up: 2 of 3, 4 of 5, 5 of 7, 6 of 9."""
    part, whole = EXPERT_SHARE
    return -(-part * members // whole)


def members_needed(rule: Rule, *, budget: Fen, is_over_threshold: bool) -> int:
    """A negotiation panel grows with the open-tender threshold, a tender's with a sum of its own."""
    is_large = budget >= rule.params["large_fen"] if "large_fen" in rule.params else is_over_threshold
    return int(rule.params["members_large" if is_large else "members"])


def check_composition(panel: Composition, rule: Rule, *, least: int, is_specialised: bool, reason: str = "") -> Deviation | None:
    """Odd, large enough, two thirds experts, a legal expert where the matter is specialised."""
    faults = []
    if panel.members % 2 == 0:
        faults.append(f"成员 {panel.members} 人，应为单数")
    if panel.members < least:
        faults.append(f"成员 {panel.members} 人，不足 {least} 人")
    if panel.experts < experts_needed(panel.members):
        faults.append(f"评审专家 {panel.experts} 人，不足三分之二（至少 {experts_needed(panel.members)} 人）")
    if is_specialised and panel.legal < rule.params.get("legal", 0):
        faults.append("专业性强的项目应当有一名法律专家")
    if not faults:
        return None
    return against(rule, f"评审小组组成不符合规定（{rule.citation}）：{'；'.join(faults)}", PanelNotLawful, field="panel", reason=reason)


def check_leader(leader: str, experts: Sequence[str], rule: Rule, *, reason: str = "") -> Deviation | None:
    """The buyer's representative does not lead."""
    if leader in experts:
        return None
    return against(rule, f"组长应当由评审专家担任（{rule.citation}）", PanelNotLawful, field="leader", reason=reason)


def earliest_draw(review_on: date, rule: Rule) -> date:
    """The first day on which experts may be drawn: that many working days before the review, counted back (198号)."""
    day, left = review_on, int(rule.params["workdays"])
    while left:
        day -= ONE_DAY
        left -= is_workday(day)
    return day
