"""Checks (核查) of households outside a campaign, and which households are due for one."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, literal, null, or_, select, update
from sqlmodel import Field, col

from services.intake.domain.check import ABLE
from services.intake.domain.roster_more import months_before
from services.intake.store.person import Household, Person
from services.intake.store.roster import ALLOWANCE, within
from services.intake.store.survey import SurveyFile, Visit
from services.intake.store.table import Table
from shared.access import Actor
from shared.http.paging import Listing, Page, listing
from shared.ids import new_id
from shared.rules import Rules
from shared.store.types import Json
from shared.work import Reader, Work


class HouseholdCheck(Table, table=True):
    """Somebody looked after a household; the database refuses to change it."""

    __tablename__ = "household_check"
    id: UUID = Field(default_factory=new_id, primary_key=True)
    household_id: UUID = Field(foreign_key="household.id", index=True)
    checked_on: date
    occasion: str
    kind: str
    outcome: str
    investigators: list[str] = Json()
    recorded_by: str
    recorded_on: date


class HouseholdCheckNote(Table, table=True):
    """What was found, sealed under a key of its own; without the wrapped key it is gone."""

    __tablename__ = "household_check_note"
    id: UUID = Field(primary_key=True)
    """That of the check."""
    wrapped_key: bytes | None
    wrapped_by: str = Field(default="", index=True)
    """Under which key (`Keyring.id`)."""
    sealed: bytes


def checks_of(household_id: UUID, *, reader: Reader) -> Sequence[HouseholdCheck]:
    """The latest first."""
    of_household = col(HouseholdCheck.household_id) == household_id
    order = (col(HouseholdCheck.checked_on).desc(), col(HouseholdCheck.id).desc())
    return reader.select(select(HouseholdCheck).where(of_household).order_by(*order))


def forget_checks(households: Any, work: Work) -> None:
    """Destroy what was found in these households (ids, or a question for them); that somebody looked stays."""
    ids = select(col(HouseholdCheck.id)).where(col(HouseholdCheck.household_id).in_(households))
    work.execute(update(HouseholdCheckNote).where(col(HouseholdCheckNote.id).in_(ids)).values(wrapped_key=None, sealed=b""))


def due_checks(*, reader: Reader, actor: Actor, rules: Rules, page: Page) -> Listing:
    """Households on 低保 in the actor's divisions that nobody has visited or checked for as long as the rule allows, by number.

    Each with the day of the last visit or check, None where there was none, and `months`: how often it is looked after.
    """
    params = rules("household_check", division=actor.divisions[0] if len(actor.divisions) == 1 else "").params
    often, seldom = int(params["able_months"]), int(params["months"])
    at_home = (col(Person.household_id) == Household.id, col(Person.status) == "present")
    is_able = select(col(Person.id)).where(*at_home, col(Person.labour).in_(ABLE)).exists()
    last = _latest(
        select(func.max(col(Visit.visited_on)))
        .join(SurveyFile, col(SurveyFile.id) == Visit.file_id)
        .where(col(SurveyFile.household_id) == Household.id)
        .scalar_subquery(),
        select(func.max(col(HouseholdCheck.checked_on)))
        .where(col(HouseholdCheck.household_id) == Household.id, col(HouseholdCheck.outcome) != "not_met")
        .scalar_subquery(),
    )
    before = case((is_able, literal(months_before(reader.today, often))), else_=literal(months_before(reader.today, seldom)))
    months: ColumnElement[int] = case((is_able, often), else_=seldom)
    columns: Any = (
        *map(col, (Household.id, Household.household_no, Household.category, Household.division)),
        last.label("last_on"),
        months.label("months"),
    )
    somebody = select(col(Person.id)).where(*at_home).exists()
    is_due = (col(Household.category).in_(ALLOWANCE), somebody, or_(last.is_(null()), last <= before))
    statement = select(*columns).where(within(actor), *is_due)
    return listing(reader, statement, page, sort=(Household.household_no, Household.id), item=lambda row: dict(row._mapping))


def _latest(one: Any, other: Any) -> Any:
    """The later of two days; either may be null."""
    return case((one.is_(null()), other), (other.is_(null()), one), (one > other, one), else_=other)
