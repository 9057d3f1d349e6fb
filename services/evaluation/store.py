"""Tables of evaluation, and questions to them. Scope is applied here: who reaches no contract finds none of its rounds."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint, func
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel, col, select

from services.evaluation.domain.rounds import Term
from services.evaluation.domain.scores import Band, Dimension, Terms
from shared.access import Actor
from shared.errors import NotFound
from shared.events.procurement import Scheme
from shared.http.paging import Listing, Page, listing
from shared.ids import new_id
from shared.store.tables import kernel_tables
from shared.store.types import Instant, Json
from shared.work import Reader


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


# who sees what


def reached_contract(reader: Reader, contract_id: UUID, actor: Actor) -> Contract:
    """The contract, if it is in the actor's scope. Raises NotFound otherwise, so that nobody learns of its existence."""
    contract = reader.find(Contract, contract_id)
    if contract is None or not _reaches(actor, contract):
        raise NotFound("没有找到该合同")
    return contract


def reached_round(reader: Reader, round_id: UUID, actor: Actor) -> tuple[Round, Contract]:
    round_ = reader.find(Round, round_id)
    if round_ is None:
        raise NotFound("没有找到该轮评价")
    return round_, reached_contract(reader, round_.contract_id, actor)


def _reaches(actor: Actor, contract: Contract) -> bool:
    return actor.reaches(contract.division) or actor.reaches_contract(contract.id)


def _reached_ids(reader: Reader, actor: Actor) -> list[UUID]:
    return [contract.id for contract in reader.select(select(Contract)) if _reaches(actor, contract)]


# what actions ask


def commission_of(reader: Reader, contract_id: UUID) -> Commission | None:
    return reader.first(select(Commission).where(Commission.contract_id == contract_id))


def sheets_that_count(reader: Reader, round_id: UUID, dimension: str = "") -> list[Sheet]:
    """Every sheet that no later version corrects."""
    corrected = select(Sheet.corrects).where(Sheet.round_id == round_id, col(Sheet.corrects).is_not(None))
    statement = select(Sheet).where(Sheet.round_id == round_id, col(Sheet.id).not_in(corrected))
    if dimension:
        statement = statement.where(Sheet.dimension == dimension)
    return reader.select(statement.order_by(Sheet.dimension, Sheet.assessor))


def sampling_frame(reader: Reader, contract_id: UUID, left_out: list[str]) -> dict[str, list[UUID]]:
    """Recipients with a case by group, without those who cannot be asked any more."""
    statement = select(Recipient.group, Recipient.id).where(
        Recipient.contract_id == contract_id, col(Recipient.closing_reason).not_in(left_out)
    )
    frame: dict[str, list[UUID]] = {}
    for group, recipient_id in reader.rows(statement):
        frame.setdefault(group, []).append(recipient_id)
    return frame


def undecided_appeals(reader: Reader, round_id: UUID) -> int:
    return int(reader.scalar(select(func.count()).select_from(Appeal).where(Appeal.round_id == round_id, col(Appeal.is_upheld).is_(None))))


def open_findings(reader: Reader, round_id: UUID, party: str) -> int:
    statement = (
        select(func.count()).select_from(Finding).where(Finding.round_id == round_id, Finding.party == party, Finding.status != "closed")
    )
    return int(reader.scalar(statement))


# what people ask


def rounds(*, reader: Reader, actor: Actor, page: Page, contract_id: UUID | None = None) -> Listing:
    statement = select(Round).where(col(Round.contract_id).in_(_reached_ids(reader, actor)))
    if contract_id is not None:
        statement = statement.where(Round.contract_id == contract_id)
    return listing(reader, statement, page, sort=(Round.opened_on, Round.id), item=lambda row: _round(row, actor))


def round_shown(round_id: UUID, *, reader: Reader, actor: Actor) -> dict[str, Any]:
    round_, contract = reached_round(reader, round_id, actor)
    disclosed = (
        select(Assessor).where(Assessor.contract_id == contract.id, col(Assessor.has_guided_plan).is_(True)).order_by(Assessor.organisation)
    )
    disclosures = [{"organisation": row.organisation, "disclosure": row.disclosure} for row in reader.select(disclosed)]
    return _round(round_, actor) | {"disclosures": disclosures}


