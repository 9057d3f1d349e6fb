"""Erasures of personal data: asked for by one person, confirmed by another; what was erased stays on record without saying whose it was."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, func, or_, select
from sqlmodel import Field, col

from services.intake.store.person import Household, Person
from services.intake.store.programme import Contract, Recipient
from services.intake.store.roster import Roster, check_reach, in_divisions, within
from services.intake.store.table import Table
from shared.access import Actor
from shared.http.paging import Listing, Page, listing
from shared.ids import new_id
from shared.store.types import Json
from shared.work import Reader


class Erasure(Table, table=True):
    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    division: str = Field(index=True)
    scope: str
    """all; or one class of fields, a key of `domain.retention.CLASSES`."""
    reason: str
    status: str = Field(default="proposed", index=True)
    """proposed → done or refused."""
    proposed_by: str
    proposed_on: date
    decided_by: str = ""
    decided_on: date | None = None
    refusal: str = ""
    blobs: list[str] = Json(default_factory=list)
    """Hashes of the documents that went with it."""
    batch_id: UUID | None = Field(default=None, index=True)
    """One of `erasure_batch`, where it was asked for in one go with others."""


def erasures(*, reader: Reader, actor: Actor, page: Page, status: str = "") -> Listing:
    """Of the actor's divisions, the latest first."""
    statement = select(Erasure).where(in_divisions(col(Erasure.division), actor))
    if status:
        statement = statement.where(col(Erasure.status) == status)
    sort = (Erasure.proposed_on, Erasure.id)
    return listing(reader, statement, page, sort=sort, newest_first=True, item=lambda row: row.model_dump(exclude={"blobs"}))


def erasure(erasure_id: UUID, *, reader: Reader, actor: Actor) -> dict[str, Any]:
    """Raises NotFound, also for one outside the actor's divisions."""
    found = reader.get(Erasure, erasure_id)
    check_reach(found.division, actor)
    return found.model_dump(exclude={"blobs"})


def erasures_to_confirm(*, reader: Reader, actor: Actor) -> int:
    """How many wait for the reader: asked for by somebody else."""
    waiting = (col(Erasure.status) == "proposed", col(Erasure.proposed_by) != actor.account, in_divisions(col(Erasure.division), actor))
    return int(reader.scalar(select(func.count()).select_from(Erasure).where(*waiting)))


def orphans(erasure_id: UUID, *, reader: Reader) -> list[str]:
    """Documents of an erasure that nothing mentions any more."""
    blobs = reader.get(Erasure, erasure_id).blobs
    file = reader.kernel.file.c
    kept = {row.sha256 for row in reader.rows(select(file.sha256).where(file.sha256.in_(blobs)))}
    return [sha256 for sha256 in blobs if sha256 not in kept]


def due(scope: str, before: date, *, reader: Reader, actor: Actor, page: Page) -> Listing:
    """People whose fields of a class nobody has needed since a day; whose erasure is asked for already is left out."""
    sort = (Person.household_id, Person.id)
    return listing(reader, select(Person).where(*is_due(scope, before, actor)), page, sort=sort, item=lambda row: {"person_id": row.id})


def count_due(scope: str, before: date, *, reader: Reader, actor: Actor) -> int:
    return int(reader.scalar(select(func.count()).select_from(Person).where(*is_due(scope, before, actor))))


def is_due(scope: str, before: date, actor: Actor) -> Sequence[Any]:
    """Of a person: the latest roster that named them was decided on by that day, or the act recorded that alone brought them, and so ended
    every contract."""
    by_roster = exists().where(col(Roster.id) == Person.roster_id, col(Roster.decided_on) <= before)
    named = or_(by_roster, and_(col(Person.roster_id).is_(None), col(Person.registered_on) <= before))
    at_home = exists().where(col(Household.id) == Person.household_id, within(actor)).correlate(Person)
    ended = func.coalesce(Contract.closed_on, Contract.ends_on) <= before
    served = exists().where(col(Recipient.person_id) == Person.id, col(Contract.id) == Recipient.contract_id, ~ended)
    asked = exists().where(
        col(Erasure.person_id) == Person.id,
        or_(col(Erasure.scope) == scope, col(Erasure.scope) == "all"),
        col(Erasure.status).in_(("proposed", "done")),
    )
    return (col(Person.status) != "erased", col(Person.merged_into).is_(None), named, at_home, ~served, ~asked)
