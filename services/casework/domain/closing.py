"""How a case may end, and what must be true for each reason."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from services.casework.domain.lifecycle import MINORS, SERVING, CaseFacts, check_state
from services.casework.domain.term import Term
from shared.errors import RuleRefusal

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


def check_closing(closing: ClosingFacts, case: CaseFacts, term: Term, *, today: date, field: str) -> None:
    """Raises CaseState or ClosingRefused."""
    check_state(case, {SERVING}, "结案（须有签署的服务计划）", field=field)
    if closing.goals_met > case.goals:
        raise ClosingRefused(f"计划目标共 {case.goals} 项，达成 {closing.goals_met} 项有误", field=field)
    if closing.reason == "goals_met" and (closing.goals_met < 1 or case.sessions < case.goals):
        raise ClosingRefused("以“目标达成”结案须至少达成一项目标，且每项目标至少有一次服务", field=field)
    if closing.reason == "term_ended" and today <= term.ends_on - timedelta(days=closing.last_days):
        raise ClosingRefused(f"距合同期满 {term.ends_on} 尚早，不能以“服务期满”结案", field=field)
    if closing.reason in LEFT and today <= term.top_up_until:
        raise ClosingRefused(f"{term.top_up_until} 前离开的服务对象由救助部门办理退出并递补", field=field)
    if case.last_session_on is not None and today < case.last_session_on:
        raise ClosingRefused(f"结案日期早于最近一次服务 {case.last_session_on}", field=field)


def check_outcome(case: CaseFacts, *, achieved_on: date, today: date) -> None:
    """Raises OutcomeRefused: an outcome needs a plan behind it, and minors are not sent to work."""
    if case.group in MINORS:
        raise OutcomeRefused("未成年人不登记就业成果", field="case_id", rule="no_child_labour", article="禁止使用童工规定 第二条")
    if case.plan_signed_on is None or not case.plan_signed_on <= achieved_on <= today:
        raise OutcomeRefused("成果日期应在服务计划签署之后、办理日期之前", field="achieved_on")
