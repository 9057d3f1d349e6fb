"""Erasures that are asked for in one go because the time for which data are kept is over, and confirmed in one go by another person."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import String, and_, cast, false, func, or_, select
from sqlmodel import Field, col

from services.intake.store.erasure import Erasure, is_due
from services.intake.store.person import Household, Person
from services.intake.store.roster import check_reach
from services.intake.store.table import Table
from shared.access import Actor
from shared.ids import new_id
from shared.store.types import Json
from shared.work import Reader


class ErasureBatch(Table, table=True):
    __tablename__ = "erasure_batch"
    id: UUID = Field(default_factory=new_id, primary_key=True)
    divisions: list[str] = Json()
    """Those of whoever asked: who confirms must reach them all."""
    before: dict[str, str] = Json()
    """Class of fields → the day since when nobody may have needed them, as the rules had it on the day of asking."""
    status: str = Field(default="asking", index=True)
    """asking → proposed → confirming → done."""
    after: UUID | None = None
    """The last person (asking) or erasure (confirming) that was looked at."""
    asked: int = 0
    """Erasures that were asked for."""
    needed: int = 0
    """People who were left out as they are still needed."""
    erased: int = 0
    left: int = 0
    """Erasures that could not be done as the person is needed again; they wait to be decided on one by one."""
    asked_by: str
    asked_on: date
    decided_by: str = ""
    decided_on: date | None = None

    def days(self) -> dict[str, date]:
        return {scope: date.fromisoformat(day) for scope, day in self.before.items()}


def reached_batch(reader: Reader, batch_id: UUID, actor: Actor) -> ErasureBatch:
    """Raises NotFound, also for one that goes beyond the actor's divisions."""
    found = reader.get(ErasureBatch, batch_id)
    for division in found.divisions:
        check_reach(division, actor)
    return found


def erasure_batch(batch_id: UUID, *, reader: Reader, actor: Actor) -> dict[str, Any]:
    """Raises NotFound. `waiting`: erasures of it that nobody has decided on."""
    found = reached_batch(reader, batch_id, actor)
    return found.model_dump(exclude={"after"}) | {"before": found.days(), "waiting": count_waiting(batch_id, reader=reader)}


def open_batches(*, reader: Reader, actor: Actor) -> list[dict[str, Any]]:
    """Those that are not finished and that the actor reaches, the latest first; few at any time."""
    unfinished = select(ErasureBatch).where(col(ErasureBatch.status) != "done").order_by(col(ErasureBatch.id).desc())
    return [each.model_dump(exclude={"after"}) for each in reader.select(unfinished) if all(map(actor.reaches, each.divisions))]


def people_due(before: Mapping[str, date], *, reader: Reader, actor: Actor, after: UUID | None, most: int) -> Sequence[Any]:
    """Who has something that was kept long enough: person_id, division, and of each class whether it is due."""
    due = {scope: and_(*is_due(scope, day, actor)) for scope, day in before.items()}
    columns = [condition.label(scope) for scope, condition in due.items()]
    statement: Any = select(col(Person.id).label("person_id"), col(Household.division), *columns)
    statement = statement.join(Household, col(Household.id) == col(Person.household_id)).where(or_(false(), *due.values()))
    if after is not None:
        statement = statement.where(col(Person.id) > after)
    return reader.rows(statement.order_by(col(Person.id)).limit(most))


def count_people_due(before: Mapping[str, date], *, reader: Reader, actor: Actor) -> int:
    """Each person once, of however many classes."""
    conditions = [and_(*is_due(scope, day, actor)) for scope, day in before.items()]
    return int(reader.scalar(select(func.count()).select_from(Person).where(or_(false(), *conditions))))


def count_waiting(batch_id: UUID, *, reader: Reader) -> int:
    waiting = (col(Erasure.batch_id) == batch_id, col(Erasure.status) == "proposed")
    return int(reader.scalar(select(func.count()).select_from(Erasure).where(*waiting)))


def waiting_of(batch_id: UUID, *, reader: Reader, after: UUID | None, most: int) -> list[Erasure]:
    """Erasures of a batch on which nobody has decided, those after `after`."""
    statement = select(Erasure).where(col(Erasure.batch_id) == batch_id, col(Erasure.status) == "proposed")
    if after is not None:
        statement = statement.where(col(Erasure.id) > after)
    return reader.select(statement.order_by(col(Erasure.id)).limit(most))


def orphans_of_batch(batch_id: UUID, *, reader: Reader) -> list[str]:
    """Documents that went with erasures of a batch and that nothing mentions any more."""
    took_some = (col(Erasure.batch_id) == batch_id, cast(col(Erasure.blobs), String) != "[]")
    blobs = {sha256 for row in reader.rows(select(col(Erasure.blobs)).where(*took_some)) for sha256 in row.blobs}
    file = reader.kernel.file.c
    kept = {row.sha256 for row in reader.rows(select(file.sha256).where(file.sha256.in_(blobs)))}
    return sorted(blobs - kept)
