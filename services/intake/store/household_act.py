"""Acts on households (分户、迁移、死亡登记……): one row for each person whom an act touched; the database refuses to change it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlmodel import Field, col

from services.intake.domain.household import Standing, Turn, standing_on
from services.intake.store.person import Household, Person
from services.intake.store.roster import Roster
from services.intake.store.table import Table
from shared.ids import new_id
from shared.store.types import Instant, Json
from shared.work import Reader


class HouseholdAct(Table, table=True):
    __tablename__ = "household_act"
    id: UUID = Field(default_factory=new_id, primary_key=True)
    kind: str
    """A code of `labels.HOUSEHOLD_ACT`."""
    person_id: UUID = Field(foreign_key="person.id", index=True)
    before_household_id: UUID = Field(foreign_key="household.id", index=True)
    """This and the next three: how the person stood before; then how the person stands since."""
    before_relation: str
    before_status: str
    before_division: str
    household_id: UUID = Field(foreign_key="household.id", index=True)
    relation: str
    status: str
    division: str
    reason: str
    acted_on: date
    recorded_by: str
    recorded_on: date
    cause: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """Why somebody comes (新增成员、建户), a code of `labels.ADMISSION`; "" of other acts."""
    said: list[str] | None = Json(default=None)
    """Of somebody who comes: the personal fields that the act says, by name; what they say is sealed with the person."""

    def before(self) -> Standing:
        return Standing(self.before_household_id, self.before_relation, self.before_status, self.before_division)


class CategoryAct(Table, table=True):
    """A household is of another category (救助类别) from a day on; the database refuses to change it."""

    __tablename__ = "category_act"
    id: UUID = Field(default_factory=new_id, primary_key=True)
    household_id: UUID = Field(foreign_key="household.id", index=True)
    before: str
    """A code of `labels.CATEGORY`; "" where the household was filed by an act (建户)."""
    category: str
    reason: str
    acted_on: date
    recorded_by: str
    recorded_on: date
    recorded_at: datetime = Instant()


COMING: Final = ("admitted", "founded")
"""Kinds of acts that bring somebody into the files."""


def coming_of(person_id: UUID, *, reader: Reader) -> HouseholdAct | None:
    """The act that brought a person into the files; None of whom a roster brought."""
    came = (col(HouseholdAct.person_id) == person_id, col(HouseholdAct.kind).in_(COMING))
    return reader.first(select(HouseholdAct).where(*came))


def category_acts_on(household_id: UUID, *, reader: Reader) -> list[CategoryAct]:
    """In the order in which they were recorded."""
    return list(reader.select(select(CategoryAct).where(col(CategoryAct.household_id) == household_id).order_by(col(CategoryAct.id))))


def recategorised_after(household_nos: Collection[str], day: date, *, reader: Reader) -> dict[str, date]:
    """Of the households of these numbers, whose category an act said as of a later day, and of which."""
    columns = (col(Household.household_no), func.max(col(CategoryAct.acted_on)))
    later = (col(CategoryAct.acted_on) > day, columns[0].in_(household_nos))
    statement = select(*columns).join(CategoryAct, col(CategoryAct.household_id) == Household.id).where(*later).group_by(columns[0])
    return {number: acted_on for number, acted_on in reader.rows(statement)} if household_nos else {}


@dataclass(frozen=True, slots=True)
class Told:
    """Of what kind an act was, and of which day."""

    kind: str
    acted_on: date


def told_of_people(person_ids: Collection[UUID], *, reader: Reader) -> dict[UUID, list[Told]]:
    """The acts that touched these people, in the order in which they were recorded."""
    of_person = col(HouseholdAct.person_id)
    columns = (of_person, col(HouseholdAct.kind), col(HouseholdAct.acted_on))
    return _told(select(*columns).where(of_person.in_(person_ids)), reader)


def told_of_households(household_nos: Collection[str], *, reader: Reader) -> dict[str, list[Told]]:
    """The acts that touched the households of these numbers, in the order in which they were recorded."""
    touched = or_(col(HouseholdAct.household_id) == Household.id, col(HouseholdAct.before_household_id) == Household.id)
    columns = (col(Household.household_no), col(HouseholdAct.kind), col(HouseholdAct.acted_on))
    return _told(select(*columns).join(HouseholdAct, touched).where(columns[0].in_(household_nos)), reader)


def _told(statement: Any, reader: Reader) -> dict[Any, list[Told]]:
    found: dict[Any, list[Told]] = {}
    for about, kind, acted_on in reader.rows(statement.order_by(col(HouseholdAct.id))):
        found.setdefault(about, []).append(Told(kind, acted_on))
    return found


def acts_on(household_id: UUID, *, reader: Reader) -> list[HouseholdAct]:
    """What happened to a household, in the order in which it was recorded; told in the file of both households that it touched."""
    touched = or_(col(HouseholdAct.household_id) == household_id, col(HouseholdAct.before_household_id) == household_id)
    return list(reader.select(select(HouseholdAct).where(touched).order_by(col(HouseholdAct.id))))


def household_numbered(household_no: str, *, reader: Reader) -> Household | None:
    return reader.first(select(Household).where(col(Household.household_no) == household_no.strip()))


def members_on(household_id: UUID, day: date, *, reader: Reader) -> list[tuple[Person, Standing]]:
    """Who was in a household's file at the end of a day, and how they stood; who was filed later is not."""
    were_here = {act.person_id for act in acts_on(household_id, reader=reader)}
    here = or_(col(Person.household_id) == household_id, col(Person.id).in_(were_here))
    people: dict[UUID, Person] = {person.id: person for person in reader.select(select(Person).where(here))}
    now = {
        person.id: Standing(person.household_id, person.relation, person.status, _division(person, reader)) for person in people.values()
    }
    acts = reader.select(select(HouseholdAct).where(col(HouseholdAct.person_id).in_(people)).order_by(col(HouseholdAct.id)))
    then = standing_on(day, now, [Turn(act.person_id, act.acted_on, act.before()) for act in acts])
    found = [(people[key], standing) for key, standing in then.items() if standing.household_id == household_id]
    return [(person, standing) for person, standing in found if _filed_on(person, reader) <= day]


def members_to_choose(household_id: UUID, *, reader: Reader) -> list[dict[str, Any]]:
    """Whom an act may be about, the head first, without a name."""
    found = reader.select(select(Person).where(col(Person.household_id) == household_id, col(Person.status) != "merged"))
    in_order = sorted(found, key=lambda person: (person.status != "present", person.relation != "head", person.birth))
    return [person.model_dump(include={"id", "relation", "sex", "birth", "status"}) for person in in_order]


def _division(person: Person, reader: Reader) -> str:
    return reader.get(Household, person.household_id).division


def _filed_on(person: Person, reader: Reader) -> date:
    """Since when the files have the person: since the act that brought them says so, or since the first roster was accepted."""
    if (came := coming_of(person.id, reader=reader)) is not None:
        return came.acted_on
    roster = reader.find(Roster, person.roster_id)
    earliest = date.min if roster is None else roster.decided_on or roster.uploaded_on
    return person.registered_on or earliest
