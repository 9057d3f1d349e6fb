"""Tables of disclosure, and questions to them. Everything here may be read by everybody, but for feedback and what waits."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint, func
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel, col, select

from shared.http.paging import Listing, Page, listing
from shared.ids import new_id
from shared.store.tables import kernel_tables
from shared.store.types import Amount, Instant, Json
from shared.work import Reader, Work


class Table(SQLModel, registry=registry()):
    """Disclosure's own registry: one global metadata refuses two tables of one name."""


class Project(Table, table=True):
    """What is known of a project from what the others said."""

    id: UUID = Field(primary_key=True)
    slug: str = Field(unique=True)
    project_no: str
    title: str
    buyer: str
    procuring_entity: str
    division: str
    budget: int = Amount()
    opened_on: date = Field(index=True)
    method: str = ""
    method_rule: str = ""
    method_article: str = ""
    method_reason: str = ""
    methods: list[str] = Json(default_factory=list)
    approved_on: date | None = None
    bidders: int | None = None
    provider: str = ""
    provider_uscc: str = ""
    amount: int | None = Amount(default=None)
    contract_id: UUID | None = Field(default=None, index=True)
    contract_no: str = ""
    signed_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    clients_at_least: int = 0
    workers: int = 0
    scheme_hash: str = ""
    accepted_on: date | None = None
    closed_on: date | None = None
    programme_id: UUID | None = Field(default=None, index=True)
    groups: list[dict[str, Any]] = Json(default_factory=list)
    """Target groups: code, name, quota."""
    files_due: int = 0
    files_verified: int = 0
    people_surveyed: int = 0


class Entry(Table, table=True):
    """A line of a project's history: what happened on which day; `fact` is a word of `labels.FACTS`."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    project_id: UUID = Field(index=True)
    day: date
    fact: str
    detail: str = ""
    path: str = ""


class Payment(Table, table=True):
    id: UUID = Field(primary_key=True)
    project_id: UUID = Field(index=True)
    milestone: str
    amount: int = Amount()
    paid_on: date


class Tally(Table, table=True):
    """A running count, e.g. (contract, closings, goals_met)."""

    __table_args__ = (UniqueConstraint("about", "topic", "name"),)
    id: UUID = Field(default_factory=new_id, primary_key=True)
    about: UUID
    topic: str
    name: str
    number: int = 0


class Roster(Table, table=True):
    """The people of a division by kind, as a roster counted them."""

    id: UUID = Field(primary_key=True)
    purpose: str
    division: str = Field(index=True)
    reference_on: date
    people: int
    households: int
    aged_60_plus: int
    disabled: int
    minors: int
    seriously_ill: int


class Publication(Table, table=True):
    """One version of something that is or will be public. A correction is a new version; the old one says so and stays readable."""

    __table_args__ = (UniqueConstraint("kind", "source_id", "version"),)
    id: UUID = Field(default_factory=new_id, primary_key=True)
    project_id: UUID = Field(index=True)
    kind: str = Field(index=True)
    source_id: UUID
    version: int = 1
    status: str = Field(index=True)
    """waiting → prepared → published → superseded or withdrawn."""
    title: str
    content: dict[str, Any] = Json()
    arose_on: date
    due_on: date = Field(index=True)
    prepared_by: str = ""
    prepared_on: date | None = None
    released_by: str = ""
    published_on: date | None = Field(default=None, index=True)
    path: str = Field(default="", index=True)
    content_hash: str = ""
    reason: str = ""
    problem: str = ""


class Published(Table, table=True):
    """A finished page, record or feed, as it is sent."""

    path: str = Field(primary_key=True)
    status: int = 200
    type: str
    etag: str
    body: bytes
    packed: bytes
    """The same, gzip."""
    design: str


class Feedback(Table, table=True):
    """What a reader wrote; how to reach the reader is kept sealed."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    at: datetime = Instant()
    kind: str
    text: str
    wrapped_key: bytes | None = None
    contact: bytes | None = None


KERNEL = kernel_tables(Table.metadata)


def project_of_contract(reader: Reader, contract_id: UUID) -> Project | None:
    return reader.first(select(Project).where(Project.contract_id == contract_id))


