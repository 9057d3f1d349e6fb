"""Who asked for leave to read sensitive fields of a household's minors, for what, and who gave it until when."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlmodel import Field, col

from services.intake.store.person import Household
from services.intake.store.roster import check_reach, within
from services.intake.store.table import Table
from shared.access import Actor
from shared.http.paging import Listing, Page, listing
from shared.ids import new_id
from shared.work import Reader


class MinorAccess(Table, table=True):
    __tablename__ = "minor_access"
    id: UUID = Field(default_factory=new_id, primary_key=True)
    household_id: UUID = Field(foreign_key="household.id", index=True)
    account: str
    purpose: str
    """A code of `labels.READING_PURPOSE`."""
    days: int
    reason: str
    state: str = Field(default="asked", index=True)
    """A code of `labels.ACCESS_STATE`."""
    asked_on: date
    decided_by: str = ""
    decided_on: date | None = None
    valid_until: date | None = None


def reached_access(reader: Reader, access_id: UUID, actor: Actor) -> MinorAccess:
    """Raises NotFound, also for one outside the actor's divisions."""
    found = reader.get(MinorAccess, access_id)
    check_reach(reader.get(Household, found.household_id).division, actor)
    return found


def has_access(household_id: UUID, account: str, purpose: str, *, reader: Reader, today: date) -> bool:
    """Whether somebody has leave to read for this purpose on this day."""
    own = (col(MinorAccess.household_id) == household_id, col(MinorAccess.account) == account, col(MinorAccess.purpose) == purpose)
    in_time = (col(MinorAccess.state) == "approved", col(MinorAccess.decided_on) <= today, col(MinorAccess.valid_until) >= today)
    return bool(reader.scalar(select(exists().where(*own, *in_time))))


def minor_accesses(*, reader: Reader, actor: Actor, page: Page, state: str = "asked") -> Listing:
    """Requests in the actor's divisions, the latest first; households by number, and no name. `all`: whatever came of them."""
    columns: Any = (*map(col, _SHOWN), col(Household.household_no), col(Household.division))
    statement: Any = select(*columns).join(Household, col(Household.id) == MinorAccess.household_id).where(within(actor))
    if state != "all":
        statement = statement.where(col(MinorAccess.state) == state)
    return listing(
        reader, statement, page, sort=(MinorAccess.asked_on, MinorAccess.id), newest_first=True, item=lambda row: dict(row._mapping)
    )


_SHOWN = (
    *(MinorAccess.id, MinorAccess.household_id, MinorAccess.account, MinorAccess.purpose, MinorAccess.days, MinorAccess.reason),
    *(MinorAccess.state, MinorAccess.asked_on, MinorAccess.decided_by, MinorAccess.decided_on, MinorAccess.valid_until),
)
