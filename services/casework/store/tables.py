"""Tables of casework.

What was written about a person (notes, plans, reports) is in `person_secret` alone, under that person's key (decision 17).
"""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from services.casework.domain.lifecycle import OPENED, CaseFacts
from services.casework.domain.session import Held
from services.casework.domain.term import Term
from shared.ids import new_id
from shared.store.tables import kernel_tables
from shared.store.types import Instant, Json


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
    wrapped_by: str = Field(default="", index=True, sa_column_kwargs={"server_default": ""})
    """Under which key (`Keyring.id`)."""


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
