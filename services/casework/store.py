"""Tables of casework, and questions to them. Scope is applied here: an agency's account finds its own contracts and no other.

What was written about a person (notes, plans, reports) is in `person_secret` alone, under that person's key (decision 17).
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import UniqueConstraint, exists, func
from sqlalchemy.orm import aliased, registry
from sqlmodel import Field, SQLModel, col, select

from services.casework.domain.lifecycle import CLOSED, OPENED, CaseFacts
from services.casework.domain.session import Held
from services.casework.domain.term import Term
from services.casework.domain.workload import places_left
from shared.access import Actor
from shared.errors import Forbidden, NotFound
from shared.http.paging import Listing, Page, listing
from shared.ids import new_id
from shared.personal import Keyring
from shared.store.tables import kernel_tables
from shared.store.types import Instant, Json
from shared.work import Reader


class Table(SQLModel, registry=registry()):
    """Casework's own registry: one global metadata refuses two tables of one name."""


class Contract(Table, table=True):
    id: UUID = Field(primary_key=True)
    contract_no: str
    project_id: UUID = Field(index=True)
    title: str
    division: str
    signed_on: date
    starts_on: date
    ends_on: date
    top_up_until: date
    clients_at_least: int
    worker_capacity: int
    accepted_on: date | None = None
    closed_on: date | None = None
    data_returned_on: date | None = None

    def term(self) -> Term:
        return Term(self.starts_on, self.ends_on, self.top_up_until)


class Enrolment(Table, table=True):
    """A recipient who waits for a caseworker, or has one. Nothing is known of the person but group and division."""

    recipient_id: UUID = Field(primary_key=True)
    contract_id: UUID = Field(index=True)
    group: str
    division: str
    enrolled_on: date
    withdrawn_on: date | None = None
    case_id: UUID | None = Field(default=None, index=True)


class Worker(Table, table=True):
    __table_args__ = (UniqueConstraint("contract_id", "account"),)
    id: UUID = Field(default_factory=new_id, primary_key=True)
    contract_id: UUID
    account: str = Field(index=True)
    level: str
    capacity: int
    registered_until: date
    registered_by: str
    registered_on: date
    verified_on: date | None = None
    verified_by: str = ""


class Case(Table, table=True):
    id: UUID = Field(default_factory=new_id, primary_key=True)
    contract_id: UUID = Field(index=True)
    recipient_id: UUID = Field(unique=True)
    worker_id: UUID = Field(foreign_key="worker.id", index=True)
    group: str
    division: str
    state: str = Field(default=OPENED, index=True)
    opened_on: date
    plan_signed_on: date | None = None
    goals: int = 0
    sessions: int = 0
    last_number: int = 0
    last_session_on: date | None = None
    closed_on: date | None = None
    reason: str = ""
    is_crisis: bool = False

    def facts(self) -> CaseFacts:
        return CaseFacts(self.state, self.group, self.opened_on, self.plan_signed_on, self.goals, self.sessions, self.last_session_on)


class Assessment(Table, table=True):
    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = Field(foreign_key="case.id", index=True)
    needs: list[str] = Json()
    risk: str
    assessed_on: date
    assessed_by: str


class Plan(Table, table=True):
    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = Field(foreign_key="case.id", index=True)
    goals: int
    sessions_planned: int
    recipient_signed_on: date
    is_guardian_signed: bool
    worker_signed_by: str
    worker_signed_on: date
    supervisor_signed_by: str = ""
    supervisor_signed_on: date | None = None


class Session(Table, table=True):
    """One version of a session's record; a correction is a new row that supersedes it. The database refuses to change a row."""

    __table_args__ = (UniqueConstraint("case_id", "number", "version"),)
    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = Field(foreign_key="case.id", index=True)
    contract_id: UUID
    worker_id: UUID = Field(index=True)
    number: int
    version: int = 1
    supersedes: UUID | None = Field(default=None, unique=True)
    held_on: date = Field(index=True)
    starts_at: time
    ends_at: time
    minutes: int
    mode: str
    flags: list[str] = Json(default_factory=list)
    is_withdrawn: bool = False
    correction: str = ""
    recorded_by: str
    recorded_at: datetime = Instant()

    def held(self) -> Held:
        return Held(self.held_on, self.starts_at, self.ends_at)


