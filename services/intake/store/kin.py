"""The register of near relatives (近亲属备案): which household has whom in it, since when, and until when."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Field, col

from services.intake.store.person import Household, Person
from services.intake.store.programme import Candidate
from services.intake.store.roster import check_reach, within
from services.intake.store.table import Table
from shared.access import Actor
from shared.http.paging import Listing, Page, listing
from shared.ids import new_id
from shared.work import Reader


class KinNotice(Table, table=True):
    """That a member of a household is a near relative of somebody who handles assistance; whose is sealed."""

    __tablename__ = "kin_notice"
    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    relation: str
    """A code of `labels.KIN_RELATION`."""
    office: str
    """A code of `labels.KIN_OFFICE`."""
    wrapped_key: bytes | None
    wrapped_by: str = Field(default="", index=True)
    """Under which key (`Keyring.id`)."""
    sealed: bytes
    acted_on: date
    reason: str
    recorded_by: str
    recorded_on: date
    ended_on: date | None = None
    """Since when it is so no longer: the other has left the office, or it was entered in error."""
    ended_by: str = ""
    end_reason: str = ""


def kin_of(people: Collection[UUID], *, reader: Reader) -> Sequence[KinNotice]:
    """What stands, or stood, in the register of these people, in the order in which it was recorded."""
    return reader.select(select(KinNotice).where(col(KinNotice.person_id).in_(people)).order_by(col(KinNotice.id))) if people else ()


def kin_of_household(household_id: UUID, *, reader: Reader) -> Sequence[KinNotice]:
    """Of everybody who is in the household's file now."""
    people = [row[0] for row in reader.rows(select(col(Person.id)).where(col(Person.household_id) == household_id))]
    return kin_of(people, reader=reader)


def reached_kin(reader: Reader, notice_id: UUID, actor: Actor) -> tuple[KinNotice, Household]:
    """Raises NotFound, also for one outside the actor's divisions."""
    found = reader.get(KinNotice, notice_id)
    household = reader.get(Household, reader.get(Person, found.person_id).household_id)
    check_reach(household.division, actor)
    return found, household


def kin_notices(*, reader: Reader, actor: Actor, page: Page, state: str = "") -> Listing:
    """The register of the actor's divisions, the latest first: households by number, and no name. `state`: ended, all, or what stands."""
    shown = (KinNotice.id, KinNotice.relation, KinNotice.office, KinNotice.acted_on, KinNotice.recorded_by, KinNotice.ended_on)
    home: Any = (col(Household.id).label("household_id"), col(Household.household_no), col(Household.division))
    columns: Any = (*map(col, shown), *home)
    statement: Any = select(*columns).join(Person, col(Person.id) == KinNotice.person_id)
    statement = statement.join(Household, col(Household.id) == Person.household_id).where(within(actor))
    if state != "all":
        is_ended = col(KinNotice.ended_on).is_not(None)
        statement = statement.where(is_ended if state == "ended" else ~is_ended)
    return listing(reader, statement, page, sort=(KinNotice.acted_on, KinNotice.id), newest_first=True, item=lambda row: dict(row._mapping))


def kin_on_list(programme_id: UUID, *, reader: Reader) -> list[dict[str, Any]]:
    """Who of a list lives in a household with somebody of the register: places of the list, and no name."""
    at_home = (
        select(col(Person.household_id)).join(KinNotice, col(KinNotice.person_id) == Person.id).where(col(KinNotice.ended_on).is_(None))
    )
    of_list = (col(Candidate.programme_id) == programme_id, col(Person.household_id).in_(at_home))
    statement = select(Candidate).join(Person, col(Person.id) == Candidate.person_id).where(*of_list)
    found = reader.select(statement.order_by(col(Candidate.group), col(Candidate.list).desc(), col(Candidate.rank)))
    shown = {"id", "person_id", "group", "list", "rank", "state"}
    return [each.model_dump(include=shown) for each in found]