def _round(row: Round, actor: Actor) -> dict[str, Any]:
    """Until they are told, those who are judged and those who still judge do not see the result."""
    hidden = (
        {"dimensions", "composite", "band", "satisfaction", "verdict"}
        if row.status in ("open", "scored") and not _sees_all(actor)
        else set()
    )
    hidden |= {"sample_seed", "opened_by"}
    return row.model_dump(exclude=hidden)


def _sees_all(actor: Actor) -> bool:
    return actor.may("evaluator", "buyer", "auditor")


def sheets(round_id: UUID, *, reader: Reader, actor: Actor, page: Page, dimension: str = "") -> Listing:
    """All sheets and versions for those who run the round; before it is scored the others see only their own."""
    round_, _ = reached_round(reader, round_id, actor)
    statement = select(Sheet).where(Sheet.round_id == round_id)
    if dimension:
        statement = statement.where(Sheet.dimension == dimension)
    if not _sees_all(actor) and round_.status in ("open", "scored"):
        statement = statement.where(Sheet.recorded_by == actor.account)
    return listing(reader, statement, page, sort=(Sheet.recorded_at, Sheet.id), item=lambda row: row.model_dump(exclude={"recorded_at"}))


def sample(round_id: UUID, *, reader: Reader, actor: Actor, page: Page) -> Listing:
    reached_round(reader, round_id, actor)
    statement = select(Sampled).where(Sampled.round_id == round_id)
    return listing(reader, statement, page, sort=(Sampled.group, Sampled.id), item=lambda row: row.model_dump(exclude={"id", "round_id"}))


def ballots(round_id: UUID, *, reader: Reader, actor: Actor) -> dict[str, Any]:
    reached_round(reader, round_id, actor)
    by_group: dict[str, list[str]] = {}
    for row in reader.select(select(Ballot).where(Ballot.round_id == round_id).order_by(Ballot.group, Ballot.id)):
        by_group.setdefault(row.group, []).append(row.id)
    return {"ballots": by_group}


def findings(*, reader: Reader, actor: Actor, page: Page, round_id: UUID | None = None) -> Listing:
    statement = select(Finding).where(col(Finding.contract_id).in_(_reached_ids(reader, actor)))
    if round_id is not None:
        statement = statement.where(Finding.round_id == round_id)
    return listing(reader, statement, page, sort=(Finding.issued_on, Finding.id), item=lambda row: row.model_dump())


def appeals(*, reader: Reader, actor: Actor, page: Page, round_id: UUID | None = None) -> Listing:
    statement = select(Appeal).where(col(Appeal.contract_id).in_(_reached_ids(reader, actor)))
    if round_id is not None:
        statement = statement.where(Appeal.round_id == round_id)
    return listing(reader, statement, page, sort=(Appeal.filed_on, Appeal.id), item=lambda row: row.model_dump())


def contexts(*, reader: Reader, page: Page, project_id: UUID | None = None) -> Listing:
    """City-wide figures: every signed-in reader may see them."""
    statement = select(Context)
    if project_id is not None:
        statement = statement.where(Context.project_id == project_id)
    return listing(reader, statement, page, sort=(Context.year, Context.id), item=lambda row: row.model_dump(exclude={"recorded_by"}))


def contracts(*, reader: Reader, actor: Actor, page: Page) -> Listing:
    statement = select(Contract).where(col(Contract.id).in_(_reached_ids(reader, actor)))
    return listing(reader, statement, page, sort=(Contract.signed_on, Contract.id), item=lambda row: row.model_dump())


def commissions(*, reader: Reader, actor: Actor, page: Page) -> Listing:
    statement = select(Commission).where(col(Commission.contract_id).in_(_reached_ids(reader, actor)))
    return listing(reader, statement, page, sort=(Commission.commissioned_on, Commission.id), item=lambda row: row.model_dump())
