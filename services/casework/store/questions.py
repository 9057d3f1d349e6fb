"""What people ask of casework."""

from typing import Any
from uuid import UUID

from sqlmodel import col, func, select

from services.casework.domain.lifecycle import CLOSED
from services.casework.domain.workload import places_left
from services.casework.store.records import count, counts, in_force, loads, secrets_about
from services.casework.store.scope import is_only_caseworker, reached_contract, reached_ids, readable_case, readable_contract
from services.casework.store.tables import Activity, Case, Contract, Enrolment, Outcome, PersonKey, PersonSecret, Session, Worker
from shared.access import Actor
from shared.http.paging import Listing, Page, listing
from shared.personal import Keyring
from shared.work import Reader


def contracts(*, reader: Reader, actor: Actor, page: Page) -> Listing:
    shown = {"project_id", "signed_on", "division"}
    statement = select(Contract).where(col(Contract.id).in_(reached_ids(reader, actor)))
    return listing(reader, statement, page, sort=(Contract.signed_on, Contract.id), item=lambda row: row.model_dump(exclude=shown))


def summary(contract_id: UUID, *, reader: Reader, actor: Actor) -> dict[str, Any]:
    """The contract in figures."""
    reached_contract(reader, contract_id, actor)

    mine = col(Case.contract_id) == contract_id
    cases = counts(reader, Case.group, mine)
    closed = counts(reader, Case.group, mine, col(Case.state) == CLOSED)
    held = select(Case.group, func.count()).join(Session, col(Session.case_id) == col(Case.id))
    sessions = {row[0]: row[1] for row in reader.rows(held.where(mine, *in_force()).group_by(col(Case.group)))}
    kinds = counts(reader, Outcome.kind, col(Outcome.contract_id) == contract_id)
    verified = (col(Worker.contract_id) == contract_id, col(Worker.verified_on).is_not(None))
    return {
        "cases": sum(cases.values()),
        "workers": count(reader, Worker, *verified),
        "sessions": sum(sessions.values()),
        "activities": count(reader, Activity, col(Activity.contract_id) == contract_id),
        "outcomes": {kind: kinds.get(kind, 0) for kind in ("welfare_enterprise", "self_employed")},
        "outcome_details": counts(reader, Outcome.detail, col(Outcome.contract_id) == contract_id),
        "closings": counts(reader, Case.reason, mine, col(Case.state) == CLOSED),
        "groups": {
            group: {"cases": number, "sessions": sessions.get(group, 0), "closed": closed.get(group, 0)}
            for group, number in sorted(cases.items())
        },
        "plans_signed": count(reader, Case, mine, col(Case.plan_signed_on).is_not(None)),
    }


def workers(contract_id: UUID, *, reader: Reader, actor: Actor, keyring: Keyring, page: Page) -> Listing:
    """Workers with their load; names for the agency alone."""
    reached_contract(reader, contract_id, actor)
    load = loads(reader, [row[0] for row in reader.rows(select(Worker.id).where(Worker.contract_id == contract_id))])

    def item(worker: Worker) -> dict[str, Any]:
        shown = {"id": worker.id, "level": worker.level, "capacity": worker.capacity, "is_verified": worker.verified_on is not None}
        shown |= {"open_cases": load.get(worker.id, 0), "places_left": places_left(worker.capacity, load.get(worker.id, 0))}
        return shown | (secrets_about(reader, keyring, worker.id) if actor.reaches_contract(contract_id) else {})

    return listing(reader, select(Worker).where(Worker.contract_id == contract_id), page, sort=(Worker.registered_on, Worker.id), item=item)


def cases(
    *, reader: Reader, actor: Actor, page: Page, contract_id: UUID | None = None, state: str = "", worker_id: UUID | None = None
) -> Listing:
    statement = select(Case).where(col(Case.contract_id).in_(reached_ids(reader, actor, readable=True)))
    if is_only_caseworker(actor):
        statement = statement.where(col(Case.worker_id).in_(select(Worker.id).where(Worker.account == actor.account)))
    for column, wanted in ((Case.contract_id, contract_id), (Case.state, state), (Case.worker_id, worker_id)):
        if wanted:
            statement = statement.where(column == wanted)
    return listing(reader, statement, page, sort=(Case.opened_on, Case.id), item=lambda row: row.model_dump(exclude={"last_number"}))


def case(case_id: UUID, *, reader: Reader, actor: Actor) -> dict[str, Any]:
    return readable_case(reader, case_id, actor).model_dump(exclude={"last_number"})


def sessions(case_id: UUID, *, reader: Reader, actor: Actor, page: Page) -> Listing:
    """The sessions of a case, every version of each; a newer version supersedes the older."""
    readable_case(reader, case_id, actor)
    hidden = {"case_id", "contract_id", "worker_id", "recorded_by", "recorded_at"}
    statement = select(Session).where(Session.case_id == case_id)
    return listing(reader, statement, page, sort=(Session.number, Session.id), item=lambda row: row.model_dump(exclude=hidden))


def notes(case_id: UUID, *, reader: Reader, actor: Actor, keyring: Keyring, page: Page) -> Listing:
    """What the agency wrote in a case, oldest first, opened for those who serve it. Raises Erased once the key is destroyed."""
    case = readable_case(reader, case_id, actor)
    key = reader.get(PersonKey, case.recipient_id).wrapped_key

    def item(row: PersonSecret) -> dict[str, Any]:
        return {"about": row.about, **keyring.open(row.person_id, key, row.sealed)}

    statement = select(PersonSecret).where(PersonSecret.person_id == case.recipient_id)
    return listing(reader, statement, page, sort=(PersonSecret.person_id, PersonSecret.id), item=item)


def enrolments(*, reader: Reader, actor: Actor, page: Page, contract_id: UUID, waiting: bool = False) -> Listing:
    """Recipients of a contract; `waiting`: those without a caseworker."""
    readable_contract(reader, contract_id, actor)
    statement = select(Enrolment).where(Enrolment.contract_id == contract_id)
    if waiting:
        statement = statement.where(col(Enrolment.case_id).is_(None), col(Enrolment.withdrawn_on).is_(None))
    sort = (Enrolment.enrolled_on, Enrolment.recipient_id)
    return listing(reader, statement, page, sort=sort, item=lambda row: row.model_dump(exclude={"contract_id"}))


def outcomes(*, reader: Reader, actor: Actor, page: Page, contract_id: UUID) -> Listing:
    readable_contract(reader, contract_id, actor)
    statement = select(Outcome).where(Outcome.contract_id == contract_id)
    hidden = {"contract_id", "recorded_by"}
    return listing(reader, statement, page, sort=(Outcome.achieved_on, Outcome.id), item=lambda row: row.model_dump(exclude=hidden))


def activities(*, reader: Reader, actor: Actor, page: Page, contract_id: UUID) -> Listing:
    reached_contract(reader, contract_id, actor)
    statement = select(Activity).where(Activity.contract_id == contract_id)
    hidden = {"contract_id", "recorded_by"}
    return listing(reader, statement, page, sort=(Activity.held_on, Activity.id), item=lambda row: row.model_dump(exclude=hidden))
