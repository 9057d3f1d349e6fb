"""The life of a case (MZ/T 094: 接案 → 预估 → 计划 → 介入 → 评估 → 结案), and which act fits which state."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

from shared.errors import RuleRefusal, WrongState
from shared.rules import Rule

OPENED: Final = "opened"
ASSESSED: Final = "assessed"
PLANNED: Final = "planned"
SERVING: Final = "serving"
CLOSING: Final = "closing"
CLOSED: Final = "closed"

OPEN: Final = frozenset({OPENED, ASSESSED, PLANNED, SERVING})
"""A case that somebody is still working on."""


class CaseState(WrongState):
    code = "case-state"


class GuardianMissing(RuleRefusal):
    code = "guardian-missing"


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """A case as the rules see it."""

    state: str
    group: str
    opened_on: date
    plan_signed_on: date | None
    goals: int
    sessions: int
    last_session_on: date | None


def check_state(case: CaseFacts, allowed: Collection[str], act: str, *, field: str = "") -> None:
    """Raises CaseState."""
    if case.state not in allowed:
        raise CaseState(f"个案处于“{STATE_NAMES[case.state]}”，不能{act}", field=field)


def check_plan(
    case: CaseFacts, guardians: Rule, *, is_guardian_signed: bool, recipient_signed_on: date, today: date, field: str = ""
) -> None:
    """A plan needs an assessment and the recipient's signature, for a minor the guardian's too. Raises CaseState, GuardianMissing.

    `guardians` names the groups of minors; of minors in other groups the worker knows from the dossier, and says so.
    """
    check_state(case, {ASSESSED, PLANNED}, "制定服务计划（须先预估）", field=field)
    if case.group in guardians.params["groups"] and not is_guardian_signed:
        raise GuardianMissing("未成年人的服务计划须由监护人签字", field=field, rule=guardians.id, article=guardians.citation)
    if not case.opened_on <= recipient_signed_on <= today:
        raise CaseState(f"服务对象签字日期应在接案 {case.opened_on} 之后、{today} 之前", field=field)


def state_before_closing(case: CaseFacts, *, is_assessed: bool) -> str:
    """Where a case goes on when its closing is sent back; a plan that nobody had signed is made anew."""
    if case.plan_signed_on is not None:
        return SERVING
    return ASSESSED if is_assessed else OPENED


STATE_NAMES: Final = {OPENED: "接案", ASSESSED: "预估", PLANNED: "计划待签", SERVING: "介入", CLOSING: "结案待审", CLOSED: "已结案"}
