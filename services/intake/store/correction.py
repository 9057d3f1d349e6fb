"""Corrections of a person's file: that there was one, of which fields, stays; what was said before is sealed and goes with an erasure."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Field, col

from services.intake.store.household_act import COMING, HouseholdAct
from services.intake.store.person import Person
from services.intake.store.roster import Roster
from services.intake.store.table import Table
from shared.ids import new_id
from shared.store.types import Instant, Json
from shared.work import Reader


class Correction(Table, table=True):
    """The act; the database refuses to change it, and nothing in it says who somebody is."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    fields: list[str] = Json()
    """Keys of `domain.correction.FIELDS`."""
    reason: str
    acted_on: date
    recorded_by: str
    recorded_on: date
    recorded_at: datetime = Instant()


class CorrectionBefore(Table, table=True):
    """What the file said before, sealed under a key of its own; without the wrapped key it is gone."""

    __tablename__ = "correction_before"
    id: UUID = Field(primary_key=True)
    """That of the correction."""
    wrapped_key: bytes | None
    wrapped_by: str = Field(default="", index=True, sa_column_kwargs={"server_default": ""})
    """Under which key (`Keyring.id`)."""
    sealed: bytes


def corrections_of(people: Collection[UUID], *, reader: Reader) -> Sequence[Correction]:
    """In the order in which they were recorded."""
    return reader.select(select(Correction).where(col(Correction.person_id).in_(people)).order_by(col(Correction.id)))


def corrected_after(people: Collection[UUID], day: date, *, reader: Reader) -> dict[UUID, dict[str, date]]:
    """Of these people, the fields that were put right as of a later day, or said by the act that brought them (新增成员、建户), and of
    which day: what a roster of an earlier one says of them is older."""
    found: dict[UUID, dict[str, date]] = {}
    if not people:
        return found
    came = (col(HouseholdAct.kind).in_(COMING), col(HouseholdAct.person_id).in_(people), col(HouseholdAct.acted_on) > day)
    by_acts = select(col(HouseholdAct.person_id), col(HouseholdAct.said), col(HouseholdAct.acted_on)).where(*came)
    later = (col(Correction.person_id).in_(people), col(Correction.acted_on) > day)
    by_corrections = select(col(Correction.person_id), col(Correction.fields), col(Correction.acted_on)).where(*later)
    for person_id, fields, acted_on in (*reader.rows(by_acts), *reader.rows(by_corrections.order_by(col(Correction.id)))):
        found.setdefault(person_id, {}).update(dict.fromkeys(fields, acted_on))
    return found


def standing_corrections(person: Person, *, reader: Reader) -> dict[str, Correction]:
    """By field, the correction that says what the file says now: recorded since the last roster, or as of a later day than it tells of."""
    roster = reader.find(Roster, person.roster_id)
    found: dict[str, Correction] = {}
    for each in corrections_of([person.id], reader=reader):
        is_since = roster is None or roster.accepted_at is None or each.recorded_at > roster.accepted_at
        if is_since or (roster is not None and each.acted_on > roster.reference_on):
            found |= dict.fromkeys(each.fields, each)
    return found
