"""Tables of disclosure, and questions to them. Everything here may be read by everybody, but for feedback and what waits."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, func, or_
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from shared.http.paging import Listing, Page, listing
from shared.ids import new_id
from shared.store.tables import kernel_tables
from shared.store.types import Amount, Instant, Json
from shared.work import Reader


class Table(SQLModel, registry=registry()):
    """Disclosure's own registry: one global metadata refuses two tables of one name."""


class Project(Table, table=True):
    """What is known of a project from what the others said. What of it may be shown yet is decided by its publications."""

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
    decisions: list[dict[str, Any]] = Json(default_factory=list)
    """Every decision on the method, as it was said."""
    bidders: int | None = None
    is_award_public: bool = False
    """Whether the result notice is out; until then nobody reads who won."""
    provider: str = ""
    provider_uscc: str = ""
    amount: int | None = Amount(default=None)
    contract_id: UUID | None = Field(default=None, index=True)
    contract_no: str = ""
    signed_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    clients_at_least: int = 0
    milestones: list[dict[str, Any]] = Json(default_factory=list)
    """What must be true before each part of the price is paid, as the contract says, and when it was verified."""
    scheme: dict[str, Any] = Json(default_factory=dict)
    scheme_hash: str = ""
    evaluator: dict[str, Any] = Json(default_factory=dict)
    """The third party: body, fee, commissioned_on."""
    accepted_on: date | None = None
    closed_on: date | None = None
    programme_id: UUID | None = Field(default=None, index=True)
    groups: list[dict[str, Any]] = Json(default_factory=list)
    """Target groups: code, name, quota."""
    enrolment: dict[str, int] = Json(default_factory=dict)
    """Objections, refusals, replacements: counts that pass the filter before anybody sees them."""
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
    article: str = ""
    """The rule and its article, where the act had to meet one."""
    amount: int | None = Amount(default=None)
    path: str = ""


class Payment(Table, table=True):
    id: UUID = Field(primary_key=True)
    project_id: UUID = Field(index=True)
    milestone: str
    amount: int = Amount()
    paid_on: date


class Counted(Table, table=True):
    """One thing that statistics count: a case, its closing, a session, an outcome, a worker, an activity.

    Rows are only added, so hearing five thousand sessions reads nothing; a withdrawn session stops to count.
    """

    id: str = Field(primary_key=True)
    contract_id: UUID
    topic: str
    name: str
    """Group, reason, kind or level."""
    part: str = ""
    """Group or detail of an outcome."""
    day: date
    is_counted: bool = True

    __table_args__ = (Index("ix_counted_contract_topic", "contract_id", "topic"),)


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

    def short_title(self, project: Project) -> str:
        """The title where the project is named already: 合同公告."""
        return self.title.removeprefix(project.title).lstrip("：") or self.title


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
    about: str = ""
    """Path of the page it was written on."""
    wrapped_key: bytes | None = None
    wrapped_by: str = Field(default="", index=True, sa_column_kwargs={"server_default": ""})
    """Under which key (`Keyring.id`)."""
    contact: bytes | None = None


FINISHED = "SELECT status, type, etag, CASE WHEN :packed THEN packed ELSE body END FROM published WHERE path = :path"
"""What is kept under a path, as it is sent."""

KERNEL = kernel_tables(Table.metadata)


def project_of_contract(reader: Reader, contract_id: UUID) -> Project | None:
    return reader.first(select(Project).where(Project.contract_id == contract_id))


def counts(reader: Reader, contract_id: UUID, topic: str) -> dict[tuple[str, str], int]:
    """How many of a topic, by (name, part)."""
    statement = (
        select(Counted.name, Counted.part, func.count())
        .where(Counted.contract_id == contract_id, Counted.topic == topic, col(Counted.is_counted))
        .group_by(Counted.name, Counted.part)
        .order_by(Counted.name, Counted.part)
    )
    return {(row[0], row[1]): row[2] for row in reader.rows(statement)}


def total(reader: Reader, contract_id: UUID, topic: str) -> int:
    """How many of a topic in all."""
    return sum(counts(reader, contract_id, topic).values())


def by_month(reader: Reader, contract_id: UUID, topic: str) -> dict[str, int]:
    """How many of a topic in each month, as YYYY-MM; months between with none are there too."""
    statement = (
        select(col(Counted.day), func.count())
        .where(Counted.contract_id == contract_id, Counted.topic == topic, col(Counted.is_counted))
        .group_by(col(Counted.day))
    )
    days: dict[date, int] = {row[0]: row[1] for row in reader.rows(statement)}
    if not days:
        return {}
    first, last = min(days), max(days)
    months = {
        f"{number // 12}-{number % 12 + 1:02d}": 0 for number in range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    }
    for day, number in days.items():
        months[f"{day:%Y-%m}"] += number
    return months


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


STAGES: Mapping[str, tuple[Any, ...]] = {
    "procuring": (col(Project.signed_on).is_(None),),
    "serving": (col(Project.signed_on).is_not(None), col(Project.closed_on).is_(None)),
    "closed": (col(Project.closed_on).is_not(None),),
}
"""How far a project is, as a list can ask for it."""


def projects(*, reader: Reader, page: Page, search: str = "", method: str = "", stage: str = "") -> Listing:
    """Projects by the day they were opened, newest first."""
    return listing(
        reader, _searched(search, method, stage), page, sort=(Project.opened_on, Project.id), item=lambda row: row, newest_first=True
    )


def count_projects(*, reader: Reader, search: str = "", method: str = "", stage: str = "") -> int:
    found: int = reader.scalar(select(func.count()).select_from(_searched(search, method, stage).subquery()))
    return found


def _searched(search: str, method: str, stage: str) -> SelectOfScalar[Project]:
    statement = select(Project)
    if search:
        named = col(Project.provider).contains(search, autoescape=True) & col(Project.is_award_public)
        texts = (Project.title, Project.project_no, Project.buyer, Project.procuring_entity)
        statement = statement.where(or_(named, *(col(text).contains(search, autoescape=True) for text in texts)))
    if method:
        statement = statement.where(Project.method == method)
    return statement.where(*STAGES.get(stage, ()))


def notices(*, reader: Reader, page: Page, kinds: tuple[str, ...], kind: str = "") -> Listing:
    statement = select(Publication).where(Publication.status == "published", col(Publication.kind).in_((kind,) if kind else kinds))
    return listing(reader, statement, page, sort=(Publication.published_on, Publication.id), item=lambda row: row, newest_first=True)


def feedback(*, reader: Reader, page: Page) -> Listing:
    statement = select(Feedback)
    return listing(
        reader,
        statement,
        page,
        sort=(Feedback.at, Feedback.id),
        item=lambda row: row.model_dump(exclude={"wrapped_key", "wrapped_by", "contact"}),
    )
