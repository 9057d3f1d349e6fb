"""Opening cases, a crisis in one, and the question for a dossier."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlmodel import col

from services.casework.domain.lifecycle import CLOSING, OPEN, check_state
from services.casework.domain.workload import AssignmentFacts, AssignmentRefused, WorkerNotReady
from services.casework.store import Case, Enrolment, PersonKey, Worker, hold, keep_secret, loads, reached_case, reached_contract
from shared.access import Actor
from shared.errors import Forbidden, RuleRefusal, WrongState
from shared.events.casework import CaseOpened
from shared.personal import Keyring
from shared.plugins import Hooks
from shared.rules import Rules
from shared.work import Work

Purpose = Literal["open_case", "plan", "visit", "crisis", "review"]


class NotEnrolled(RuleRefusal):
    code = "not-enrolled"


class AlreadyOpened(WrongState):
    code = "already-opened"


class NotYourCase(Forbidden):
    code = "not-your-case"


@dataclass(frozen=True, slots=True)
class Assignment:
    recipient_id: UUID
    worker_id: UUID


def open_cases(
    contract_id: UUID,
    *,
    assignments: Sequence[Assignment],
    work: Work,
    today: date,
    actor: Actor,
    rules: Rules,
    hooks: Hooks,
    keyring: Keyring,
) -> dict[str, Any]:
    """Give waiting recipients their caseworker; all of them or, with the first refusal named, none."""
    contract = reached_contract(work, contract_id, actor)
    work.about("contract", contract_id)
    rules("case_method", division=contract.division)
    rules("top_up", division=contract.division)
    contract.term().check_may_open(today)
    hold(work, Enrolment, (assignment.recipient_id for assignment in assignments), by=col(Enrolment.recipient_id))
    workers = hold(work, Worker, (assignment.worker_id for assignment in assignments), by=col(Worker.id))
    load = loads(work, workers)
    opened = []
    for position, assignment in enumerate(assignments):
        field = f"assignments.{position}"
        enrolment = _waiting(work, contract_id, assignment.recipient_id, f"{field}.recipient_id")
        worker = _ready(work, contract_id, assignment.worker_id, today, f"{field}.worker_id")
        facts = AssignmentFacts(worker.level, worker.capacity, load[worker.id], enrolment.group)
        if objections := [sentence for answer in hooks.objections(assignment=facts) for sentence in answer]:
            raise AssignmentRefused("；".join(objections), field=f"{field}.worker_id", rule="worker_capacity")
        load[worker.id] += 1
        opened.append(_open(work, enrolment, worker, today, keyring))
    return {"cases": [{"recipient_id": case.recipient_id, "case_id": case.id} for case in opened]}


def mark_crisis(case_id: UUID, *, is_crisis: bool, note: str, work: Work, actor: Actor, today: date, keyring: Keyring) -> UUID:
    """Raise or lower the flag of a crisis; what happened is kept sealed."""
    case = reached_case(work, case_id, actor)
    work.about("case", case_id)
    reached_contract(work, case.contract_id, actor).term().check_covers(today)
    check_own(work, case, actor)
    case.is_crisis = is_crisis
    work.add(keep_secret(case.recipient_id, case_id, reader=work, keyring=keyring, crisis=note, on=today.isoformat()))
    return case_id


def ask_dossier(case_id: UUID, *, purpose: Purpose, fields: Sequence[str] = (), work: Work, today: date, actor: Actor) -> dict[str, Any]:
    """Leave a record of who asks for what, and say what to ask intake; the dossier itself is never kept here."""
    case = reached_case(work, case_id, actor)
    work.about("case", case_id)
    reached_contract(work, case.contract_id, actor).term().check_covers(today)
    check_own(work, case, actor)
    check_state(case.facts(), OPEN | {CLOSING}, "查阅档案")
    if (enrolment := work.get(Enrolment, case.recipient_id)).withdrawn_on is not None:
        raise NotEnrolled(f"该服务对象已于 {enrolment.withdrawn_on} 退出，档案不再开放")
    asked = {"recipient_id": case.recipient_id, "contract_id": case.contract_id, "case_id": case_id, "worker_id": case.worker_id}
    return {**asked, "actor": actor.account, "purpose": purpose, "fields": list(fields), "asked_on": today}


def check_own(work: Work, case: Case, actor: Actor, *, field: str = "") -> None:
    """Raises NotYourCase: a worker sees and serves the own cases, a supervisor all of the agency's."""
    if not actor.may("supervisor") and work.get(Worker, case.worker_id).account != actor.account:
        raise NotYourCase("该个案由其他社工负责", field=field)


def _waiting(work: Work, contract_id: UUID, recipient_id: UUID, field: str) -> Enrolment:
    enrolment = work.find(Enrolment, recipient_id)
    if enrolment is None or enrolment.contract_id != contract_id:
        raise NotEnrolled("该服务对象未在本合同项下入组", field=field)
    if enrolment.withdrawn_on is not None:
        raise NotEnrolled(f"该服务对象已于 {enrolment.withdrawn_on} 退出", field=field)
    if enrolment.case_id is not None:
        raise AlreadyOpened("该服务对象已有个案", field=field)
    return enrolment


def _ready(work: Work, contract_id: UUID, worker_id: UUID, today: date, field: str) -> Worker:
    worker = work.find(Worker, worker_id)
    if worker is None or worker.contract_id != contract_id:
        raise WorkerNotReady("没有该社工", field=field)
    if worker.verified_on is None:
        raise WorkerNotReady("该社工的证书尚未核验", field=field)
    if worker.registered_until < today:
        raise WorkerNotReady(f"该社工的证书登记有效期已于 {worker.registered_until} 届满", field=field)
    return worker


def _open(work: Work, enrolment: Enrolment, worker: Worker, today: date, keyring: Keyring) -> Case:
    case = Case(
        contract_id=enrolment.contract_id,
        recipient_id=enrolment.recipient_id,
        worker_id=worker.id,
        group=enrolment.group,
        division=enrolment.division,
        opened_on=today,
    )
    sealed = keyring.seal(enrolment.recipient_id, {})
    key = PersonKey(
        person_id=enrolment.recipient_id,
        contract_id=enrolment.contract_id,
        wrapped_key=sealed.wrapped_key,
        wrapped_by=sealed.wrapped_by,
    )
    work.add(case, key)
    enrolment.case_id = case.id
    work.emit(
        CaseOpened(
            case_id=case.id,
            recipient_id=case.recipient_id,
            contract_id=case.contract_id,
            worker_id=worker.id,
            group=case.group,
            division=case.division,
            opened_on=today,
        )
    )
    return case