class Activity(Table, table=True):
    id: UUID = Field(default_factory=new_id, primary_key=True)
    contract_id: UUID = Field(index=True)
    kind: str
    title: str
    held_on: date
    minutes: int
    participants: int
    division: str
    recorded_by: str


class Outcome(Table, table=True):
    __table_args__ = (UniqueConstraint("case_id", "kind"),)
    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = Field(foreign_key="case.id")
    contract_id: UUID = Field(index=True)
    kind: str
    detail: str
    group: str
    achieved_on: date
    document: UUID
    recorded_by: str


class Closing(Table, table=True):
    """A closing as the worker proposed and the supervisor signed it."""

    case_id: UUID = Field(primary_key=True, foreign_key="case.id")
    reason: str
    goals_met: int
    satisfaction: int | None = None
    prepared_by: str
    prepared_on: date
    approved_by: str = ""
    approved_on: date | None = None


class PersonKey(Table, table=True):
    """A person's key, wrapped; None when it was destroyed. A person is a recipient or a worker."""

    __tablename__ = "person_key"
    person_id: UUID = Field(primary_key=True)
    contract_id: UUID = Field(index=True)
    wrapped_key: bytes | None


class PersonSecret(Table, table=True):
    """What was written about a person, readable with the person's key only."""

    __tablename__ = "person_secret"
    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(foreign_key="person_key.person_id", index=True)
    about: UUID = Field(index=True)
    """The row it belongs to: worker, assessment, plan, session, closing."""
    sealed: bytes


class AgencyKey(Table, table=True):
    __tablename__ = "agency_key"
    id: UUID = Field(default_factory=new_id, primary_key=True)
    public_key: str = Field(unique=True)
    registered_on: date


KERNEL = kernel_tables(Table.metadata)


def keep_secret(person_id: UUID, about: UUID, *, reader: Reader, keyring: Keyring, **fields: str) -> PersonSecret:
    """What is written about a person, sealed; add it to the work. Raises Erased when the person's key was destroyed."""
    key = reader.get(PersonKey, person_id)
    return PersonSecret(person_id=person_id, about=about, sealed=keyring.reseal(person_id, key.wrapped_key, fields))


class AccessEnded(Forbidden):
    """The agency reads until acceptance; after it the data goes back."""

    code = "access-ended"


M = TypeVar("M", bound=Table)


def hold(reader: Reader, model: type[M], ids: Iterable[UUID], *, by: Any) -> dict[UUID, M]:
    """Load many rows with one question and, on PostgreSQL, lock them in one order.

    A unit that holds what it needs before its first `add` writes a hundred rows in one go instead of one by one.
    """
    wanted = set(ids)
    rows = reader.select(select(model).where(by.in_(wanted)).order_by(by).with_for_update())
    return {getattr(row, by.key): row for row in rows}


def hold_cases(reader: Reader, case_ids: Iterable[UUID]) -> None:
    """Hold cases with their workers' rows and their people's keys."""
    cases = hold(reader, Case, case_ids, by=col(Case.id))
    hold(reader, Worker, (case.worker_id for case in cases.values()), by=col(Worker.id))
    hold(reader, PersonKey, (case.recipient_id for case in cases.values()), by=col(PersonKey.person_id))


def reached_contract(reader: Reader, contract_id: UUID, actor: Actor) -> Contract:
    """The contract, for an account of its agency or of a department whose division holds it. Raises NotFound."""
    contract = reader.find(Contract, contract_id)
    if contract is None or not (actor.reaches_contract(contract_id) or actor.reaches(contract.division)):
        raise NotFound("没有找到该合同")
    return contract


