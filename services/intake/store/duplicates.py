"""Pairs of records that may be of one person (疑似重复), and what people decided on them.

A pair is never decided by the program. What a decision was, and what it changed, is a row that nobody can edit.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, and_, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Field, col

from services.intake.domain.duplicates import likelihood
from services.intake.store.person import Household, Person, PersonSecret
from services.intake.store.roster import check_reach, in_divisions
from services.intake.store.search import PURPOSE, SearchWord, hashing
from services.intake.store.table import Table
from shared.access import Actor
from shared.http.paging import Listing, Page, listing
from shared.ids import new_id
from shared.jobs import UNFINISHED, Progress
from shared.personal import Keyring
from shared.store.types import Json
from shared.work import Reader

JOB: Final = "duplicates"
LARGEST_BLOCK: Final = 200
"""A block of more records than this tells nobody apart; who is alike has another in common."""
MOST_BESIDE: Final = 5
TO_DECIDE: Final = ("open", "proposed")
UNDECIDED: Final = (*TO_DECIDE, "lapsed")
Pair = tuple[UUID, UUID]


class DuplicatePair(Table, table=True):
    """Two records of which something speaks for it that they are of one person. The smaller id is the first."""

    __tablename__ = "duplicate_pair"
    __table_args__ = (UniqueConstraint("first_id", "second_id"), Index("ix_duplicate_pair_status_score", "status", "score", "id"))
    id: UUID = Field(default_factory=new_id, primary_key=True)
    first_id: UUID = Field(foreign_key="person.id")
    second_id: UUID = Field(foreign_key="person.id", index=True)
    score: int
    evidence: list[str] = Json()
    """Codes of `labels.EVIDENCE`; nothing that says who it is."""
    status: str = "open"
    """open; proposed, when a merge was; merged; different, when somebody said so; lapsed, when the records are not alike any more."""
    found_on: date


class DuplicateDecision(Table, table=True):
    """What was decided on a pair, by whom and why; the database refuses to change it."""

    __tablename__ = "duplicate_decision"
    __table_args__ = (UniqueConstraint("pair_id", "number"),)
    id: UUID = Field(default_factory=new_id, primary_key=True)
    pair_id: UUID = Field(foreign_key="duplicate_pair.id")
    number: int
    verdict: str
    """proposed, merged, different, undone, reopened."""
    kept_id: UUID | None = None
    reason: str
    before: dict[str, Any] = Json(default_factory=dict)
    """What a merge changed, as it was: the other record's status and the places on lists that went over to the one kept."""
    decided_by: str
    decided_on: date


def in_order(one: UUID, other: UUID) -> Pair:
    return (one, other) if one.bytes < other.bytes else (other, one)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A record as it is compared: where it stands, and its fields as they are kept."""

    id: UUID
    household_id: UUID
    roster_id: UUID | None
    merged_into: UUID | None
    is_compared: bool
    division: str
    wrapped_key: bytes | None
    sealed: bytes


def not_compared(most: int, *, reader: Reader) -> list[Sealed]:
    """Whoever was not compared with the others since being indexed; who is not indexed yet comes again when indexed."""
    return _sealed(reader, most, col(Person.is_compared).is_(False))


def records(ids: Collection[UUID], *, reader: Reader) -> list[Sealed]:
    return _sealed(reader, len(ids), col(Person.id).in_(ids)) if ids else []


def alike(blocks: Mapping[UUID, Collection[str]], keyring: Keyring, *, reader: Reader) -> dict[UUID, set[UUID]]:
    """By record: the others that stand in one of its blocks, wherever they live."""
    wanted: dict[int, list[UUID]] = defaultdict(list)
    for key in keyring.derived(PURPOSE):  # while the key is being changed, people are indexed under either
        token = hashing(key).token
        for person_id, words in blocks.items():
            for word in words:
                wanted[token(word)].append(person_id)
    members: dict[int, list[UUID]] = defaultdict(list)
    for row in reader.rows(select(col(SearchWord.token), col(SearchWord.person_id)).where(col(SearchWord.token).in_(wanted))):
        members[row[0]].append(row[1])
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for each, theirs in members.items():
        if len(theirs) <= LARGEST_BLOCK:
            for person_id in wanted[each]:
                found[person_id].update(theirs)
    return {person_id: others - {person_id} for person_id, others in found.items()}


def pairs_of(ids: Collection[UUID], *, reader: Reader) -> dict[Pair, DuplicatePair]:
    """Every pair, whatever became of it, in which one of these records is."""
    of_them = or_(col(DuplicatePair.first_id).in_(ids), col(DuplicatePair.second_id).in_(ids))
    return {(pair.first_id, pair.second_id): pair for pair in reader.select(select(DuplicatePair).where(of_them))}


def survivor_of(person_id: UUID, *, reader: Reader) -> UUID:
    """Whose record counts for that of a person: the person's own, or the one it was merged into, however often."""
    person = reader.get(Person, person_id)
    while person.merged_into is not None:
        person = reader.get(Person, person.merged_into)
    return person.id