def project_of_programme(reader: Reader, programme_id: UUID) -> Project | None:
    return reader.first(select(Project).where(Project.programme_id == programme_id))


def add_to_tally(work: Work, about: UUID, topic: str, name: str, by: int = 1) -> None:
    tally = work.first(select(Tally).where(Tally.about == about, Tally.topic == topic, Tally.name == name))
    if tally is None:
        tally = Tally(about=about, topic=topic, name=name)
        work.add(tally)
    tally.number += by


def tallies(reader: Reader, about: UUID) -> dict[str, dict[str, int]]:
    """All counts about a contract or programme: topic → name → number."""
    found: dict[str, dict[str, int]] = {}
    for tally in reader.select(select(Tally).where(Tally.about == about)):
        found.setdefault(tally.topic, {})[tally.name] = tally.number
    return found


def current(reader: Reader, project_id: UUID, *kinds: str) -> list[Publication]:
    """What is public of a project now, oldest first."""
    statement = select(Publication).where(Publication.project_id == project_id, Publication.status == "published")
    if kinds:
        statement = statement.where(col(Publication.kind).in_(kinds))
    return reader.select(statement.order_by(col(Publication.published_on), col(Publication.id)))


def entries(reader: Reader, project_id: UUID) -> list[Entry]:
    return reader.select(select(Entry).where(Entry.project_id == project_id).order_by(col(Entry.day), col(Entry.id)))


def payments(reader: Reader, project_id: UUID) -> list[Payment]:
    return reader.select(select(Payment).where(Payment.project_id == project_id).order_by(col(Payment.paid_on), col(Payment.id)))


def latest_roster(reader: Reader, division: str) -> Roster | None:
    """The first planning roster of the division: what the plan was sized by."""
    return reader.first(
        select(Roster).where(Roster.division == division, Roster.purpose == "planning").order_by(col(Roster.reference_on).desc())
    )


def published_counts(reader: Reader) -> dict[str, int]:
    rows = reader.rows(
        select(Publication.kind, func.count())
        .where(Publication.status == "published")
        .group_by(Publication.kind)
        .order_by(Publication.kind)
    )
    return {row[0]: row[1] for row in rows}


# lists for staff and public


def publications(*, reader: Reader, page: Page, status: str = "", kind: str = "", project_id: UUID | None = None) -> Listing:
    """The due list: what is nearest to its last day first."""
    statement = select(Publication)
    for column, wanted in ((Publication.status, status), (Publication.kind, kind), (Publication.project_id, project_id)):
        if wanted:
            statement = statement.where(col(column) == wanted)

    def item(row: Publication) -> dict[str, Any]:
        overdue = row.published_on is None and reader.today > row.due_on
        return row.model_dump(exclude={"content", "content_hash"}) | {"overdue": overdue}

    return listing(reader, statement, page, sort=(Publication.due_on, Publication.id), item=item)


def projects(*, reader: Reader, page: Page, search: str = "", method: str = "") -> Listing:
    """Projects by the day they were opened, newest first."""
    statement = select(Project)
    if search:
        pattern = f"%{search.replace('%', '').replace('_', '')}%"
        statement = statement.where(
            col(Project.title).like(pattern) | col(Project.provider).like(pattern) | col(Project.project_no).like(pattern)
        )
    if method:
        statement = statement.where(Project.method == method)
    return listing(reader, statement, page, sort=(Project.opened_on, Project.id), item=lambda row: row, newest_first=True)


def notices(*, reader: Reader, page: Page, kinds: tuple[str, ...], kind: str = "") -> Listing:
    statement = select(Publication).where(Publication.status == "published", col(Publication.kind).in_((kind,) if kind else kinds))
    return listing(reader, statement, page, sort=(Publication.published_on, Publication.id), item=lambda row: row, newest_first=True)


def feedback(*, reader: Reader, page: Page) -> Listing:
    statement = select(Feedback)
    return listing(
        reader, statement, page, sort=(Feedback.at, Feedback.id), item=lambda row: row.model_dump(exclude={"wrapped_key", "contact"})
    )