def reached_case(reader: Reader, case_id: UUID, actor: Actor) -> Case:
    """The case, in the same scope. Raises NotFound."""
    case = reader.find(Case, case_id)
    if case is None:
        raise NotFound("没有找到该个案")
    reached_contract(reader, case.contract_id, actor)
    return case


def readable_contract(reader: Reader, contract_id: UUID, actor: Actor) -> Contract:
    """The contract, for who may read of its recipients. Raises NotFound, or AccessEnded for the agency after acceptance."""
    contract = reached_contract(reader, contract_id, actor)
    if contract.accepted_on is not None and not actor.reaches(contract.division):
        raise AccessEnded(f"项目已于 {contract.accepted_on} 验收，承接机构不再查阅服务对象资料")
    return contract


def readable_case(reader: Reader, case_id: UUID, actor: Actor) -> Case:
    """The case, for who may read it: a caseworker the own cases only. Raises NotFound, AccessEnded."""
    case = reached_case(reader, case_id, actor)
    readable_contract(reader, case.contract_id, actor)
    if _is_only_caseworker(actor) and reader.get(Worker, case.worker_id).account != actor.account:
        raise NotFound("没有找到该个案")
    return case


def _is_only_caseworker(actor: Actor) -> bool:
    return actor.may("caseworker") and not actor.may("supervisor", "director", "buyer", "auditor")


