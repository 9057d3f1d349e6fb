"""Objections to a list, about whom, and what was decided on them."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Field, col

from services.intake.store.person import Person
from services.intake.store.programme import reached_programme
from services.intake.store.table import Table
from shared.access import Actor
from shared.http.paging import Listing, Page, listing
from shared.ids import new_id
from shared.work import Reader


class Objection(Table, table=True):
    id: UUID = Field(default_factory=new_id, primary_key=True)
    programme_id: UUID = Field(foreign_key="programme.id", index=True)
    kind: str
    person_id: UUID | None = Field(default=None, index=True)
    """Whom it is about; None for one of a version that did not ask who was left out."""
    candidate_id: UUID | None = None
    document: UUID | None = None
    recorded_by: str
    recorded_on: date
    upheld: bool | None = None
    reason: str = ""
    decided_by: str = ""
    decided_on: date | None = None


def objections(programme_id: UUID, *, reader: Reader, actor: Actor, page: Page) -> Listing:
    """`has_document`: the paper is there to be read; it goes with the person's data."""
    reached_programme(reader, programme_id, actor)
    statement: Any = select(Objection).where(col(Objection.programme_id) == programme_id)
    kept = _papers(statement.whereclause, reader)

    def item(row: Objection) -> dict[str, Any]:
        return row.model_dump() | {"has_document": row.document in kept}

    return listing(reader, statement, page, sort=(Objection.recorded_on, Objection.id), item=item)


def objection(objection_id: UUID, *, reader: Reader, actor: Actor) -> dict[str, Any]:
    """As in `objections`. Raises NotFound, also for one of a programme outside the actor's divisions."""
    found = reader.get(Objection, objection_id)
    reached_programme(reader, found.programme_id, actor)
    return found.model_dump() | {"has_document": found.document in _papers(col(Objection.id) == objection_id, reader)}


def _papers(which: Any, reader: Reader) -> set[UUID]:
    """The papers of some objections that are still there."""
    file = reader.kernel.file.c
    return {row.id for row in reader.rows(select(file.id).join(Objection, col(Objection.document) == file.id).where(which))}


def upheld_about(programme_id: UUID, kind: str, *, reader: Reader) -> list[Person]:
    """Of whom an objection of that kind was upheld; for a record that was merged into another since, the one that stays."""
    about = select(col(Objection.person_id)).where(
        col(Objection.programme_id) == programme_id, col(Objection.kind) == kind, col(Objection.upheld).is_(True)
    )
    found = reader.select(select(Person).where(col(Person.id).in_(about)))
    return [reader.get(Person, each.merged_into) if each.merged_into else each for each in found]
