"""What a recipient needs, and the plan that recipient, worker and supervisor sign."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlmodel import col

from services.casework.actions.cases import check_own
from services.casework.domain.lifecycle import ASSESSED, OPENED, PLANNED, SERVING, check_plan, check_state
from services.casework.store import Assessment, Case, Plan, hold, hold_cases, keep_secret, reached_case, reached_contract
from shared.access import Actor
from shared.errors import Forbidden
from shared.events.casework import PlanSigned
from shared.personal import Keyring
from shared.rules import Rules
from shared.work import Work

Need = Literal["income", "health", "care", "education", "housing", "employment", "mental", "social", "guardianship"]
Risk = Literal["low", "medium", "high", "urgent"]


class SelfApproved(Forbidden):
    """Who wrote a plan or a closing does not sign it as supervisor."""

    code = "self-approved"


@dataclass(frozen=True, slots=True)
class Assessed:
    case_id: UUID
    needs: Sequence[Need]
    risk: Risk
    summary: str


@dataclass(frozen=True, slots=True)
class Planned:
    case_id: UUID
    goals: Sequence[str]
    sessions_planned: int
    recipient_signed_on: date
    is_guardian_signed: bool


def assess(assessments: Sequence[Assessed], *, work: Work, today: date, actor: Actor, keyring: Keyring) -> dict[str, Any]:
    """Record what each recipient needs; a later assessment is another row."""
    work.about("case", assessments[0].case_id)
    hold_cases(work, (given.case_id for given in assessments))
    for position, given in enumerate(assessments):
        field = f"assessments.{position}.case_id"
        case = _served(work, given.case_id, today, actor, field)
        check_state(case.facts(), {OPENED, ASSESSED, SERVING}, "预估", field=field)
        row = Assessment(case_id=case.id, needs=list(given.needs), risk=given.risk, assessed_on=today, assessed_by=actor.account)
        work.add(row, keep_secret(case.recipient_id, row.id, reader=work, keyring=keyring, summary=given.summary))
        if case.state == OPENED:
            case.state = ASSESSED
    return {"cases": [given.case_id for given in assessments]}


def sign_plans(plans: Sequence[Planned], *, work: Work, today: date, actor: Actor, rules: Rules, keyring: Keyring) -> dict[str, Any]:
    """Enter plans that the recipients (for minors the guardians) and the worker have signed."""
    guardians = rules("guardian_signature")
    work.about("case", plans[0].case_id)
    hold_cases(work, (given.case_id for given in plans))
    kept = []
    for position, given in enumerate(plans):
        field = f"plans.{position}"
        case = _served(work, given.case_id, today, actor, f"{field}.case_id")
        check_plan(
            case.facts(),
            guardians,
            is_guardian_signed=given.is_guardian_signed,
            recipient_signed_on=given.recipient_signed_on,
            today=today,
            field=field,
        )
        plan = Plan(
            case_id=case.id,
            goals=len(given.goals),
            sessions_planned=given.sessions_planned,
            recipient_signed_on=given.recipient_signed_on,
            is_guardian_signed=given.is_guardian_signed,
            worker_signed_by=actor.account,
            worker_signed_on=today,
        )
        work.add(plan, keep_secret(case.recipient_id, plan.id, reader=work, keyring=keyring, goals="\n".join(given.goals)))
        case.state = PLANNED
        kept.append({"case_id": case.id, "plan_id": plan.id})
    return {"plans": kept}


def approve_plans(plan_ids: Sequence[UUID], *, work: Work, today: date, actor: Actor) -> dict[str, int]:
    """The supervisor's signature: from now on the recipient may be served by this plan."""
    plans = hold(work, Plan, plan_ids, by=col(Plan.id))
    hold_cases(work, (plan.case_id for plan in plans.values()))
    for position, plan_id in enumerate(plan_ids):
        plan = work.get(Plan, plan_id)
        case = reached_case(work, plan.case_id, actor)
        reached_contract(work, case.contract_id, actor).term().check_covers(today)
        check_state(case.facts(), {PLANNED}, "签署计划", field=f"plan_ids.{position}")
        if plan.worker_signed_by == actor.account:
            raise SelfApproved("制定计划的社工不得以督导身份签字", field=f"plan_ids.{position}")
        plan.supervisor_signed_by, plan.supervisor_signed_on = actor.account, today
        case.state, case.plan_signed_on, case.goals = SERVING, today, plan.goals
        work.emit(PlanSigned(case_id=case.id, contract_id=case.contract_id, signed_on=today))
    return {"plans": len(plan_ids)}


def _served(work: Work, case_id: UUID, today: date, actor: Actor, field: str) -> Case:
    """A case that the actor may write to today."""
    case = reached_case(work, case_id, actor)
    reached_contract(work, case.contract_id, actor).term().check_covers(today, field=field)
    check_own(work, case, actor, field=field)
    return case
