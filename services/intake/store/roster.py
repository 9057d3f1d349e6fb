"""Rosters and the rows that wait in them for acceptance; a staged row has no personal field in clear."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Index, false, func, or_, select, true
from sqlmodel import Field, col

from services.intake.domain.person import ADULT_FROM, ELDERLY_FROM, born_by
from services.intake.domain.roster_row import RosterFrame
from services.intake.store.person import Household, Person
from services.intake.store.table import Table
from shared.access import EVERYWHERE, Actor
from shared.divisions import level
from shared.errors import NotFound
from shared.http.paging import Listing, Page, listing
from shared.ids import new_id
from shared.sentences import S_
from shared.store.types import Instant, Json
from shared.work import Reader

NOT_TOLD: Final = {"file_id", "job_id", "reviewed_at", "accepted_at"}
Told = Literal["faulty", "doubtful"]
_TOLD: Final[tuple[Told, Told]] = ("faulty", "doubtful")
ALLOWANCE = ("urban_allowance", "rural_allowance")
"""低保: the categories of the programme, and of the population unless others are asked for."""


class Roster(Table, table=True):
    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str
    purpose: str
    reference_on: date
    division: str = Field(index=True)
    survey_id: UUID | None = Field(default=None, index=True)
    file_id: UUID
    status: str
    """mapping → importing → reviewed → accepting → accepted, or rejected after the review."""
    columns: dict[str, str] = Json(default_factory=dict)
    """Column → the heading that stands for it in the file, as it was guessed or as a clerk has said."""
    unseen: dict[str, Any] = Json(default_factory=dict)
    """What the workbook hides (`Unseen`): rows and columns that were read all the same, sheets that were not."""
    category: str = ""
    """Of everybody in it, where the file has no column for it."""
    rows: int
    """Below the headers: good + faulty + duplicates + blank."""
    households: int = 0
    good: int = 0
    """new + updated + unchanged."""
    faulty: int = 0
    duplicates: int = 0
    """Rows with a person whom an earlier row has brought."""
    blank: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    doubtful: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """Of the good rows, those with something unlikely in them."""
    reviewed_at: datetime | None = Instant(default=None, nullable=True)
    accepted_at: datetime | None = Instant(default=None, nullable=True)
    uploaded_by: str
    uploaded_on: date
    decided_by: str | None = None
    decided_on: date | None = None
    reason: str = ""
    job_id: UUID | None = None

    def frame(self, generation: int = 0, rigid_months: int = 0) -> RosterFrame:
        return RosterFrame(self.division, self.reference_on, self.category, generation, rigid_months)


STAYING_OUT: Final = ("faulty", "duplicate")
DIFFERING: Final = "differing"
DOUBTFUL: Final = "doubtful"


class StagedRow(Table, table=True):
    """A row that stays out, with its faults; a good one with what is unlikely in it; and, inside the unit that accepts them, the good ones
    on their way to households and people."""

    __tablename__ = "staged_row"
    __table_args__ = (Index("ix_staged_row_number", "roster_id", "number"),)
    id: UUID = Field(default_factory=new_id, primary_key=True)
    roster_id: UUID
    sheet: str = ""
    number: int
    position: int = 0
    """Among the rows of its chunk."""
    verdict: str
    """new, update, unchanged; faulty or duplicate; of a row that is taken in: differing, where it says another thing than an act that
    stays, and doubtful, where something in it is unlikely."""
    reason: str = ""
    faults: list[dict[str, str]] | None = Json(default=None)
    person_id: UUID | None = None
    lot_no: str | None = None
    secret_id: UUID | None = None
    identity_key: str | None = None
    household_no: str | None = None
    category: str | None = None
    division: str | None = None
    living_members: int | None = None
    birth: date | None = None
    sex: str | None = None
    relation: str | None = None
    schooling: str | None = None
    has_single_parent: bool | None = None
    disability_kind: int | None = None
    disability_level: int | None = None
    is_seriously_ill: bool | None = None
    assistance_from: date | None = None
    """This and the rest but the last: None where the row says nothing that could be kept; what is known then stays."""
    assistance_to: date | None = None
    monthly_amount: int | None = None
    certificate_no: str | None = None
    causes: str | None = None
    labour: str | None = None
    employment: str | None = None
    health: str | None = None
    education: str | None = None
    medical_insurance: str | None = None
    pension_insurance: str | None = None
    disability_valid_to: date | None = None
    row_hash: str | None = None


class RosterShape(Table, table=True):
    """A mapping that a clerk has saved under a name, for later files whose headings are the same."""

    __tablename__ = "roster_shape"
    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str = Field(unique=True)
    headings: str = Field(index=True)
    """Hash of the headings in their order."""
    columns: dict[str, str] = Json()
    saved_by: str
    saved_on: date


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who is in the store already."""

    person_id: UUID
    secret_id: UUID
    row_hash: str
    relation: str
    schooling: str
    has_single_parent: bool
    disability_kind: int
    disability_level: int
    is_seriously_ill: bool
    household_no: str
    category: str
    division: str
    living_members: int
    status: str
    is_merged: bool
    """The person is found in another record, under another number."""