def comparing(*, reader: Reader) -> Progress | None:
    """The job that looks for records alike, while there is one."""
    job = reader.kernel.job.c
    columns = (job.id, job.kind, job.subject_id, job.status, job.position, job.total, job.problem)
    rows = reader.rows(select(*columns).where(job.kind == JOB, job.status.in_(UNFINISHED)).order_by(job.started_at).limit(1))
    return Progress(**rows[0]._mapping) if rows else None


def duplicates(*, reader: Reader, actor: Actor, page: Page, status: str = "") -> Listing:
    """Pairs both of whose records are in the actor's divisions, the likeliest first; who they are is not among what is shown."""
    statement: Any = _pairs(actor, (status,) if status else TO_DECIDE, *_COLUMNS)
    return listing(reader, statement, page, sort=(DuplicatePair.score, DuplicatePair.id), newest_first=True, item=_listed)


def count_duplicates(*, reader: Reader, actor: Actor, statuses: Sequence[str] = TO_DECIDE) -> int:
    """How many the list would have."""
    return int(reader.scalar(_pairs(actor, statuses, func.count())))


def reached_pair(reader: Reader, pair_id: UUID, actor: Actor) -> DuplicatePair:
    """Raises NotFound, also when one of the two is outside the actor's divisions."""
    pair = reader.get(DuplicatePair, pair_id)
    for person_id in (pair.first_id, pair.second_id):
        check_reach(reader.get(Household, reader.get(Person, person_id).household_id).division, actor)
    return pair


def pairs_beside(pair: DuplicatePair, *, reader: Reader, actor: Actor) -> list[DuplicatePair]:
    """This pair, and the likeliest others of its second record, the later filed, that wait for a decision; five in all."""
    subject = pair.second_id
    of_subject = or_(col(DuplicatePair.first_id) == subject, col(DuplicatePair.second_id) == subject)
    ids = _pairs(actor, TO_DECIDE, col(DuplicatePair.id)).where(of_subject, col(DuplicatePair.id) != pair.id)
    order = (col(DuplicatePair.score).desc(), col(DuplicatePair.id))
    others = [row[0] for row in reader.rows(ids.order_by(*order).limit(MOST_BESIDE - 1))]
    return [pair, *(reader.get(DuplicatePair, each) for each in others)]


def decisions_on(pair_id: UUID, *, reader: Reader) -> list[DuplicateDecision]:
    """What was decided on a pair, the first first."""
    return reader.select(select(DuplicateDecision).where(col(DuplicateDecision.pair_id) == pair_id).order_by(col(DuplicateDecision.number)))


_FIRST, _SECOND = aliased(Person), aliased(Person)
_HOME, _HOME_2 = aliased(Household), aliased(Household)
_COLUMNS: Final = (
    *(col(getattr(DuplicatePair, name)) for name in ("id", "score", "evidence", "status", "found_on", "first_id", "second_id")),
    *(col(getattr(_HOME, name)).label(f"first_{name}") for name in ("household_no", "division")),
    *(col(getattr(_HOME_2, name)).label(f"second_{name}") for name in ("household_no", "division")),
)


def _pairs(actor: Actor, statuses: Sequence[str], *columns: Any) -> Any:
    """Where a record was merged into another, its other pairs wait until that is undone."""
    statement = (
        select(*columns)
        .select_from(DuplicatePair)
        .join(_FIRST, col(_FIRST.id) == DuplicatePair.first_id)
        .join(_SECOND, col(_SECOND.id) == DuplicatePair.second_id)
        .join(_HOME, col(_HOME.id) == _FIRST.household_id)
        .join(_HOME_2, col(_HOME_2.id) == _SECOND.household_id)
        .where(in_divisions(col(_HOME.division), actor), in_divisions(col(_HOME_2.division), actor))
    )
    is_open = and_(col(_FIRST.merged_into).is_(None), col(_SECOND.merged_into).is_(None))
    of_status = col(DuplicatePair.status).in_(statuses)
    return statement.where(of_status, is_open) if set(statuses) <= set(TO_DECIDE) else statement.where(of_status)


def _listed(row: Any) -> dict[str, Any]:
    found = dict(row._mapping)
    records = [
        {
            "person_id": found.pop(f"{which}_id"),
            "household_no": found.pop(f"{which}_household_no"),
            "division": found.pop(f"{which}_division"),
        }
        for which in ("first", "second")
    ]
    return found | {"likelihood": likelihood(found["score"]), "records": records}


def _sealed(reader: Reader, most: int, *conditions: Any) -> list[Sealed]:
    from_person = (getattr(Person, name) for name in ("id", "household_id", "roster_id", "merged_into", "is_compared"))
    columns = (*map(col, from_person), col(Household.division), col(PersonSecret.wrapped_key), col(PersonSecret.sealed))
    joined = select(*columns).join(Household, col(Household.id) == Person.household_id)
    statement = joined.join(PersonSecret, col(PersonSecret.id) == Person.secret_id).where(*conditions)
    return [Sealed(*row) for row in reader.rows(statement.limit(most))]