def loads(reader: Reader, worker_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Open cases of each worker."""
    wanted = set(worker_ids)
    counted = _counts(reader, Case.worker_id, col(Case.worker_id).in_(wanted), col(Case.state) != CLOSED)
    return {worker_id: counted.get(worker_id, 0) for worker_id in wanted}


def sessions_of_days(reader: Reader, worker_id: UUID, first: date, last: date) -> Sequence[Session]:
    """A worker's sessions in force from one day to another."""
    return reader.select(
        select(Session).where(col(Session.worker_id) == worker_id, col(Session.held_on).between(first, last), *_in_force())
    )


def _in_force() -> tuple[Any, Any]:
    """A session that was neither superseded nor withdrawn."""
    newer = aliased(Session)
    return ~exists().where(col(newer.supersedes) == col(Session.id)), col(Session.is_withdrawn).is_(False)


# questions


def _reached(reader: Reader, actor: Actor, *, readable: bool = False) -> list[UUID]:
    """Contracts in the actor's scope; `readable` leaves out those of whose recipients an agency reads no more."""
    return [
        contract.id
        for contract in reader.select(select(Contract))
        if actor.reaches(contract.division) or (actor.reaches_contract(contract.id) and not (readable and contract.accepted_on))
    ]


def contracts(*, reader: Reader, actor: Actor, page: Page) -> Listing:
    shown = {"project_id", "signed_on", "division"}
    statement = select(Contract).where(col(Contract.id).in_(_reached(reader, actor)))
    return listing(reader, statement, page, sort=(Contract.signed_on, Contract.id), item=lambda row: row.model_dump(exclude=shown))


def summary(contract_id: UUID, *, reader: Reader, actor: Actor) -> dict[str, Any]:
    """The contract in figures."""
    reached_contract(reader, contract_id, actor)

    mine = col(Case.contract_id) == contract_id
    cases = _counts(reader, Case.group, mine)
    closed = _counts(reader, Case.group, mine, col(Case.state) == CLOSED)
    held = select(Case.group, func.count()).join(Session, col(Session.case_id) == col(Case.id))
    sessions = {row[0]: row[1] for row in reader.rows(held.where(mine, *_in_force()).group_by(col(Case.group)))}
    kinds = _counts(reader, Outcome.kind, col(Outcome.contract_id) == contract_id)
    verified = (col(Worker.contract_id) == contract_id, col(Worker.verified_on).is_not(None))
    return {
        "cases": sum(cases.values()),
        "workers": _count(reader, Worker, *verified),
        "sessions": sum(sessions.values()),
        "activities": _count(reader, Activity, col(Activity.contract_id) == contract_id),
        "outcomes": {kind: kinds.get(kind, 0) for kind in ("welfare_enterprise", "self_employed")},
        "outcome_details": _counts(reader, Outcome.detail, col(Outcome.contract_id) == contract_id),
        "closings": _counts(reader, Case.reason, mine, col(Case.state) == CLOSED),
        "groups": {
            group: {"cases": number, "sessions": sessions.get(group, 0), "closed": closed.get(group, 0)}
            for group, number in sorted(cases.items())
        },
        "plans_signed": _count(reader, Case, mine, col(Case.plan_signed_on).is_not(None)),
    }


def _counts(reader: Reader, column: Any, *conditions: Any) -> dict[Any, int]:
    return {row[0]: row[1] for row in reader.rows(select(column, func.count()).where(*conditions).group_by(column))}


def _count(reader: Reader, model: type[Table], *conditions: Any) -> int:
    return int(reader.scalar(select(func.count()).select_from(model).where(*conditions)))


def workers(contract_id: UUID, *, reader: Reader, actor: Actor, keyring: Keyring, page: Page) -> Listing:
    """Workers with their load; names for the agency alone."""
    reached_contract(reader, contract_id, actor)
    load = loads(reader, [row[0] for row in reader.rows(select(Worker.id).where(Worker.contract_id == contract_id))])

    def item(worker: Worker) -> dict[str, Any]:
        shown = {"id": worker.id, "level": worker.level, "capacity": worker.capacity, "is_verified": worker.verified_on is not None}
        shown |= {"open_cases": load.get(worker.id, 0), "places_left": places_left(worker.capacity, load.get(worker.id, 0))}
        return shown | (secrets_about(reader, keyring, worker.id) if actor.reaches_contract(contract_id) else {})

    return listing(reader, select(Worker).where(Worker.contract_id == contract_id), page, sort=(Worker.registered_on, Worker.id), item=item)


def secrets_about(reader: Reader, keyring: Keyring, about: UUID) -> dict[str, Any]:
    """What was written about one row, opened."""
    secret = reader.first(select(PersonSecret).where(PersonSecret.about == about))
    return {} if secret is None else keyring.open(secret.person_id, reader.get(PersonKey, secret.person_id).wrapped_key, secret.sealed)


def cases(
    *, reader: Reader, actor: Actor, page: Page, contract_id: UUID | None = None, state: str = "", worker_id: UUID | None = None
) -> Listing:
    statement = select(Case).where(col(Case.contract_id).in_(_reached(reader, actor, readable=True)))
    if _is_only_caseworker(actor):
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


def enrolments(*, reader: Reader, actor: Actor, page: Page, contract_id: UUID, waiting: bool = False) -> Listing:
    """Recipients of a contract; `waiting`: those without a caseworker."""
    readable_contract(reader, contract_id, actor)
    statement = select(Enrolment).where(Enrolment.contract_id == contract_id)
    if waiting:
        statement = statement.where(col(Enrolment.case_id).is_(None), col(Enrolment.withdrawn_on).is_(None))
    sort = (Enrolment.enrolled_on, Enrolment.recipient_id)
    return listing(reader, statement, page, sort=sort, item=lambda row: row.model_dump(exclude={"contract_id"}))


def notes(case_id: UUID, *, reader: Reader, actor: Actor, keyring: Keyring, page: Page) -> Listing:
    """What the agency wrote in a case, oldest first, opened for those who serve it. Raises Erased once the key is destroyed."""
    case = readable_case(reader, case_id, actor)
    key = reader.get(PersonKey, case.recipient_id).wrapped_key

    def item(row: PersonSecret) -> dict[str, Any]:
        return {"about": row.about, **keyring.open(row.person_id, key, row.sealed)}

    statement = select(PersonSecret).where(PersonSecret.person_id == case.recipient_id)
    return listing(reader, statement, page, sort=(PersonSecret.person_id, PersonSecret.id), item=item)


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