@dataclass(frozen=True, slots=True)
class KnownHousehold:
    category: str
    division: str
    living_members: int


_OF_KNOWN: Final = (
    *(Person.id, Person.secret_id, Person.row_hash, Person.relation, Person.schooling, Person.has_single_parent),
    *(Person.disability_kind, Person.disability_level, Person.is_seriously_ill),
    *(Household.household_no, Household.category, Household.division, Household.living_members, Person.status),
)


def known_people(keys: Sequence[str], *, reader: Reader) -> dict[str, Known]:
    """By keyed hash of the identity number."""
    in_store = col(Person.identity_key).in_(keys)
    columns = (*map(col, _OF_KNOWN), col(Person.merged_into).is_not(None))
    statement = select(col(Person.identity_key), *columns).join(Household, col(Household.id) == Person.household_id)
    return {row[0]: Known(*row[1:]) for row in reader.rows(statement.where(in_store))}


def known_households(household_nos: Collection[str], *, reader: Reader) -> dict[str, KnownHousehold]:
    """By number."""
    columns = (col(Household.household_no), col(Household.category), col(Household.division), col(Household.living_members))
    return {row[0]: KnownHousehold(*row[1:]) for row in reader.rows(select(*columns).where(columns[0].in_(household_nos)))}


def births_of_heads(household_nos: Collection[str], *, reader: Reader) -> list[tuple[str, date]]:
    """Of the households that have a head in the store: number, and when the head was born."""
    columns = (col(Household.household_no), col(Person.birth))
    headed = select(*columns).join(Person, col(Person.household_id) == Household.id).where(col(Person.relation) == "head")
    return [(number, birth) for number, birth in reader.rows(headed.where(columns[0].in_(household_nos)))]


def check_reach(division: str, actor: Actor) -> None:
    """Raises NotFound: what lies outside an actor's divisions does not exist for the actor."""
    if not actor.reaches(division):
        raise NotFound(S_("没有找到该记录"))


def reached_roster(reader: Reader, roster_id: UUID, actor: Actor) -> Roster:
    """Raises NotFound, also for one outside the actor's divisions."""
    found = reader.get(Roster, roster_id)
    check_reach(found.division, actor)
    return found


def roster(roster_id: UUID, *, reader: Reader, actor: Actor) -> Mapping[str, Any]:
    """A roster with its counts, and the faults and the doubts by kind, the commonest first."""
    found = reached_roster(reader, roster_id, actor)
    faults, doubts = (counted_by_kind(roster_id, verdict, reader=reader) for verdict in _TOLD)
    differing = (col(StagedRow.roster_id) == roster_id, col(StagedRow.verdict) == DIFFERING)
    return found.model_dump(exclude=NOT_TOLD) | {
        "differing": int(reader.scalar(select(func.count()).select_from(StagedRow).where(*differing))),
        "faults": faults,
        "doubts": doubts,
    }


def counted_by_kind(roster_id: UUID, verdict: Told, *, reader: Reader) -> list[dict[str, Any]]:
    """What is wrong with the rows, or unlikely in them: column, message and how many rows have it."""
    counted: dict[tuple[str, str], int] = {}
    of_verdict = (col(StagedRow.roster_id) == roster_id, col(StagedRow.verdict) == verdict)
    for (faults,) in reader.rows(select(col(StagedRow.faults)).where(*of_verdict)):
        for key in {(fault["column"], fault["reason"]) for fault in faults}:
            counted[key] = counted.get(key, 0) + 1
    in_order = sorted(counted.items(), key=lambda entry: (-entry[1], entry[0]))
    return [{"column": column, "message": reason, "rows": count} for (column, reason), count in in_order]


