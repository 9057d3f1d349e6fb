"""Needs that social workers found (发现报告), as tasks, and what was done with each. What was seen is in casework alone."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Field, col

from services.intake.domain.discovered_need import WAITING
from services.intake.store.person import Household, Person
from services.intake.store.programme import Contract, Project, Recipient
from services.intake.store.roster import check_reach, in_divisions
from services.intake.store.table import Table
from shared.access import Actor
from shared.divisions import level
from shared.http.paging import Listing, Page, listing
from shared.ids import new_id
from shared.store.types import Instant
from shared.work import Reader


class DiscoveredNeed(Table, table=True):
    __tablename__ = "discovered_need"
    id: UUID = Field(primary_key=True)
    """The number of casework's report."""
    contract_id: UUID = Field(index=True)
    recipient_id: UUID | None = Field(default=None, index=True)
    """Whose need it is, or in whose household it was found; None for somebody whom nobody has on file. Kept also where no such
    recipient is known: a report is never lost for that."""
    about: str
    kind: str
    urgency: str
    division: str = Field(index=True)
    found_on: date
    reported_on: date
    due_on: date = Field(index=True)
    state: str = Field(default="open", index=True)
    taken_by: str = ""
    wrapped_key: bytes | None
    """Of what the department notes on it; None once that was erased."""
    wrapped_by: str = Field(default="", index=True)
    """Under which key (`Keyring.id`)."""


class NeedAct(Table, table=True):
    """What was done with a task, and who read what the worker saw. The database refuses to change a row."""

    __tablename__ = "need_act"
    id: UUID = Field(default_factory=new_id, primary_key=True)
    need_id: UUID = Field(foreign_key="discovered_need.id", index=True)
    act: str
    """taken, answered, refused; or read."""
    outcome: str = ""
    sealed: bytes = b""
    """The note, under the task's key; empty where there is none."""
    acted_by: str
    acted_on: date
    acted_at: datetime = Instant()


def needs(*, reader: Reader, actor: Actor, page: Page, state: str = "", urgency: str = "", division: str = "") -> Listing:
    """Tasks of the actor's divisions, what is due first before the rest. `state` may be `waiting`: open or taken."""
    conditions = [in_divisions(col(DiscoveredNeed.division), actor)]
    if state:
        conditions.append(col(DiscoveredNeed.state).in_(WAITING if state == "waiting" else (state,)))
    if urgency:
        conditions.append(col(DiscoveredNeed.urgency) == urgency)
    if division:
        conditions.append(col(DiscoveredNeed.division).startswith(division[: level(division)], autoescape=True))
    statement = select(DiscoveredNeed).where(*conditions)
    return listing(reader, statement, page, sort=(DiscoveredNeed.due_on, DiscoveredNeed.id), item=_shown)


def count_needs(*conditions: ColumnElement[bool], reader: Reader, actor: Actor) -> int:
    within = in_divisions(col(DiscoveredNeed.division), actor)
    return int(reader.scalar(select(func.count()).select_from(DiscoveredNeed).where(within, *conditions)))


def reached_need(reader: Reader, need_id: UUID, actor: Actor) -> DiscoveredNeed:
    """Raises NotFound, also for one outside the actor's divisions."""
    found = reader.get(DiscoveredNeed, need_id)
    check_reach(found.division, actor)
    return found


def need(need_id: UUID, *, reader: Reader, actor: Actor) -> dict[str, Any]:
    """One task with what was done, under which contract, and the household where it lies in the actor's divisions."""
    found = reached_need(reader, need_id, actor)
    acts = [act.model_dump(exclude={"need_id", "sealed"}) for act in need_acts(need_id, reader)]
    return _shown(found) | {"acts": acts, "project": _project(found, reader), **_recipient(found, reader, actor)}


def need_acts(need_id: UUID, reader: Reader) -> list[NeedAct]:
    """Oldest first."""
    return reader.select(select(NeedAct).where(col(NeedAct.need_id) == need_id).order_by(col(NeedAct.id)))


def _shown(found: DiscoveredNeed) -> dict[str, Any]:
    return found.model_dump(exclude={"wrapped_key", "wrapped_by"}) | {"is_erased": found.wrapped_key is None}


def _project(found: DiscoveredNeed, reader: Reader) -> str:
    contract = reader.find(Contract, found.contract_id)
    project = reader.find(Project, contract.project_id) if contract is not None else None
    return project.title if project is not None else ""


def _recipient(found: DiscoveredNeed, reader: Reader, actor: Actor) -> dict[str, Any]:
    """Of a recipient: since when out of the service, and the household that the person is in now."""
    recipient = reader.find(Recipient, found.recipient_id) if found.recipient_id is not None else None
    told: dict[str, Any] = {"is_known": recipient is not None, "withdrawn_on": recipient and recipient.withdrawn_on, "household": None}
    if recipient is None:
        return told
    person = reader.get(Person, recipient.person_id)
    if person.merged_into is not None:
        person = reader.get(Person, person.merged_into)
    household = reader.get(Household, person.household_id)
    if actor.reaches(household.division):
        told["household"] = {"id": household.id, "household_no": household.household_no}
    return told
