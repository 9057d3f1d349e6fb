"""What came of a case, and how it ended: proposed by the worker, signed by the supervisor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlmodel import col, select

from services.casework.actions.cases import check_own
from services.casework.actions.plans import SelfApproved
from services.casework.domain.closing import ClosingFacts, OutcomeRefused, check_closing, check_outcome
from services.casework.domain.lifecycle import CLOSED, CLOSING, check_state, state_before_closing
from services.casework.store import (
    Assessment,
    Closing,
    Enrolment,
    Outcome,
    hold,
    hold_cases,
    keep_secret,
    reached_case,
    reached_contract,
)
from shared.access import Actor
from shared.events.casework import CaseClosed, ClosingReason, OutcomeKind, OutcomeRecorded
from shared.files import require_file
from shared.personal import Keyring
from shared.rules import Rules
from shared.work import Work

Detail = Literal["city", "county", "shop", "repair", "housekeeping"]
DETAILS: dict[OutcomeKind, frozenset[Detail]] = {
    "welfare_enterprise": frozenset({"city", "county"}),
    "self_employed": frozenset({"shop", "repair", "housekeeping"}),
}


@dataclass(frozen=True, slots=True)
class Proposed:
    case_id: UUID
    reason: ClosingReason
    goals_met: int
    satisfaction: int | None
    report: str


def record_outcome(
    case_id: UUID,
    *,
    kind: OutcomeKind,
    detail: Detail,
    achieved_on: date,
    document: UUID,
    employer: str,
    work: Work,
    today: date,
    actor: Actor,
    rules: Rules,
    keyring: Keyring,
) -> UUID:
    """Record that somebody found work, with the paper that shows it; one of a kind per case."""
    case = reached_case(work, case_id, actor)
    work.about("case", case_id)
    reached_contract(work, case.contract_id, actor).term().check_covers(today)
    check_own(work, case, actor)
    check_outcome(case.facts(), rules("work_for_adults"), achieved_on=achieved_on, today=today)
    if detail not in DETAILS[kind]:
        raise OutcomeRefused("成果类别与明细不符", field="detail")
    if work.first(select(Outcome).where(Outcome.case_id == case_id, Outcome.kind == kind)):
        raise OutcomeRefused("该个案已登记同类成果", field="kind")
    require_file(work, document)
    outcome = Outcome(
        case_id=case_id,
        contract_id=case.contract_id,
        kind=kind,
        detail=detail,
        group=case.group,
        achieved_on=achieved_on,
        document=document,
        recorded_by=actor.account,
    )
    work.add(outcome, keep_secret(case.recipient_id, outcome.id, reader=work, keyring=keyring, employer=employer))
    work.emit(
        OutcomeRecorded(
            case_id=case_id,
            contract_id=case.contract_id,
            outcome_id=outcome.id,
            kind=kind,
            detail=detail,
            group=case.group,
            achieved_on=achieved_on,
        )
    )
    return outcome.id


def close_cases(closings: Sequence[Proposed], *, work: Work, today: date, actor: Actor, rules: Rules, keyring: Keyring) -> dict[str, Any]:
    """Propose to close cases, each with its evaluation and report; until the supervisor signs, a proposal may be replaced."""
    last_days = int(rules("closing").params["last_days"])
    case_ids = [given.case_id for given in closings]
    work.about("case", case_ids[0])
    hold_cases(work, case_ids)
    withdrawn = {row.case_id for row in hold(work, Enrolment, case_ids, by=col(Enrolment.case_id)).values() if row.withdrawn_on}
    proposed = hold(work, Closing, case_ids, by=col(Closing.case_id))
    for position, given in enumerate(closings):
        field = f"closings.{position}"
        case = reached_case(work, given.case_id, actor)
        term = reached_contract(work, case.contract_id, actor).term()
        term.check_covers(today, field=field)
        check_own(work, case, actor, field=field)
        facts = ClosingFacts(given.reason, given.goals_met, last_days, has_withdrawn=case.id in withdrawn)
        check_closing(facts, case.facts(), term, today=today, field=f"{field}.reason")
        case.state, case.reason = CLOSING, given.reason
        if earlier := proposed.get(case.id):
            earlier.reason, earlier.goals_met, earlier.satisfaction = given.reason, given.goals_met, given.satisfaction
            earlier.prepared_by, earlier.prepared_on = actor.account, today
        else:
            proposed[case.id] = _proposal(given, actor, today)
            work.add(proposed[case.id])
        work.add(keep_secret(case.recipient_id, case.id, reader=work, keyring=keyring, report=given.report))
    return {"cases": case_ids}


def _proposal(given: Proposed, actor: Actor, today: date) -> Closing:
    return Closing(
        case_id=given.case_id,
        reason=given.reason,
        goals_met=given.goals_met,
        satisfaction=given.satisfaction,
        prepared_by=actor.account,
        prepared_on=today,
    )


def send_back(case_ids: Sequence[UUID], *, reason: str, work: Work, today: date, actor: Actor, keyring: Keyring) -> dict[str, int]:
    """Do not sign the closings: the cases go on where they were, and the worker reads why."""
    work.about("case", case_ids[0])
    hold_cases(work, case_ids)
    assessed = {row.case_id for row in work.select(select(Assessment).where(col(Assessment.case_id).in_(case_ids)))}
    for position, case_id in enumerate(case_ids):
        field = f"case_ids.{position}"
        case = reached_case(work, case_id, actor)
        reached_contract(work, case.contract_id, actor).term().check_covers(today, field=field)
        check_state(case.facts(), {CLOSING}, "退回结案", field=field)
        case.state, case.reason = state_before_closing(case.facts(), is_assessed=case_id in assessed), ""
        work.add(keep_secret(case.recipient_id, case_id, reader=work, keyring=keyring, sent_back=reason))
    return {"cases": len(case_ids)}


def approve_closings(case_ids: Sequence[UUID], *, work: Work, today: date, actor: Actor) -> dict[str, int]:
    """The supervisor's signature closes the cases."""
    hold_cases(work, case_ids)
    hold(work, Closing, case_ids, by=col(Closing.case_id))
    for position, case_id in enumerate(case_ids):
        field = f"case_ids.{position}"
        case = reached_case(work, case_id, actor)
        reached_contract(work, case.contract_id, actor).term().check_covers(today, field=field)
        check_state(case.facts(), {CLOSING}, "审核结案", field=field)
        closing = work.get(Closing, case_id)
        if closing.prepared_by == actor.account:
            raise SelfApproved("提出结案的社工不得以督导身份签字", field=field)
        closing.approved_by, closing.approved_on = actor.account, today
        case.state, case.closed_on = CLOSED, today
        work.emit(
            CaseClosed(
                case_id=case.id,
                recipient_id=case.recipient_id,
                contract_id=case.contract_id,
                group=case.group,
                reason=case.reason,
                closed_on=today,
            )
        )
    return {"cases": len(case_ids)}