def rejected_by_reason(roster_id: UUID, *, reader: Reader) -> dict[str, int]:
    """Reason → rows, each row under its gravest."""
    of_roster = (col(StagedRow.roster_id) == roster_id, col(StagedRow.verdict) == "faulty")
    counted = reader.rows(select(col(StagedRow.reason), func.count()).where(*of_roster).group_by(col(StagedRow.reason)))
    return {reason: int(count) for reason, count in sorted(counted, key=lambda row: (-row[1], row[0]))}


def rosters(*, reader: Reader, actor: Actor, page: Page, status: str = "") -> Listing:
    """The rosters of the reader's divisions, the latest first."""
    statement = select(Roster).where(in_divisions(col(Roster.division), actor))
    if status:
        statement = statement.where(col(Roster.status) == status)
    return listing(
        reader,
        statement,
        page,
        sort=(Roster.uploaded_on, Roster.id),
        newest_first=True,
        item=lambda row: row.model_dump(exclude=NOT_TOLD),
    )


def rosters_to_accept(*, reader: Reader, actor: Actor) -> int:
    """How many wait for the reader: reviewed, and uploaded by somebody else."""
    waiting = (col(Roster.status) == "reviewed", col(Roster.uploaded_by) != actor.account)
    return int(reader.scalar(select(func.count()).select_from(Roster).where(*waiting, in_divisions(col(Roster.division), actor))))


def staged_rows(roster_id: UUID, *, reader: Reader, actor: Actor, page: Page, faulty: bool) -> Listing:
    """The rows that stay out, each with its faults by cell; `faulty`: without the people whom an earlier row has brought."""
    reached_roster(reader, roster_id, actor)
    return _staged(reader, page, roster_id, ("faulty",) if faulty else STAYING_OUT)


def differing_rows(roster_id: UUID, *, reader: Reader, actor: Actor, page: Page) -> Listing:
    """The rows that say another thing than an act on a household that stays; `faults` are the fields in which they do."""
    reached_roster(reader, roster_id, actor)
    return _staged(reader, page, roster_id, (DIFFERING,))


def doubtful_rows(roster_id: UUID, *, reader: Reader, actor: Actor, page: Page) -> Listing:
    """The rows that count although something in them is unlikely; `faults` are the cells and what that is."""
    reached_roster(reader, roster_id, actor)
    return _staged(reader, page, roster_id, (DOUBTFUL,))


def _staged(reader: Reader, page: Page, roster_id: UUID, verdicts: Sequence[str]) -> Listing:
    return listing(
        reader,
        select(StagedRow).where(col(StagedRow.roster_id) == roster_id, col(StagedRow.verdict).in_(verdicts)),
        page,
        sort=(StagedRow.number, StagedRow.id),
        item=lambda row: {"sheet": row.sheet, "number": row.number, "verdict": row.verdict, "faults": row.faults or []},
    )


@dataclass(frozen=True, slots=True)
class Population:
    """How many people of which kind, on a day; `people` and `households` are those of the categories asked for."""

    people: int
    households: int
    aged_60_plus: int
    disabled: int
    minors: int
    seriously_ill: int


def count_people(on: date, *conditions: ColumnElement[bool], reader: Reader) -> Population:
    """Count those who are present and meet the conditions on persons and their households."""
    born_60, born_18 = born_by(on, ELDERLY_FROM), born_by(on, ADULT_FROM)
    row = reader.rows(
        select(
            func.count(),
            func.count(func.distinct(Person.household_id)),
            func.count().filter(col(Person.birth) <= born_60),
            func.count().filter(col(Person.disability_level) > 0),
            func.count().filter(col(Person.birth) > born_18),
            func.count().filter(col(Person.is_seriously_ill).is_(True)),
        )
        .select_from(Person)
        .join(Household, col(Household.id) == Person.household_id)
        .where(col(Person.status) == "present", *conditions)
    )[0]
    return Population(*row)


def population(*, reader: Reader, actor: Actor, on: date, categories: tuple[str, ...]) -> Population:
    """The people of some categories in the reader's divisions."""
    return count_people(on, col(Household.category).in_(categories or ALLOWANCE), within(actor), reader=reader)


def within(actor: Actor) -> ColumnElement[bool]:
    """Households in the divisions that an actor reaches."""
    return in_divisions(col(Household.division), actor)


def in_divisions(column: Any, actor: Actor) -> ColumnElement[bool]:
    """Rows whose division an actor reaches."""
    if actor.reaches(EVERYWHERE):
        return true()
    return or_(false(), *(column.startswith(code[: level(code)]) for code in actor.divisions))
