"""How a case may end, and what must be true for each reason."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from services.casework.domain.lifecycle import CLOSING, OPEN, CaseFacts, check_state
from services.casework.domain.term import Term
from shared.errors import RuleRefusal
from shared.rules import Rule

BY_PLAN: Final = frozenset({"goals_met", "term_ended"})
"""Only what was planned can be achieved or run out; every other end may come at any time."""

LEFT: Final = frozenset({"moved", "died", "lost_contact"})
"""Until the top-up ends, who leaves is replaced: intake withdraws and the reserve follows."""


class ClosingRefused(RuleRefusal):
    code = "closing-refused"


class OutcomeRefused(RuleRefusal):
    code = "outcome-refused"


@dataclass(frozen=True, slots=True)
class ClosingFacts:
    reason: str
    goals_met: int
    last_days: int
    """Days before the end of the term from which a case may end because the term does."""
    has_withdrawn: bool = False
    """Whether intake has already taken the recipient out of the programme."""


def check_closing(closing: ClosingFacts, case: CaseFacts, term: Term, *, today: date, field: str) -> None:
    """Raises CaseState or ClosingRefused. What the supervisor has not signed yet may be proposed anew."""
    check_state(case, OPEN | {CLOSING}, "结案", field=field)
    if closing.reason in BY_PLAN and case.plan_signed_on is None:
        raise ClosingRefused("没有签署的服务计划，不能以“目标达成”或“服务期满”结案", field=field)
    if closing.goals_met > case.goals:
        raise ClosingRefused(f"计划目标共 {case.goals} 项，达成 {closing.goals_met} 项有误", field=field)
    if closing.reason == "goals_met" and (closing.goals_met < 1 or case.sessions < case.goals):
        raise ClosingRefused("以“目标达成”结案须至少达成一项目标，且每项目标至少有一次服务", field=field)
    if closing.reason == "term_ended" and today <= term.ends_on - timedelta(days=closing.last_days):
        raise ClosingRefused(f"距合同期满 {term.ends_on} 尚早，不能以“服务期满”结案", field=field)
    if closing.reason in LEFT and today <= term.top_up_until and not closing.has_withdrawn:
        raise ClosingRefused(f"{term.top_up_until} 前离开的服务对象由救助部门办理退出并递补", field=field)
    if case.last_session_on is not None and today < case.last_session_on:
        raise ClosingRefused(f"结案日期早于最近一次服务 {case.last_session_on}", field=field)


def check_outcome(case: CaseFacts, minors: Rule, *, achieved_on: date, today: date) -> None:
    """Raises OutcomeRefused: an outcome needs a plan behind it, and minors are not sent to work."""
    check_state(case, OPEN | {CLOSING}, "登记成果", field="case_id")
    if case.group in minors.params["groups"]:
        raise OutcomeRefused("未成年人不登记就业成果", field="case_id", rule=minors.id, article=minors.citation)
    if case.plan_signed_on is None or not case.plan_signed_on <= achieved_on <= today:
        raise OutcomeRefused("成果日期应在服务计划签署之后、办理日期之前", field="achieved_on")
