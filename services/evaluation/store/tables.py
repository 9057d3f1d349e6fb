"""Tables of evaluation."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from services.evaluation.domain.rounds import Term
from services.evaluation.domain.scores import Band, Dimension, Terms
from shared.events.procurement import Scheme
from shared.ids import new_id
from shared.store.tables import kernel_tables
from shared.store.types import Instant, Json


class Table(SQLModel, registry=registry()):
    """Evaluation's own registry: one global metadata refuses two tables of one name."""


class Project(Table, table=True):
    id: UUID = Field(primary_key=True)
    project_no: str
    title: str
    buyer: str
    procuring_entity: str
    division: str = Field(index=True)


class Contract(Table, table=True):
    """A contract as procurement signed it, with the scheme by which it is judged."""

    id: UUID = Field(primary_key=True)
    project_id: UUID = Field(index=True)
    contract_no: str
    title: str
    division: str
    provider: str
    provider_uscc: str
    signed_on: date
    starts_on: date
    ends_on: date
    scheme: dict[str, Any] = Json()
    scheme_hash: str
    is_scheme_intact: bool
    """Whether the scheme that arrived is the one whose hash was signed."""

    def term(self) -> Term:
        return Term(self.starts_on, self.ends_on)

    def frozen_scheme(self) -> Scheme:
        return Scheme.model_validate(self.scheme)

    def terms(self) -> Terms:
        """The scheme as the rules take it. Raises SchemeFault."""
        scheme = self.frozen_scheme()
        return Terms(
            dimensions=tuple(Dimension(part.code, part.name, part.weight) for part in scheme.dimensions),
            bands=tuple(Band(part.name, Decimal(part.at_least)) for part in scheme.bands),
            satisfaction_dimension=scheme.satisfaction_dimension,
            satisfaction_floor=Decimal(scheme.satisfaction_floor),
            pass_at_least=Decimal(scheme.pass_at_least),
            rectify_at_least=Decimal(scheme.rectify_at_least),
        )


class Recipient(Table, table=True):
    """A recipient with a case: may be drawn into the survey. Nothing is known of the person but the group."""

    id: UUID = Field(primary_key=True)
    contract_id: UUID = Field(index=True)
    group: str
    closing_reason: str = ""


class Commission(Table, table=True):
    __table_args__ = (UniqueConstraint("contract_id"),)
    id: UUID = Field(default_factory=new_id, primary_key=True)
    contract_id: UUID
    body: str
    body_uscc: str
    fee: int
    declaration: dict[str, bool] = Json()
    document: UUID | None = None
    commissioned_on: date
    commissioned_by: str


class Assessor(Table, table=True):
    """Somebody who judges under an own account, with what has to be known about the person's independence."""

    __table_args__ = (UniqueConstraint("contract_id", "dimension", "account"),)
    id: UUID = Field(default_factory=new_id, primary_key=True)
    contract_id: UUID
    dimension: str
    account: str
    name: str
    organisation: str
    has_guided_plan: bool
    disclosure: str
    registered_on: date


class Round(Table, table=True):
    __table_args__ = (UniqueConstraint("contract_id", "kind"),)
    id: UUID = Field(default_factory=new_id, primary_key=True)
    contract_id: UUID
    project_id: UUID
    kind: str
    status: str
    opened_on: date
    opened_by: str
    evidence_until: date
    sample_seed: str = ""
    sample_proof: str = ""
    sampled: int = 0
    answered: int = 0
    version: int = 0
    """How often it was scored."""
    scored_on: date | None = None
    notified_on: date | None = None
    appeal_until: date | None = None
    concluded_on: date | None = None
    composite: str = ""
    band: str = ""
    satisfaction: str = ""
    dimensions: list[dict[str, Any]] = Json(default_factory=list)
    verdict: str = ""


class Scoring(Table, table=True):
    """What the sheets came to each time the round was scored; rows are never changed."""

    __table_args__ = (UniqueConstraint("round_id", "version"),)
    id: UUID = Field(default_factory=new_id, primary_key=True)
    round_id: UUID
    version: int
    scored_on: date
    scored_by: str
    composite: str
    band: str
    dimensions: list[dict[str, Any]] = Json()


class Sampled(Table, table=True):
    """A recipient who was drawn to be asked. Nothing links a row to a ballot or an answer."""

    __table_args__ = (UniqueConstraint("round_id", "recipient_id"),)
    id: UUID = Field(default_factory=new_id, primary_key=True)
    round_id: UUID
    recipient_id: UUID
    group: str
    position: int


class Ballot(Table, table=True):
    """An anonymous number that one questionnaire may bear."""

    id: str = Field(primary_key=True)
    round_id: UUID = Field(index=True)
    group: str


class Sheet(Table, table=True):
    """One assessor's marks in one dimension. Rows are never changed: a correction is a new version that names the old one."""

    __table_args__ = (UniqueConstraint("round_id", "dimension", "assessor", "version"),)
    id: UUID = Field(default_factory=new_id, primary_key=True)
    round_id: UUID
    dimension: str
    assessor: str
    """Account, ballot number or code of a community: never a recipient."""
    version: int = 1
    corrects: UUID | None = Field(default=None, unique=True)
    reason: str = ""
    marks: dict[str, str] = Json()
    comment: str = ""
    recorded_by: str
    recorded_on: date
    recorded_at: datetime = Instant()


class Finding(Table, table=True):
    id: UUID = Field(default_factory=new_id, primary_key=True)
    round_id: UUID = Field(index=True)
    contract_id: UUID
    party: str
    dimension: str
    text: str
    status: str
    issued_on: date
    issued_by: str
    answer: str = ""
    answered_on: date | None = None
    answered_by: str = ""
    closing: str = ""
    closed_on: date | None = None
    closed_by: str = ""


class Appeal(Table, table=True):
    id: UUID = Field(default_factory=new_id, primary_key=True)
    round_id: UUID = Field(index=True)
    contract_id: UUID
    text: str
    filed_on: date
    filed_by: str
    is_upheld: bool | None = None
    """None until it is decided."""
    reason: str = ""
    decided_on: date | None = None
    decided_by: str = ""


class Context(Table, table=True):
    """Figures around the project (信访): printed with their qualifiers, never scored."""

    __table_args__ = (UniqueConstraint("project_id", "topic", "year"),)
    id: UUID = Field(default_factory=new_id, primary_key=True)
    project_id: UUID
    topic: str
    year: int
    figures: list[dict[str, Any]] = Json()
    source: str
    recorded_on: date
    recorded_by: str


KERNEL = kernel_tables(Table.metadata)
